"""Whether as many true values lie between predicted quantiles as their levels say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.evaluation.calibration import Coverage, binomial_error, checked_levels, mean_of_rows
from galexp.loss.quantile import pinball

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float


def quantile_coverage(
    quantiles: Float[np.ndarray, "galaxy level"], levels: Sequence[float], truth: Float[np.ndarray, " galaxy"]
) -> Coverage:
    """Count the true values between each pair of quantiles that leave as much below as above.

    Args:
        quantiles: One column a level.
        levels: Of the columns, rising. A level without its counterpart 1 - level, such as the median, is passed over.
        truth: True values.

    Returns:
        One share a pair, from the widest interval to the narrowest; NaN for no rows, or if anything is NaN.

    Raises:
        ValueError: If shapes do not belong together, or a level is not between 0 and 1.

    Example:
        >>> quantiles = np.tile([-1.0, 0.0, 1.0], (4, 1))
        >>> found = quantile_coverage(quantiles, [0.16, 0.5, 0.84], np.array([0.0, 0.9, -1.5, 3.0]))
        >>> round(found.level.item(), 2), found.share.item()
        (0.68, 0.5)
    """
    quantiles, level = _checked(quantiles, levels, truth)
    low, high = np.nonzero(np.triu(np.isclose(level[:, None] + level, 1), k=1))
    above, below = truth[:, None] - quantiles[:, low], quantiles[:, high] - truth[:, None]
    inside = np.where(np.isnan(above + below), np.nan, (above >= 0) & (below >= 0))
    central = level[high] - level[low]
    return Coverage(central, mean_of_rows(inside), binomial_error(central, len(truth)))


def mean_pinball(
    quantiles: Float[np.ndarray, "galaxy level"], levels: Sequence[float], truth: Float[np.ndarray, " galaxy"]
) -> float:
    """Compute the pinball loss, its mean over galaxies and levels; low for quantiles that are right and narrow.

    Args:
        quantiles: One column a level.
        levels: Of the columns.
        truth: True values.

    Returns:
        In the unit of the target; NaN for no rows, or if anything is NaN.

    Raises:
        ValueError: As `quantile_coverage`.

    Example:
        >>> mean_pinball(np.array([[2.0, 2.0]]), [0.5, 0.75], np.array([6.0]))
        2.5
    """
    quantiles, level = _checked(quantiles, levels, truth)
    return pinball(*(torch.tensor(each, dtype=torch.float64) for each in (quantiles, truth, level))).item()


def _checked(quantiles: np.ndarray, levels: Sequence[float], truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    level = checked_levels(levels)
    if quantiles.shape != (len(truth), len(level)):
        raise ValueError(f"quantiles have shape {quantiles.shape}; expected {len(truth)} rows and {len(level)} levels")
    return np.asarray(quantiles, dtype=np.float64), level
