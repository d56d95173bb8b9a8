"""What residuals go with, and how much of it any predictor that knows less than everything must show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from jaxtyping import Float

FEWEST = 4
"""Pairs without which there is no interval: Fisher's z has an error of 1 / sqrt(n - 3)."""


class Correlation(NamedTuple):
    """How two columns go together.

    Attributes:
        n: Galaxies with both.
        pearson: Linear correlation.
        low: Lower end of its interval.
        high: Upper end of its interval.
        spearman: Correlation of the ranks.
    """

    n: int
    pearson: float
    low: float
    high: float
    spearman: float


class RegressionToMean(NamedTuple):
    """Correlations of the residual with truth and prediction, and those expected of the error alone.

    Attributes:
        with_truth: As found.
        expected_with_truth: Of a predictor that errs as much and is the mean of the truth for what it sees.
        with_prediction: As found; 0 is expected of such a predictor.
    """

    with_truth: Correlation
    expected_with_truth: float
    with_prediction: Correlation


def correlation(x: Float[np.ndarray, " galaxy"], y: Float[np.ndarray, " galaxy"], level: float = 0.95) -> Correlation:
    """Correlate two columns, with the interval of Fisher's z for Pearson's coefficient.

    tanh(atanh(r) -+ q / sqrt(n - 3)), with q the quantile of the normal distribution at (1 + level) / 2. The interval
    is exact for Gaussian columns only; with outliers believe Spearman's coefficient, which uses ranks. Of ten columns
    that mean nothing one leaves a 95 % interval around zero in two reports out of five.

    Args:
        x: A column.
        y: Another, of the same galaxies.
        level: Share of the interval.

    Returns:
        Pairs in which either is not finite are left out and not counted. All is NaN for fewer than four pairs, or
        where either column is constant.

    Raises:
        ValueError: If the lengths differ, or `level` is not in (0, 1).

    Example:
        >>> found = correlation(np.array([1.0, 2.0, 3.0, 4.0, np.nan]), np.array([2.0, 4.0, 6.0, 8.0, 1.0]))
        >>> found.n, round(found.pearson, 9), round(found.spearman, 9)
        (4, 1.0, 1.0)

    References:
        Fisher (1921), On the "probable error" of a coefficient of correlation deduced from a small sample, Metron 1, 3.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.shape != y.shape or not 0 < level < 1:
        raise ValueError(
            f"columns have shapes {x.shape} and {y.shape} and level is {level}; expected equal ones and 0 < level < 1"
        )
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Correlation(len(x), math.nan, math.nan, math.nan, math.nan)
    found = stats.pearsonr(x, y)
    interval = found.confidence_interval(level)
    spearman = stats.spearmanr(x, y).statistic
    return Correlation(len(x), float(found.statistic), float(interval.low), float(interval.high), float(spearman))


def expected_with_truth(error_sd: float, truth_sd: float) -> float:
    r"""Return the correlation of residual and truth that the error alone brings, -error_sd / truth_sd.

    Let p = E[t | image], the best that can be said. Then cov(p, t) = var(p), so that the error has
    var(p - t) = var(t) - var(p), and cov(p - t, t) = var(p) - var(t) = -var(p - t). Hence
    corr(p - t, t) = -sd(p - t) / sd(t) = -sqrt(1 - R^2), while cov(p - t, p) = 0: galaxies rich in what is predicted
    come out too low and poor ones too high, whatever the predictor, unless it knows everything. It is no bias that
    could be taken off, since at a given prediction there is none.

    A predictor with this error that is no such mean departs from it: one that exaggerates (predictions spread more than
    they should) correlates less with the truth, and positively with its own prediction; one that shrinks too much
    does the opposite.

    Args:
        error_sd: Standard deviation of the residuals.
        truth_sd: Standard deviation of the truth, above 0.

    Returns:
        NaN where the error exceeds the scatter of the truth: no conditional mean does that.

    Example:
        >>> expected_with_truth(0.3, 0.6)
        -0.5
    """
    return -error_sd / truth_sd if truth_sd > 0 and error_sd <= truth_sd else math.nan


def regression_to_mean(
    preds: Float[np.ndarray, " galaxy"], truth: Float[np.ndarray, " galaxy"], level: float = 0.95
) -> RegressionToMean:
    """Correlate residuals with truth and prediction, beside what the size of the error alone makes expected.

    Args:
        preds: Predictions.
        truth: True values of the same galaxies.
        level: Share of the intervals.

    Returns:
        As :func:`correlation` and :func:`expected_with_truth` say; galaxies without either value are left out.

    Raises:
        ValueError: As :func:`correlation`.

    Example:
        >>> truth = np.array([-1.5, -0.5, 0.5, 1.5])
        >>> found = regression_to_mean(np.array([-1.0, -1.0, 1.0, 1.0]), truth)
        >>> round(found.with_truth.pearson, 9) == round(found.expected_with_truth, 9) == round(-(0.2**0.5), 9)
        True
        >>> abs(round(found.with_prediction.pearson, 9))
        0.0
    """
    preds, truth = np.asarray(preds, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    residual = preds - truth
    with_truth, with_prediction = correlation(truth, residual, level), correlation(preds, residual, level)
    known = np.isfinite(residual)
    expected = expected_with_truth(float(np.std(residual[known])), float(np.std(truth[known]))) if known.any() else None
    return RegressionToMean(with_truth, math.nan if expected is None else expected, with_prediction)
