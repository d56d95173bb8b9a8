"""The galaxies that two sides both predicted, and what a network lost by never having seen their surroundings."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from astropy.table import Table

from galexp.evaluation.bootstrap import BootstrapInterval
from galexp.evaluation.classes import probabilities_of
from galexp.evaluation.comparison import mean_scores, paired_difference
from galexp.task.label import class_names, truth_columns

if TYPE_CHECKING:
    from jaxtyping import Float

    PerGalaxy = Callable[[Table], Float[np.ndarray, " galaxy"]]

K = TypeVar("K", bound=Hashable)
SMALLEST = 1e-12


@dataclasses.dataclass(frozen=True)
class Loss:
    """What a network loses on each galaxy; its score is the mean over galaxies, or the root of it.

    Args:
        key: Of the score in ``metrics.json``.
        target: That it is of; empty where it is of all targets together.
        heading: As a table writes it.
        is_root: Whether the score is the root of the mean.
        of: From a table of predictions to one number a galaxy, NaN where there is no truth.
        is_error: Whether less is better.
    """

    key: str
    target: str
    heading: str
    is_root: bool
    of: PerGalaxy
    is_error: bool = True


def losses_of(task: Mapping[str, Any], most_targets: int = 4, infix: str = "tta_") -> tuple[Loss, ...]:
    """Return what the predictions of a task are compared by.

    Args:
        task: Settings of the task.
        most_targets: With more they are taken together, sqrt(mean over galaxies and targets of the squared error).
        infix: ``tta_`` for predictions that are averaged over views, empty for plain ones.

    Returns:
        The RMSE of each target or of all; of classes the mean log loss and the accuracy; nothing without targets.
    """
    targets = truth_columns(task)
    if "classes" in task:
        return _of_classes(targets[0], class_names(task), infix)
    if len(targets) > most_targets:
        return (
            Loss("rmse", "", "RMSE over all targets", True, functools.partial(_squares, targets=targets, infix=infix)),
        )
    return tuple(
        Loss("rmse", one, "RMSE", True, functools.partial(_squares, targets=[one], infix=infix)) for one in targets
    )


def _of_classes(label: str, classes: list[str], infix: str) -> tuple[Loss, ...]:
    def of_truth(table: Table) -> Float[np.ndarray, " galaxy"]:
        labels = np.asarray(table[f"true_{label}"], dtype=np.float64)
        known = np.isfinite(labels)
        column = np.where(known, labels, 0).astype(np.int64)[:, None]
        chosen = np.take_along_axis(probabilities_of(table, classes, infix), column, axis=1)[:, 0]
        return np.where(known, -np.log(np.maximum(chosen, SMALLEST)), np.nan)

    def is_right(table: Table) -> Float[np.ndarray, " galaxy"]:
        labels = np.asarray(table[f"true_{label}"], dtype=np.float64)
        best = probabilities_of(table, classes, infix).argmax(axis=1)
        return np.where(np.isfinite(labels), best == labels, np.nan)

    log_loss = Loss("log_loss", label, "log loss", False, of_truth)
    return (log_loss, Loss("accuracy", label, "accuracy", False, is_right, is_error=False))


def _squares(table: Table, targets: Sequence[str], infix: str) -> Float[np.ndarray, " galaxy"]:
    errors = [np.asarray(table[f"pred_{infix}{name}"]) - np.asarray(table[f"true_{name}"]) for name in targets]
    return np.mean(np.square(np.stack(errors), dtype=np.float64), axis=0)


class Paired(NamedTuple):
    """Losses of two sides on the galaxies that both predicted.

    Attributes:
        first: Of one side, NaN where a member has no such galaxy.
        second: Of the other, likewise.
        members: Keys of those that share galaxies, such as seeds, in order.
        galaxies: Number of those that any member has.
        set_aside: Predictions of either side that have no counterpart, over all members.
    """

    first: Float[np.ndarray, "galaxy member"]
    second: Float[np.ndarray, "galaxy member"]
    members: tuple[Any, ...]
    galaxies: int
    set_aside: int


def pair(first: Mapping[K, Table], second: Mapping[K, Table], loss: Loss) -> Paired:
    """Find the galaxies that two sides both predicted and know the truth of, member by member.

    Args:
        first: Key of a member, such as its seed -> held-out predictions, with no ``id`` twice.
        second: Likewise; members that one side alone has, or that share no galaxy, are left out.
        loss: To be taken of each galaxy.

    Raises:
        ValueError: where the sides share no member, or no galaxy.
    """
    shared = {key: _common(first[key], second[key], loss) for key in first if key in second}
    lone = sum(len(first[key]) + len(second[key]) - 2 * len(ids) for key, (ids, _, _) in shared.items())
    common = {key: found for key, found in shared.items() if len(found[0])}
    if not common:
        raise ValueError(
            f"members {list(map(str, first))} and {list(map(str, second))} have no galaxy in common; compare networks "
            "that were tested on the same"
        )
    names = np.unique(np.concatenate([ids for ids, _, _ in common.values()]))
    filled = np.full((2, len(names), len(common)), np.nan)
    for column, (ids, *sides) in enumerate(common.values()):
        filled[:, np.searchsorted(names, ids), column] = sides
    return Paired(filled[0], filled[1], tuple(common), len(names), lone)


def comparable(first: Mapping[K, Table], second: Mapping[K, Table], loss: Loss) -> bool:
    """Tell whether two sides can be compared: a member of both predicted a galaxy whose truth is known.

    Args:
        first: As in :func:`pair`.
        second: As in :func:`pair`.
        loss: As in :func:`pair`.
    """
    return any(len(_common(first[key], second[key], loss)[0]) for key in first if key in second)


def _common(first: Table, second: Table, loss: Loss) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids, rows, others = np.intersect1d(first["id"], second["id"], assume_unique=True, return_indices=True)
    mine, theirs = loss.of(first[rows]), loss.of(second[others])
    known = np.isfinite(mine) & np.isfinite(theirs)
    return np.asarray(ids)[known].astype(str), mine[known], theirs[known]


@dataclasses.dataclass(frozen=True)
class Compared:
    """Two sides, compared on the same galaxies.

    Args:
        first: Mean over members of the score of one side.
        second: Of the other.
        difference: First minus second, with its paired interval over galaxies.
        per_member: The difference of each member.
        galaxies: Number of galaxies.
        set_aside: As of :class:`Paired`.
    """

    first: float
    second: float
    difference: BootstrapInterval
    per_member: tuple[float, ...]
    galaxies: int
    set_aside: int

    @property
    def training_spread(self) -> float:
        """Sample standard deviation of the difference over members; NaN for one."""
        return float(np.std(self.per_member, ddof=1)) if len(self.per_member) > 1 else np.nan


def compare(
    first: Mapping[K, Table],
    second: Mapping[K, Table],
    loss: Loss,
    draws: int = 1000,
    seed: int = 0,
) -> Compared:
    """Compare two sides on the galaxies that both predicted, averaged over the members that both have.

    The generalization gap is this, with networks that never saw the surroundings of the tested galaxies as the first
    side and the out-of-fold networks of :class:`galexp.split.matched.MatchedSplit` as the second; for one member it is
    :func:`galexp.evaluation.gap.generalization_gap`.

    Args:
        first: As in :func:`pair`.
        second: As in :func:`pair`.
        loss: That is compared.
        draws: Of the bootstrap over galaxies; fewer than two give no interval.
        seed: Of the bootstrap.

    Raises:
        ValueError: As :func:`pair` does.

    Example:
        >>> off_by = lambda error: Table({"id": ["a", "b"], "true_y": [0.0, 0.0], "pred_tta_y": [error, -error]})
        >>> (loss,) = losses_of({"targets": ["y"]})
        >>> float(compare({0: off_by(2.0)}, {0: off_by(0.5)}, loss, draws=10).difference.value)
        1.5
    """
    found = pair(first, second, loss)
    scores = mean_scores(found.first, loss.is_root), mean_scores(found.second, loss.is_root)
    interval = paired_difference(found.first, found.second, loss.is_root, draws, seed)
    each = tuple((scores[0] - scores[1]).tolist())
    of_first, of_second = (float(np.mean(score)) for score in scores)
    return Compared(of_first, of_second, interval, each, found.galaxies, found.set_aside)
