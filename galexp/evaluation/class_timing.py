"""When a merger is: how far a predicted time is off, and where along the merger, of classes and of numbers alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float

FEWEST = 5
"""Frames of a bin of time, at least, for it to have a number."""

_NEAR = (0.5, 1.5, 2.5)


class TimingScores(NamedTuple):
    """How well times are told; all but the number are NaN where there is no frame.

    Attributes:
        n: Number of frames.
        exact: Share that is off by at most half an interval; of classes the accuracy.
        within_1: Share that is off by at most one interval and a half; of classes by one class.
        within_2: Likewise by two and a half.
        mae: Mean absolute error [as the errors].
        bias: Median error; positive where a merger is taken for an older one [as the errors].
    """

    n: int
    exact: float
    within_1: float
    within_2: float
    mae: float
    bias: float


class TimingProfile(NamedTuple):
    """Errors along the true time, one entry a bin; NaN where a bin has fewer than five frames.

    Attributes:
        center: Middle of the bin [as the times].
        n: Number of frames.
        mae: Mean absolute error [as the times].
        median: Of the error [as the times].
        low: 16 % of the errors lie below it [as the times].
        high: 84 % of the errors lie below it [as the times].
    """

    center: Float[np.ndarray, " bin"]
    n: Float[np.ndarray, " bin"]
    mae: Float[np.ndarray, " bin"]
    median: Float[np.ndarray, " bin"]
    low: Float[np.ndarray, " bin"]
    high: Float[np.ndarray, " bin"]


def timing_scores(errors: Float[np.ndarray, " frame"], interval: float) -> TimingScores:
    """Score predicted minus true times in steps of the time between two snapshots.

    A number is counted as the class that it would be rounded to, |e| <= (k + 1/2) interval, so that a network that
    learned classes and one that learned a number stand in the same columns. That favors the number a little: it may
    lie anywhere, a class only on a snapshot.

    Args:
        errors: Predicted minus true time; what is not finite is left out and not counted.
        interval: Between two snapshots, in the unit of the errors; NaN where it is not known.

    Returns:
        The scores; the three shares are NaN where the interval is not known.

    Example:
        >>> timing_scores(np.array([0.0, 5.0, -10.0, 20.0]), interval=5.0)
        TimingScores(n=4, exact=0.25, within_1=0.5, within_2=0.75, mae=8.75, bias=2.5)
    """
    known = errors[np.isfinite(errors)]
    if not len(known):
        return TimingScores(0, np.nan, np.nan, np.nan, np.nan, np.nan)
    off = np.abs(known)
    first, second, third = (
        float(np.mean(off <= reach * interval)) if np.isfinite(interval) else np.nan for reach in _NEAR
    )
    return TimingScores(len(known), first, second, third, float(off.mean()), float(np.median(known)))


def timing_along(
    times: Float[np.ndarray, " frame"], errors: Float[np.ndarray, " frame"], edges: Float[np.ndarray, " edge"]
) -> TimingProfile:
    """Profile errors along the true time.

    The times of a merger end at both sides, so that errors cannot but point inward there: the median rises above 0 at
    the start and falls below it at the end for any network that is not perfect, and for the mean most of all.

    Args:
        times: True ones.
        errors: Predicted minus true time; frames without a finite one are left out.
        edges: Of the bins, rising; the last bin holds its upper edge.

    Raises:
        ValueError: for times and errors of different number, or fewer than two edges, or edges that do not rise.

    Example:
        >>> timing_along(np.arange(10.0), np.repeat([1.0, -2.0], 5), np.array([0.0, 5.0, 9.0])).median.tolist()
        [1.0, -2.0]
    """
    if len(times) != len(errors):
        raise ValueError(f"{len(times)} times have {len(errors)} errors; give one of each a frame")
    if len(edges) < 2 or np.any(np.diff(edges) <= 0):
        raise ValueError(f"the edges are {np.asarray(edges).tolist()}; expected two or more that rise")
    known = np.isfinite(times) & np.isfinite(errors) & (times >= edges[0]) & (times <= edges[-1])
    bins = np.minimum(np.searchsorted(edges, times[known], side="right") - 1, len(edges) - 2)
    members = [errors[known][bins == number] for number in range(len(edges) - 1)]
    rows = np.array([_of_bin(found) for found in members], dtype=np.float64).T
    return TimingProfile((edges[1:] + edges[:-1]) / 2, *rows)


def _of_bin(errors: np.ndarray) -> tuple[float, ...]:
    if len(errors) < FEWEST:
        return (len(errors), *[np.nan] * 4)
    low, median, high = np.quantile(errors, [0.16, 0.5, 0.84])
    return (len(errors), np.abs(errors).mean(), median, low, high)
