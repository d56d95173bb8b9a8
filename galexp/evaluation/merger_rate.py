"""How many of many galaxies merge, by vote fractions that a network predicts, and how many do in a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import linregress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Float, Int


class Fraction(NamedTuple):
    """A fraction of galaxies with the standard deviation of its bootstrap; NaN without draws."""

    value: float
    error: float


class Line(NamedTuple):
    """Truth = intercept + slope x prediction, by least squares, with standard errors."""

    intercept: float
    intercept_error: float
    slope: float
    slope_error: float
    galaxies: int


def expected_fraction(preds: Float[np.ndarray, " galaxy"], draws: int, seed: int) -> Fraction:
    """Return the mean of predicted vote fractions: the number of galaxies that volunteers would name so, expected.

    A weighted fraction of Galaxy Zoo is the probability of the whole path through the tree, so that nothing is to be
    multiplied to it. A network that is drawn towards the mean leaves the mean of galaxies like those that it learned
    from as it is, and moves that of others.

    Args:
        preds: Finite.
        draws: Of the bootstrap over galaxies; below 2 there is no error.
        seed: Of the bootstrap.

    Example:
        >>> expected_fraction(np.array([0.0, 0.5, 1.0]), draws=0, seed=0)
        Fraction(value=0.5, error=nan)
    """
    return Fraction(float(preds.mean()), _scatter([preds[rows].mean() for rows in _resamples(len(preds), draws, seed)]))


def fraction_above(preds: Float[np.ndarray, " galaxy"], threshold: float, draws: int, seed: int) -> Fraction:
    """Return the share of galaxies whose predicted vote fraction lies above a threshold.

    It counts galaxies on which volunteers agree, so that it falls as the threshold rises, and is no estimate of the
    mean fraction. A network that is drawn towards the mean crosses a high threshold too rarely.

    Args:
        preds: Finite.
        threshold: Exclusive.
        draws: As in :func:`expected_fraction`.
        seed: As in :func:`expected_fraction`.

    Example:
        >>> fraction_above(np.array([0.1, 0.5, 0.6, 0.9]), 0.5, draws=0, seed=0).value
        0.5
    """
    return expected_fraction((preds > threshold).astype(np.float64), draws, seed)


def fit_truth(truth: Float[np.ndarray, " galaxy"], preds: Float[np.ndarray, " galaxy"]) -> Line | None:
    """Regress the true on the predicted vote fraction.

    The slope is 1 and the intercept 0 where predictions are the mean truth of galaxies that are predicted so. It is the
    truth that is regressed: the regression of predictions on the truth is flatter than 1:1 for any predictor that does
    not know everything, and says nothing of a bias.

    Args:
        truth: Finite.
        preds: Of the same galaxies.

    Returns:
        The line; None where fewer than three galaxies define none, or truths or predictions that are all alike.

    Example:
        >>> line = fit_truth(np.array([0.1, 0.5, 0.9]), np.array([0.0, 0.2, 0.4]))
        >>> round(line.intercept, 9), round(line.slope, 9)
        (0.1, 2.0)
    """
    if len(truth) < 3 or np.ptp(preds) == 0 or np.ptp(truth) == 0:
        return None
    fit = linregress(preds, truth)
    errors = float(fit.intercept_stderr), float(fit.stderr)
    return Line(float(fit.intercept), errors[0], float(fit.slope), errors[1], len(truth))


def corrected_fraction(
    preds: Float[np.ndarray, " galaxy"],
    known_truth: Float[np.ndarray, " known"],
    known_preds: Float[np.ndarray, " known"],
    draws: int,
    seed: int,
) -> Fraction:
    """Return the mean fraction after the line of truth on prediction, of galaxies whose truth is known.

    f = a + b mean(prediction), with a, b of :func:`fit_truth`. The bootstrap draws both sets of galaxies anew, each by
    itself, so that the error holds that of the line and that of the mean. The correction holds where the galaxies of a
    predicted fraction have the same mean truth in both sets; it cannot know of a selection that changes this.

    Args:
        preds: Of the galaxies in question, finite.
        known_truth: Of others, from the same survey, that the network did not learn from.
        known_preds: Of these.
        draws: As in :func:`expected_fraction`; draws that define no line are left out.
        seed: As in :func:`expected_fraction`.

    Returns:
        Value and error, NaN where no line is defined.

    Example:
        Where each prediction is half of the truth, so is their mean:

        >>> truth = np.linspace(0, 0.4, 5)
        >>> round(corrected_fraction(np.full(7, 0.1), truth, truth / 2, draws=0, seed=0).value, 9)
        0.2
    """
    line = fit_truth(known_truth, known_preds)
    if line is None:
        return Fraction(np.nan, np.nan)
    drawn = []
    sets = zip(_resamples(len(preds), draws, seed), _resamples(len(known_truth), draws, seed + 1), strict=True)
    for rows, known in sets:
        truth, lever = known_truth[known], known_preds[known] - known_preds[known].mean()
        if np.ptp(lever) > 0:
            slope = np.sum(lever * truth) / np.sum(lever**2)
            drawn.append(truth.mean() + slope * (preds[rows].mean() - known_preds[known].mean()))
    return Fraction(float(line.intercept + line.slope * preds.mean()), _scatter(drawn))


def merger_rate(fraction: float, observability: float, mergers_an_image: float = 1.0, merging: float = 1.0) -> float:
    """Return the mergers that a galaxy undergoes in a time.

    R = C_merg k f / T_obs. The time enters as a divisor and is known to a factor of a few, which is more than any error
    of the fraction; a rate without the time that it was made with says nothing.

    Args:
        fraction: Of images that show a merger, or its error.
        observability: T_obs, the time for which a merger is seen as one [Gyr].
        mergers_an_image: k, 1 where an image shows the whole merger, 0.5 where each of two galaxies has an image.
        merging: C_merg, the share of what is called a merger that is one, and not two galaxies in one line of sight.

    Returns:
        Rate [1/Gyr].

    Raises:
        ValueError: If the time is not positive, or a share not between 0 and 1.

    Example:
        >>> merger_rate(0.05, observability=0.5), merger_rate(0.05, observability=0.5, mergers_an_image=0.5)
        (0.1, 0.05)
    """
    if not observability > 0:
        raise ValueError(f"observability is {observability} Gyr; expected a time above 0")
    for name, share in (("mergers_an_image", mergers_an_image), ("merging", merging)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is {share}; expected a share from 0 to 1")
    return merging * mergers_an_image * fraction / observability


def _resamples(galaxies: int, draws: int, seed: int) -> Iterator[Int[np.ndarray, " galaxy"]]:
    rng = np.random.default_rng(seed)
    return (rng.integers(galaxies, size=galaxies) for _ in range(draws))


def _scatter(drawn: list[float]) -> float:
    return float(np.std(drawn, ddof=1)) if len(drawn) > 1 else float("nan")
