"""How many galaxies lie above a threshold, are predicted there, and would be by whoever shrinks to the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


class Saturation(NamedTuple):
    """Galaxies above a threshold.

    Attributes:
        threshold: In the unit of the target.
        galaxies: With a truth and a prediction.
        true: Galaxies whose truth is above it.
        predicted: Galaxies whose prediction is above it.
        expected: What `predicted` would be of the best predictor of this correlation; see :func:`saturation`.
    """

    threshold: float
    galaxies: int
    true: int
    predicted: int
    expected: int


def saturation(
    truth: Float[np.ndarray, " galaxy"], prediction: Float[np.ndarray, " galaxy"], threshold: float
) -> Saturation:
    """Count the galaxies whose truth, and whose prediction, is above a threshold.

    A prediction that is the mean of the truth for what is seen has the variance R^2 var(t), with R the correlation of
    the two: it reaches the tails less often than the truth, whatever the network. Expected are the galaxies for which
    mean(t) + R (t - mean(t)) is above the threshold, the truth shrunk to the spread of such a prediction; where the
    network finds as many, its shortage in the tail is no more than the regression to the mean. It is exact where the
    prediction is distributed as the truth is, but for its width.

    Args:
        truth: NaN where there is none.
        prediction: NaN where there is none.
        threshold: In their unit.

    Returns:
        Counts of the galaxies that have both. Without any scatter nothing is shrunk.

    Raises:
        ValueError: If the shapes differ.

    Example:
        A network that knows half of the variance, and 1 in 12 galaxies above a threshold that none is predicted above:

        >>> truth = np.arange(12.0)
        >>> prediction = truth + np.tile([3.0, -3.0], 6)
        >>> found = saturation(truth, 5.5 + (prediction - 5.5) / 2, 10.5)
        >>> found.true, found.predicted, found.expected
        (1, 0, 0)
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"truth has shape {truth.shape}, prediction {prediction.shape}; they must be equal")
    both = np.isfinite(truth) & np.isfinite(prediction)
    truth, prediction = truth[both], prediction[both]
    varies = len(truth) > 1 and np.ptp(truth) > 0 and np.ptp(prediction) > 0
    correlation = max(float(np.corrcoef(truth, prediction)[0, 1]), 0.0) if varies else 1.0
    shrunk = truth.mean() + correlation * (truth - truth.mean()) if len(truth) else truth
    counts = [int(np.sum(values > threshold)) for values in (truth, prediction, shrunk)]
    return Saturation(threshold, len(truth), *counts)
