"""Galaxy Zoo 2 as the Kaggle competition gave it: images and what volunteers saw in them."""

from __future__ import annotations

import dataclasses
import pathlib
import types
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from galexp.catalog.vote_tree import ANSWERS, QUESTIONS, ROUNDING, closure_errors, reaching
from galexp.dataset.base import Column, Dataset, Selection
from galexp.dataset.by_hand import ByHand
from galexp.dataset.tables import MAIN, PublishedTable
from galexp.dataset.unlabeled import is_unlabeled, read_unlabeled
from galexp.mock.survey import mock_gz2

if TYPE_CHECKING:
    from jaxtyping import Float

TABLE = "training_solutions_rev1.csv"
PUBLISHED = {"training_solutions_rev1": 61578, "images_training_rev1": 61578, "images_test_rev1": 79975}
DOWNLOAD = (
    "Kaggle asks for an account, so fetch it by hand: from kaggle.com/c/galaxy-zoo-the-galaxy-challenge/data take "
    "training_solutions_rev1.zip, unpack it, and images_training_rev1.zip (images_test_rev1.zip has no labels), which "
    "stays packed; put them where you like under these names, and give "
    "dataset.catalog=FOLDER/training_solutions_rev1.csv imaging=zip imaging.path=FOLDER/images_training_rev1.zip"
)


class GZ2(Dataset):
    """61,578 galaxies with 37 vote fractions, and 79,975 without (Willett et al. 2013; Kaggle 2013).

    A vote fraction is the share of an answer times the probability of the path to its question, between 0 and 1; see
    :mod:`galexp.catalog.vote_tree`. ``odd_type_merger``, say, is the probability that a volunteer calls the galaxy odd
    and then a merger, and must not be multiplied by ``odd_yes`` again.

    Args:
        catalog: The table of vote fractions, or any table with ``GalaxyID``; a zip file or a folder of images alone is
            a catalog without targets. Kaggle's table gives all of its 37 fractions under our names.
        targets: Names of the tree, or any column of numbers of the table at hand, such as a label of one's own.
        columns: As in :class:`Dataset`.
    """

    name = "gz2"
    identifiers = ("GalaxyID",)
    columns = tuple(
        Column(answer.name, (answer.kaggle,), "", f"vote fraction of answer {answer.identifier}") for answer in ANSWERS
    )
    photometry = ()
    published: Mapping[str, int] = types.MappingProxyType({"read": PUBLISHED["training_solutions_rev1"]})
    tables = (PublishedTable(MAIN, (TABLE,), (ByHand(TABLE, DOWNLOAD),)),)

    def __init__(self, catalog: str, targets: Sequence[str], columns: Mapping[str, str] | None = None) -> None:
        targets = [targets] if isinstance(targets, str) else list(targets)
        own = [target for target in targets if target not in {column.name for column in GZ2.columns}]
        self.columns = (*GZ2.columns, *(Column(target, (), None, "a column of the table at hand") for target in own))
        is_without = is_unlabeled(catalog, self.tables)
        super().__init__(catalog, [] if is_without else targets, columns)
        self.ignored_targets = targets if is_without else []

    def locate(self, path: str | pathlib.Path) -> dict[str, pathlib.Path]:
        """Return the file of the table, or what holds images alone."""
        return {MAIN: pathlib.Path(path)} if is_unlabeled(path, self.tables) else super().locate(path)

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock of ``objects`` galaxies (61,578 where None), on which ``stripping`` does not act.

        See :func:`galexp.mock.survey.mock_gz2`.
        """
        self.ignore_stripping(stripping)
        return mock_gz2(objects, seed, stripping)

    def read(self, path: str | pathlib.Path) -> Selection:
        """Read a table, or the names of images without one, and sort by identifier.

        Warns where votes break the sums of the tree, and drops no row for it. Where a file bears a published name the
        number of its galaxies is compared with the published one.

        Raises:
            FileNotFoundError: where there is nothing at the path; the message says how to get it.
            ValueError: for vote fractions outside 0 to 1, and as :meth:`Dataset.read` and ``read_unlabeled`` say.
        """
        if not pathlib.Path(path).exists():
            raise FileNotFoundError(f"there is no {path}; {DOWNLOAD}")
        count = PUBLISHED.get(self.locate(path)[MAIN].stem)
        self.published = {} if count is None else {"read": count}
        if is_unlabeled(path, self.tables):
            selection = read_unlabeled(path, self.tables, self.ignored_targets)
        else:
            selection = super().read(path)
        catalog = selection.catalog[np.argsort(selection.catalog["id"], kind="stable")]
        if all(answer.name in catalog.colnames for answer in ANSWERS):
            _check_votes(catalog, path)
        return dataclasses.replace(selection, catalog=catalog)


def votes_of(catalog: Table) -> Float[np.ndarray, "galaxy 37"]:
    """Return the vote fractions of a catalog in the order of the tree."""
    return np.stack([np.asarray(catalog[answer.name], dtype=np.float64) for answer in ANSWERS], axis=1)


def _check_votes(catalog: Table, path: str | pathlib.Path) -> None:
    votes = votes_of(catalog)
    outside = (votes < 0) | (votes > 1 + ROUNDING)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise ValueError(
            f"{int(outside.any(axis=1).sum())} rows of {path} hold a vote fraction outside 0 to 1, such as "
            f"{ANSWERS[column].kaggle} = {votes[row, column]:g} of {catalog['id'][row]}; expected fractions, not "
            "percentages or counts"
        )
    errors = np.abs(np.nan_to_num(closure_errors(votes)))
    broken = (errors > ROUNDING).any(axis=1)
    if broken.any():
        row, worst = np.unravel_index(np.argmax(errors), errors.shape)
        question = QUESTIONS[worst]
        warnings.warn(
            f"{int(broken.sum())} of {len(catalog)} galaxies of {path} break the sums of the decision tree by more "
            f"than {ROUNDING:g}; worst is {catalog['id'][row]}, whose answers to {question.name} sum to "
            f"{votes[row, question.columns].sum():.6g} where {reaching(votes)[row, worst]:.6g} reached the question",
            UserWarning,
            stacklevel=3,
        )
