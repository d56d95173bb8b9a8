"""What is too good about an error: frames held out at random, beside whole ones of what they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.evaluation.mean import mean_and_error

if TYPE_CHECKING:
    from jaxtyping import Float


class Estimate(NamedTuple):
    """A mean over runs and its standard error; the error is NaN of a single run."""

    value: float
    error: float


class Leak(NamedTuple):
    """Two errors of one method and how they compare.

    Attributes:
        at_random: Mean error where rows are held out at random.
        held_out: Mean error where whole groups of them are.
        ratio: The second over the first; 1 where nothing leaks.
        difference: The second minus the first; 0 where nothing leaks.
    """

    at_random: Estimate
    held_out: Estimate
    ratio: Estimate
    difference: Estimate


def leak(at_random: Float[np.ndarray, " run"], held_out: Float[np.ndarray, " other_run"]) -> Leak:
    """Compare errors of rows held out at random with those of whole groups held out.

    Neighboring frames of a simulation are nearly the same picture. Where they are parted at random each tested frame
    has a near twin among those that were learned, and the error says how well a picture is recognized, not how well
    anything is known of a new one. The ratio and the difference of the two errors are the leak, as numbers.

    The rows of one group are not independent, so that a bootstrap over rows would give an error far too small. Errors
    here are standard errors of the mean over runs, sd / sqrt(n) with ddof 1, whose splits and trainings had other
    seeds; of the ratio and difference to first order, the two sides being independent. With two or three runs they are
    themselves rough by half. The two sides also test other rows: a group that is hard by itself looks like a leak.

    Args:
        at_random: Error of each run with rows held out at random, above 0.
        held_out: Error of each run with whole groups held out.

    Raises:
        ValueError: for no run on one side, or an error that is not finite or below 0.

    Example:
        >>> leak(np.array([1.0, 1.0]), np.array([4.0, 6.0])).ratio
        Estimate(value=5.0, error=1.0)
    """
    for name, errors in (("at random", at_random), ("with whole groups held out", held_out)):
        if not len(errors) or not np.all(np.isfinite(errors) & (errors >= 0)):
            raise ValueError(f"errors {name} are {np.asarray(errors).tolist()}; expected at least one, finite, >= 0")
    one, other = Estimate(*mean_and_error(at_random)), Estimate(*mean_and_error(held_out))
    difference = Estimate(other.value - one.value, float(np.hypot(one.error, other.error)))
    return Leak(one, other, _ratio(one, other), difference)


def _ratio(one: Estimate, other: Estimate) -> Estimate:
    """Return other over one: NaN where one is 0, of which nothing is a multiple."""
    if one.value == 0:
        return Estimate(np.nan, np.nan)
    ratio = other.value / one.value
    return Estimate(ratio, float(np.hypot(other.error, ratio * one.error) / one.value))
