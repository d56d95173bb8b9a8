"""Out-of-fold networks for the galaxies that another split holds out, each with as many rows to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from galexp.split.base import TEST, TRAIN, UNUSED, VAL, Split

if TYPE_CHECKING:
    from jaxtyping import Int


def matched_folds(
    roles: np.ndarray, folds: int, seed: int
) -> Iterator[tuple[Int[np.ndarray, " learn"], Int[np.ndarray, " held_out"]]]:
    """Yield rows to learn from and rows to predict, for the networks that saw the held-out side.

    The held-out rows are cut into folds at random; each fold is predicted by a network that learns from rows drawn at
    random from all others, as many as the split gives to the network that never saw the held-out side.

    Args:
        roles: Of a split; ``train`` and ``val`` are learned from, ``test`` is held out, ``unused`` is left out.
        folds: Parts of the held-out side.
        seed: Of the choice.

    Raises:
        ValueError: On the first fold, if there are fewer than two folds, fewer held-out rows than folds, or no rows to
            learn from.

    Example:
        >>> roles = np.array(["train"] * 6 + ["test"] * 4)
        >>> [(len(learn), len(held_out)) for learn, held_out in matched_folds(roles, 2, seed=0)]
        [(6, 2), (6, 2)]
    """
    learnable, held_out = np.flatnonzero(np.isin(roles, (TRAIN, VAL))), np.flatnonzero(roles == TEST)
    if not 2 <= folds <= len(held_out):
        raise ValueError(
            f"folds is {folds} and {len(held_out)} rows are held out; expected 2 folds or more, and no more than rows"
        )
    if not len(learnable):
        raise ValueError(f"none of {len(roles)} rows is train or val; there is nothing to learn from")
    rng = np.random.default_rng(seed)
    for fold in np.array_split(rng.permutation(held_out), folds):
        others = np.concatenate([learnable, np.setdiff1d(held_out, fold)])
        yield np.sort(rng.choice(others, len(learnable), replace=False)), np.sort(fold)


class MatchedSplit(Split):
    """Hold out one fold of what another split holds out, and learn from as many rows of both of its sides.

    A network that learned from one side of a split is worse on the other side for two reasons: it never saw such
    galaxies, and they may be harder for anybody. The folds of this split give every held-out galaxy a prediction by a
    network that did see its kind, so that the difference of the two errors is the first reason alone; see
    :func:`galexp.evaluation.matched.compare`. Rows that the other split leaves unused are unused here, whichever
    policy on missing values brought that about, and so are the rows that are not drawn. Validation rows are carved out
    of what is learned from as by any split, also where the other one names its own.

    Where the other split keeps groups, simulations or neighbors on one side, a network of this one has seen members of
    the same group or simulation as those it is tested on: the audit counts them. That is what is asked, and it makes
    the gap of a simulation split the whole cost of never having seen a simulation.

    Args:
        of: The split whose held-out side is predicted.
        folds: Parts of its held-out side, at least 2.
        fold: The one that is tested, from 0.
        val_fraction: Share of what is learned from for validation; the same as that of the other split.
        seed: Of folds, drawn rows and validation rows; the same for all folds, and the one of the other split.

    Raises:
        ValueError: for a fold that there is not.
    """

    def __init__(self, of: Split, folds: int = 5, fold: int = 0, val_fraction: float = 0.1, seed: int = 0) -> None:
        super().__init__(val_fraction, seed)
        if folds < 2 or not 0 <= fold < folds:
            raise ValueError(f"split.fold is {fold} of split.folds {folds}; expected 0 <= fold < folds and folds >= 2")
        self.of = of
        self.folds = folds
        self.fold = fold

    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``test`` for one fold of the held-out side, ``train`` for what is learned from, else ``unused``.

        Raises:
            ValueError: as the other split does, or where it holds out fewer rows than there are folds.
        """
        sides = np.asarray(self.of.sides(catalog)).astype("U6")
        learn, held_out = list(matched_folds(sides, self.folds, self.seed))[self.fold]
        roles = np.full(len(catalog), UNUSED)
        roles[learn], roles[held_out] = TRAIN, TEST
        return roles
