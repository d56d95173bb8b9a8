"""How well galaxies are predicted, bin by bin of a quantity that they are sorted by."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from scipy.optimize import least_squares

from galexp.metric import regression

if TYPE_CHECKING:
    from jaxtyping import Float, Int

FEWEST = 5
_STEPS = (1.0, 2.0, 5.0, 10.0)


class BinnedScatter(NamedTuple):
    """Numbers of each bin; NaN in bins of too few galaxies, the number of galaxies excepted.

    Attributes:
        edges: One more than there are bins.
        n: Galaxies in the bin.
        median: Of the predictions.
        rmse: Root mean square of prediction minus reference.
        nmad: 1.4826 times the median absolute deviation of prediction minus reference.
    """

    edges: Float[np.ndarray, " edge"]
    n: Int[np.ndarray, " bin"]
    median: Float[np.ndarray, " bin"]
    rmse: Float[np.ndarray, " bin"]
    nmad: Float[np.ndarray, " bin"]

    @property
    def centers(self) -> Float[np.ndarray, " bin"]:
        """Middle of each bin."""
        return (self.edges[:-1] + self.edges[1:]) / 2


def binned_scatter(
    by: Float[np.ndarray, " galaxy"],
    prediction: Float[np.ndarray, " galaxy"],
    reference: Float[np.ndarray, " galaxy"],
    edges: Float[np.ndarray, " edge"],
    fewest: int = FEWEST,
) -> BinnedScatter:
    """Summarize predictions and their errors in bins.

    A bin holds what is at its lower edge and not what is at its upper one, but for the last. Bins of the truth show the
    regression to the mean: the RMSE of the outermost holds their bias, which the NMAD takes away.

    Args:
        by: What is binned: the truth, or another column.
        prediction: Of each galaxy.
        reference: What the prediction is compared with: the truth, or a relation at that galaxy.
        edges: Of the bins, rising.
        fewest: Galaxies that a bin must have for numbers other than their count.

    Returns:
        Numbers of each bin. Galaxies outside the edges, and those with a NaN, are in none.

    Raises:
        ValueError: If shapes differ, or the edges are fewer than two or do not rise.

    Example:
        >>> truth = np.repeat([0.5, 1.5], 8)
        >>> found = binned_scatter(truth, truth + np.tile([0.3, -0.3], 8), truth, np.array([0.0, 1.0, 2.0]))
        >>> found.n.tolist(), found.median.round(6).tolist(), found.rmse.round(6).tolist()
        ([8, 8], [0.5, 1.5], [0.3, 0.3])
    """
    _check(by, prediction, reference, edges)
    finite = np.isfinite(by) & np.isfinite(prediction) & np.isfinite(reference)
    by, prediction, reference = by[finite], prediction[finite], reference[finite]
    order = np.argsort(by, kind="stable")
    starts = np.searchsorted(by[order], edges, side="left")
    starts[-1] = np.searchsorted(by[order], edges[-1], side="right")
    rows = [order[start:stop] for start, stop in itertools.pairwise(starts)]
    numbers = [_numbers(prediction[row], reference[row]) if len(row) >= fewest else _NOTHING for row in rows]
    median, rmse, nmad = np.array(numbers).T
    return BinnedScatter(np.asarray(edges), np.array([len(row) for row in rows]), median, rmse, nmad)


_NOTHING = (math.nan, math.nan, math.nan)


def _numbers(prediction: np.ndarray, reference: np.ndarray) -> tuple[float, float, float]:
    tensors = torch.from_numpy(prediction), torch.from_numpy(reference)
    return float(np.median(prediction)), float(regression.rmse(*tensors)), float(regression.nmad(*tensors))


def _check(by: np.ndarray, prediction: np.ndarray, reference: np.ndarray, edges: np.ndarray) -> None:
    if not by.shape == prediction.shape == reference.shape:
        raise ValueError(f"by has shape {by.shape}, prediction {prediction.shape}, reference {reference.shape}; one")
    if len(edges) < 2 or not np.all(np.diff(edges) > 0):
        raise ValueError(f"edges are {np.asarray(edges).tolist()}; expected two or more that rise")


def about_running_median(
    by: Float[np.ndarray, " galaxy"], prediction: Float[np.ndarray, " galaxy"], edges: Float[np.ndarray, " edge"]
) -> Float[np.ndarray, " galaxy"]:
    """Return each prediction minus the median of the predictions in its bin.

    The scatter about it is what predictions of galaxies that are alike in `by` have among themselves, whatever relation
    they follow; about a published relation an offset between the two adds to it.

    Args:
        by: What is binned.
        prediction: Of each galaxy.
        edges: Of the bins, rising.

    Returns:
        One number a galaxy; NaN outside the edges, in bins of fewer than five galaxies, and where a value is NaN.

    Raises:
        ValueError: As :func:`binned_scatter`.

    Example:
        >>> about_running_median(np.full(5, 0.5), np.arange(5.0), np.array([0.0, 1.0])).tolist()
        [-2.0, -1.0, 0.0, 1.0, 2.0]
    """
    median = binned_scatter(by, prediction, prediction, edges).median
    bins = np.searchsorted(edges, by, side="right") - 1
    bins = np.where(by == edges[-1], len(median) - 1, bins)
    inside = (bins >= 0) & (bins < len(median))
    return prediction - np.where(inside, median[np.clip(bins, 0, len(median) - 1)], np.nan)


def round_edges(low: float, high: float, bins: int = 12) -> Float[np.ndarray, " edge"]:
    """Return edges at multiples of a round step, 1, 2 or 5 times a power of ten, that cover a range.

    Args:
        low: End of the range.
        high: Other end.
        bins: Wanted; the step is the round one that is nearest, on a logarithmic scale, to what would give so many.

    Returns:
        Two edges or more.

    Raises:
        ValueError: If the range is empty or not finite.

    Example:
        The bins of Wu & Boada (2019), 0.1 dex in metallicity and 0.2 dex in mass:

        >>> round_edges(8.2, 9.3).round(6).tolist()
        [8.2, 8.3, 8.4, 8.5, 8.6, 8.7, 8.8, 8.9, 9.0, 9.1, 9.2, 9.3]
        >>> round_edges(8.4, 11.4).round(6)[[0, 1, -1]].tolist()
        [8.4, 8.6, 11.4]
    """
    if not low < high or not math.isfinite(high - low):
        raise ValueError(f"the range is {low} to {high}; expected two numbers that rise")
    raw = (high - low) / bins
    decade = 10.0 ** math.floor(math.log10(raw))
    step = decade * min(_STEPS, key=lambda factor: abs(math.log(factor * decade / raw)))
    first, last = math.floor(low / step + 1e-6), math.ceil(high / step - 1e-6)
    return step * np.arange(first, max(last, first + 1) + 1)


def gaussian_of_histogram(
    values: Float[np.ndarray, " value"], edges: Float[np.ndarray, " edge"]
) -> tuple[float, float]:
    """Fit a Gaussian to a histogram by least squares on its counts.

    Where there are wings, or a tail on one side, it follows the core: its center is neither the mean nor the median.

    Args:
        values: What is counted.
        edges: Of the bins.

    Returns:
        Center and standard deviation; NaN both where there are fewer than five values inside, or all are alike.

    Example:
        >>> values = np.random.default_rng(0).normal(3.0, 0.5, 100_000)
        >>> center, sigma = gaussian_of_histogram(values, np.linspace(1, 5, 41))
        >>> round(center, 1), round(sigma, 1)
        (3.0, 0.5)
    """
    inside = values[(values >= edges[0]) & (values <= edges[-1])]
    if len(inside) < FEWEST or np.ptp(inside) == 0:
        return math.nan, math.nan
    counts, _ = np.histogram(inside, edges)
    centers = (edges[:-1] + edges[1:]) / 2
    scale = np.array([counts.max(), inside.std(), inside.std()])

    def misfit(found: np.ndarray) -> np.ndarray:
        height, center, sigma = found * scale
        return height * np.exp(-(((centers - center) / sigma) ** 2) / 2) - counts

    start = np.array([counts.max(), np.median(inside), inside.std()]) / scale
    _, center, sigma = least_squares(misfit, start).x * scale
    return float(center), float(abs(sigma))
