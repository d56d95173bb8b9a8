"""Whether classes are the true ones as often as their probabilities say, and one number that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from galexp.metric.labeled import checked

if TYPE_CHECKING:
    from jaxtyping import Float, Int

    Probabilities = Float[np.ndarray, "galaxy class"]

SMALLEST = 1e-12
COLDEST, HOTTEST = 0.1, 10.0


class Reliability(NamedTuple):
    """How often what is called so and so probable is the case, one number a bin that is not empty.

    Attributes:
        confidence: Mean of the probabilities.
        frequency: Share of rows where it is the case.
        rows: Their number.
        standard_error: By which the frequency scatters about the confidence if probabilities are right,
            sqrt(sum of p (1 - p)) / n.
    """

    confidence: Float[np.ndarray, " bin"]
    frequency: Float[np.ndarray, " bin"]
    rows: Int[np.ndarray, " bin"]
    standard_error: Float[np.ndarray, " bin"]


def reliability(
    probabilities: Probabilities,
    labels: Int[np.ndarray, " galaxy"],
    bins: int = 15,
    of: int | None = None,
) -> Reliability:
    """Compare probabilities with frequencies, in bins of equal width from 0 to 1, each with its upper edge.

    Args:
        probabilities: Of each class, finite.
        labels: True classes.
        bins: Their number, empty ones included.
        of: Class whose probability is held against how often it is the true one; None for the most probable class, as
            in `galexp.metric.classification.expected_calibration_error`, which is what this gives in sum.

    Returns:
        Bins that are not empty, in rising order; none for no rows.

    Raises:
        ValueError: If shapes do not belong together, a label is no class, rows do not sum to 1, or anything is NaN.

    Example:
        >>> found = reliability(np.tile([0.75, 0.25], (4, 1)), np.array([0, 0, 1, 1]))
        >>> found.confidence.item(), found.frequency.item(), found.rows.item()
        (0.75, 0.5, 4)
    """
    probabilities, labels = _checked(probabilities, labels)
    chosen = probabilities.argmax(1) if of is None else np.full(len(labels), of)
    p = np.take_along_axis(probabilities, chosen[:, None], 1)[:, 0].clip(0, 1)
    place = np.ceil(p * bins).clip(1, bins).astype(int) - 1
    count = np.bincount(place, minlength=bins)
    filled = count > 0
    sums = [np.bincount(place, weights, bins)[filled] for weights in (p, labels == chosen, p * (1 - p))]
    n = count[filled]
    return Reliability(sums[0] / n, sums[1] / n, n, np.sqrt(sums[2]) / n)


def temperature(probabilities: Probabilities, labels: Int[np.ndarray, " galaxy"]) -> float:
    """Return the temperature T at which softmax(log(p) / T) makes the labels most probable.

    Taken from validation rows and applied to test rows, it mends what is too sure (T above 1) or not sure enough. The
    order of the classes of a galaxy stays as it is, and with it the accuracy.

    Args:
        probabilities: Of each class; one below 1e-12 counts as that.
        labels: True classes.

    Returns:
        From 0.1 to 10, the ends where the best lies beyond: the lower one where no row is wrong.

    Raises:
        ValueError: As `reliability`, or if there are no rows.

    Example:
        Nine in ten are right, and so the two classes should have log odds of log(9) instead of 2 log(9):

        >>> probabilities = np.tile([81 / 82, 1 / 82], (10, 1))
        >>> round(temperature(probabilities, np.array([0] * 9 + [1])), 4)
        2.0

    References:
        Guo et al. 2017, ICML.
    """
    probabilities, labels = _checked(probabilities, labels)
    if len(labels) == 0:
        raise ValueError("no rows to take a temperature from; leave some galaxies for validation")
    logits = np.log(np.maximum(probabilities, SMALLEST))

    def loss(log_temperature: float) -> float:
        found = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(np.take_along_axis(found, labels[:, None], 1).mean())

    bounds = np.log([COLDEST, HOTTEST])
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6}).x
    return float(np.exp(min((*bounds, best), key=loss)))


def tempered(probabilities: Probabilities, temperature: float) -> Probabilities:
    """Return p^(1 / T) over its sum; 1 leaves all as it is, a high T makes classes equal.

    Args:
        probabilities: Of each class; one below 1e-12 counts as that.
        temperature: Above 0.

    Returns:
        NaN rows where a probability is NaN.

    Example:
        >>> tempered(np.array([[0.81, 0.01]]) / 0.82, 2.0).round(6).tolist()
        [[0.9, 0.1]]
    """
    return np.asarray(softmax(np.log(np.maximum(probabilities, SMALLEST)) / temperature, axis=1))


def _checked(probabilities: np.ndarray, labels: np.ndarray) -> tuple[Probabilities, Int[np.ndarray, " galaxy"]]:
    if missing := int(np.isnan(probabilities).any(-1).sum()):
        raise ValueError(f"{missing} rows of probabilities hold NaN; leave rows without a prediction out")
    values, classes = checked(torch.tensor(probabilities), torch.tensor(labels))
    return values.double().numpy(), classes.numpy()
