"""Galaxies that hold more than their images let expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import stats

from galexp.metric.regression import MAD_TO_SIGMA

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int


class Excess(NamedTuple):
    """Galaxies in the order of their excess, the largest first.

    Attributes:
        rows: Of the arrays that were given.
        residual: Prediction minus truth, negative.
        beyond: The residual minus what is expected at that prediction.
        in_sigma: The residual in units of the galaxy's own width, or of the NMAD of all.
    """

    rows: Int[np.ndarray, " galaxy"]
    residual: Float[np.ndarray, " galaxy"]
    beyond: Float[np.ndarray, " galaxy"]
    in_sigma: Float[np.ndarray, " galaxy"]


def rank_excess(
    preds: Float[np.ndarray, " galaxy"],
    truth: Float[np.ndarray, " galaxy"],
    measured: Bool[np.ndarray, " galaxy"],
    sigma: Float[np.ndarray, " galaxy"] | None = None,
    most: int = 20,
) -> Excess:
    """Rank galaxies by how far the truth lies above the prediction, (prediction - truth) / sigma, most negative first.

    The list is drawn from the tail that regression to the mean fills: whatever the predictor, the galaxies with the
    largest true values have negative residuals. At a given *prediction* a conditional mean has none to expect, so
    `beyond` takes off a straight line through the residuals against the predictions, fitted by least squares to all
    measured galaxies. Of 1,000 Gaussian residuals the most extreme are beyond 3 sigma by chance. Candidates they are,
    until somebody looks: a companion in the radio beam, a wrong counterpart and a true excess look alike.

    Args:
        preds: Predictions.
        truth: True values.
        measured: Which of them were measured; an upper limit says nothing of an excess.
        sigma: Width that each galaxy was given; None for 1.4826 median(|x - median(x)|) of the measured residuals.
        most: How many are kept.

    Returns:
        At most `most` galaxies with negative residuals; those without truth, prediction or width are left out. None
        where fewer than three are measured, or where the predictions are all one number, to which no line is fitted.

    Raises:
        ValueError: If the lengths differ.

    Example:
        >>> truth = np.array([0.0, 0.1, -0.1, 2.0, 0.2])
        >>> rank_excess(np.array([0.0, 0.0, 0.0, 0.1, 0.1]), truth, np.ones(5, dtype=bool), most=1).rows.tolist()
        [3]
    """
    preds, truth = np.asarray(preds, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    widths = np.ones(len(truth)) if sigma is None else np.asarray(sigma, dtype=np.float64)
    _check_lengths(preds, truth, measured, widths)
    residual = preds - truth
    kept = np.flatnonzero(measured & np.isfinite(residual) & (widths > 0))
    if len(kept) < 3 or np.ptp(preds[kept]) == 0:
        return Excess(np.array([], dtype=np.int64), *(np.array([]) for _ in range(3)))
    line = stats.linregress(preds[kept], residual[kept])
    beyond = residual[kept] - (line.intercept + line.slope * preds[kept])
    scale = widths[kept] if sigma is not None else np.full(len(kept), _nmad(residual[kept]))
    in_sigma = np.divide(residual[kept], scale, out=np.full(len(kept), -np.inf), where=scale > 0)
    order = np.argsort(in_sigma if sigma is not None else residual[kept], kind="stable")
    order = order[residual[kept][order] < 0][:most]
    return Excess(kept[order], residual[kept][order], beyond[order], in_sigma[order])


def _check_lengths(preds: np.ndarray, truth: np.ndarray, measured: np.ndarray, widths: np.ndarray) -> None:
    if not len(preds) == len(truth) == len(measured) == len(widths):
        raise ValueError(
            f"there are {len(preds)} predictions, {len(truth)} true values, {len(measured)} flags and {len(widths)} "
            "widths; give one of each a galaxy"
        )


def _nmad(residual: np.ndarray) -> float:
    return float(MAD_TO_SIGMA * np.median(np.abs(residual - np.median(residual))))
