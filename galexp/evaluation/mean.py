"""Means with the error that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


def mean_and_error(values: Float[np.ndarray, " galaxy"]) -> tuple[float, float]:
    """Return the mean over galaxies and its standard error, s / sqrt(n) with s of ddof 1, of those that are not NaN.

    Galaxies that show one object, as frames of a simulation do, are no independent ones: their error is too small.

    Args:
        values: One a galaxy.

    Returns:
        NaN where nothing is known; an error of NaN for a single value.

    Example:
        >>> mean_and_error(np.array([1.0, 3.0, np.nan]))
        (2.0, 1.0)
    """
    values = np.asarray(values, dtype=np.float64)
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    error = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else float("nan")
    return float(known.mean()), error
