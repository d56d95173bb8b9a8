"""How much worse a network is on surroundings that it never saw, on the same galaxies.

Two networks predict every galaxy of the held-out side: one learned from the other side alone, one from as many galaxies
of both sides, this one and those tested with it left out. Whatever makes the held-out galaxies hard for either cancels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.bootstrap import BootstrapInterval, paired_bootstrap_difference
from galexp.metric.regression import rmse
from galexp.split.base import TEST, TRAIN, VAL

if TYPE_CHECKING:
    from jaxtyping import Float, Int


def generalization_gap(
    unseen: Float[np.ndarray, " galaxy *target"],
    seen: Float[np.ndarray, " galaxy *target"],
    target: Float[np.ndarray, " galaxy *target"],
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.68,
) -> BootstrapInterval:
    """Compute the generalization gap with its paired bootstrap interval over galaxies.

    gap = rmse(unseen, target) - rmse(seen, target), in the unit of the target. Positive: what was learned on the other
    side does not hold here. 0 is expected where the surroundings tell nothing that the input does not, up to what a
    forest or network gains from examples nearer to the tested ones.

    Args:
        unseen: Predictions of held-out galaxies by the network that learned from the other side alone.
        seen: Predictions of the same galaxies, row by row, by out-of-fold networks of equal training size that learned
            from both sides; see :func:`matched_folds`.
        target: True values; rows in which one is NaN are left out.
        draws: Of the bootstrap.
        seed: Of the bootstrap.
        level: Share of the draws inside the interval.

    Returns:
        Gap, its interval and its standard error, which hold the chance of which galaxies were tested, not that of the
        training.

    Raises:
        ValueError: If the shapes differ, a prediction is not finite, there are no rows, or none has a true value.

    Example:
        >>> generalization_gap(np.full(10, 2.0), np.full(10, 0.5), np.zeros(10)).value.item()
        1.5
    """
    if not unseen.shape == seen.shape == target.shape:
        raise ValueError(
            f"unseen has shape {unseen.shape}, seen {seen.shape}, target {target.shape}; give the same rows of each"
        )
    if not len(target):
        raise ValueError("no held-out galaxies were given; a gap needs some")
    known = np.isfinite(target).reshape(len(target), -1).all(axis=1)
    bad = [name for name, values in (("unseen", unseen), ("seen", seen)) if not np.isfinite(values[known]).all()]
    if bad:
        raise ValueError(f"{' and '.join(bad)} hold predictions that are not finite; predict every held-out galaxy")
    if not known.any():
        raise ValueError(f"none of the {len(target)} held-out galaxies has a true value; no gap can be measured")
    return paired_bootstrap_difference(rmse, unseen[known], seen[known], target[known], draws, seed, level)


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
