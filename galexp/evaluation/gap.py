"""How much worse a network is on surroundings that it never saw, on the same galaxies.

Two networks predict every galaxy of the held-out side: one learned from the other side alone, one from as many galaxies
of both sides, this one and those tested with it left out. Whatever makes the held-out galaxies hard for either cancels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.bootstrap import BootstrapInterval, paired_bootstrap_difference
from galexp.metric.regression import rmse

if TYPE_CHECKING:
    from jaxtyping import Float


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
            from both sides; see :func:`galexp.split.matched.matched_folds`.
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
