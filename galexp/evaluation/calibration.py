"""Whether the widths of Gaussian predictions are those of their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import norm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float

    Rows = Float[np.ndarray, " galaxy"]


class Coverage(NamedTuple):
    """How many true values lie inside central intervals.

    Attributes:
        level: Share that should.
        share: Share that does.
        standard_error: By which the share scatters about the level if the level is right, sqrt(l (1 - l) / n).
    """

    level: Float[np.ndarray, " level"]
    share: Float[np.ndarray, " level"]
    standard_error: Float[np.ndarray, " level"]


def coverage(preds: Rows, sigma: Rows, truth: Rows, levels: Sequence[float] = (0.68, 0.95)) -> Coverage:
    """Count the true values within central intervals of Gaussian predictions, |t - p| <= sigma ndtri((1 + level) / 2).

    A share below its level means widths that are too small, or an error that is not Gaussian: look at several levels.
    And shares can be right over all galaxies and wrong for the faint ones.

    Args:
        preds: Means.
        sigma: Standard deviations.
        truth: True values.
        levels: Of the intervals, between 0 and 1.

    Returns:
        One share a level; NaN for no rows, or if anything is NaN.

    Raises:
        ValueError: If shapes differ, a sigma is not positive, or a level not between 0 and 1.

    Example:
        >>> coverage(np.zeros(4), np.ones(4), np.array([0.0, 0.9, -1.5, 3.0])).share.tolist()
        [0.5, 0.75]
    """
    z = np.abs(_standardized(preds, sigma, truth))
    level = checked_levels(levels)
    inside = np.where(np.isnan(z)[:, None], np.nan, z[:, None] <= ndtri((1 + level) / 2))
    return Coverage(level, mean_of_rows(inside), binomial_error(level, len(z)))


def pit(preds: Rows, sigma: Rows, truth: Rows) -> Rows:
    """Return the probability integral transform, the share of each Gaussian prediction that lies below the truth.

    Its histogram is flat if predictions are right, a bowl if widths are too small, a hill if they are too large, and
    tilted by a bias.

    Args:
        preds: Means.
        sigma: Standard deviations.
        truth: True values.

    Returns:
        One number a row from 0 to 1; NaN where anything is NaN.

    Raises:
        ValueError: If shapes differ, or a sigma is not positive.

    Example:
        >>> pit(np.zeros(3), np.ones(3), np.array([-9.9, 0.0, 9.9])).round(6).tolist()
        [0.0, 0.5, 1.0]
    """
    return np.asarray(ndtr(_standardized(preds, sigma, truth)))


def negative_log_likelihood(preds: Rows, sigma: Rows, truth: Rows) -> float:
    """Compute the mean of log(sigma) + z^2 / 2 + log(2 pi) / 2, with z = (t - p) / sigma.

    Args:
        preds: Means.
        sigma: Standard deviations.
        truth: True values.

    Returns:
        In nat, and moved by log(c) where the unit changes by c; NaN for no rows, or if anything is NaN.

    Raises:
        ValueError: As `pit`.

    Example:
        >>> round(negative_log_likelihood(np.zeros(2), np.ones(2), np.zeros(2)), 4)
        0.9189
        >>> round(float(np.log(2 * np.pi)) / 2, 4)
        0.9189
    """
    z = _standardized(preds, sigma, truth)
    return float(mean_of_rows(np.log(sigma) - norm.logpdf(z)))


def crps(preds: Rows, sigma: Rows, truth: Rows) -> float:
    """Compute the continuous ranked probability score of Gaussian predictions.

    The integral of (F(x) - [x >= t])^2 over x, with F the predicted distribution function, which for a Gaussian is
    sigma (z (2 F(z) - 1) + 2 f(z) - 1 / sqrt(pi)). For a width of nothing it is the mean absolute error; a single
    galaxy far off weighs less than in the likelihood.

    Args:
        preds: Means.
        sigma: Standard deviations.
        truth: True values.

    Returns:
        In the unit of the target; NaN for no rows, or if anything is NaN.

    Raises:
        ValueError: As `pit`.

    Example:
        The mean is hit: (sqrt(2) - 1) / sqrt(pi) of the width.

        >>> round(crps(np.zeros(1), np.ones(1), np.zeros(1)), 4)
        0.2337

    References:
        Gneiting & Raftery 2007, JASA 102, 359.
    """
    z = _standardized(preds, sigma, truth)
    return float(mean_of_rows(sigma * (z * (2 * ndtr(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))))


def sharpness(sigma: Rows) -> float:
    """Compute the root mean square of the widths, which of right predictions is their RMSE.

    Args:
        sigma: Standard deviations.

    Returns:
        In the unit of the target; NaN for no rows, or if anything is NaN.

    Example:
        >>> round(sharpness(np.array([3.0, 4.0])) ** 2, 6)
        12.5
    """
    return float(np.sqrt(mean_of_rows(np.square(sigma))))


def sigma_scale(preds: Rows, sigma: Rows, truth: Rows) -> float:
    """Return the factor on all widths that makes the truth most probable, sqrt(mean z^2) with z = (t - p) / sigma.

    Taken from validation rows and applied to test rows, it mends widths that are too small or too large on the whole.

    Args:
        preds: Means.
        sigma: Standard deviations.
        truth: True values.

    Returns:
        Above 1 where widths are too small; NaN for no rows, or if anything is NaN.

    Raises:
        ValueError: As `pit`.

    Example:
        >>> sigma_scale(np.zeros(2), np.ones(2), np.array([-2.0, 2.0]))
        2.0
    """
    return sharpness(_standardized(preds, sigma, truth))


def _standardized(preds: np.ndarray, sigma: np.ndarray, truth: np.ndarray) -> Rows:
    if not preds.shape == sigma.shape == truth.shape or truth.ndim != 1:
        raise ValueError(f"preds have shape {preds.shape}, sigma {sigma.shape}, truth {truth.shape}; expected all (n,)")
    if (sigma <= 0).any():
        raise ValueError(f"the least sigma is {np.nanmin(sigma)}; expected standard deviations above 0")
    return np.asarray(truth - preds, dtype=np.float64) / sigma


def checked_levels(levels: Sequence[float]) -> Float[np.ndarray, " level"]:
    """Return levels as an array.

    Raises:
        ValueError: If one is not between 0 and 1.
    """
    level = np.asarray(levels, dtype=np.float64)
    if not ((level > 0) & (level < 1)).all():
        raise ValueError(f"levels are {level.tolist()}; expected shares between 0 and 1, such as 0.68")
    return level


def binomial_error(level: Float[np.ndarray, " level"], n: int) -> Float[np.ndarray, " level"]:
    """Return the standard deviation of the share of n draws, each of which is inside with probability level."""
    return np.sqrt(level * (1 - level) / n) if n else np.full(level.shape, np.nan)


def mean_of_rows(values: Float[np.ndarray, " row *rest"]) -> Float[np.ndarray, "*rest"]:
    """Return the mean over the first axis; NaN, and no warning, for no rows."""
    return values.mean(0) if len(values) else np.full(values.shape[1:], np.nan)
