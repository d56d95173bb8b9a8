"""Rows of galaxies that are extreme in truth, prediction or residual, as in Figure 1 of Wu & Boada (2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int

ACROSS = 5


def pick_extremes(
    truth: Float[np.ndarray, " galaxy"], prediction: Float[np.ndarray, " galaxy"], count: int = ACROSS, seed: int = 0
) -> dict[str, Int[np.ndarray, " picked"]]:
    """Pick the galaxies at either end of prediction, truth and residual, and some at random.

    A galaxy may be in several rows: the lowest predicted are often the lowest true ones.

    Args:
        truth: Of one target.
        prediction: Of that target.
        count: Galaxies in a row; fewer where there are not as many.
        seed: Of the random ones.

    Returns:
        Kind -> rows, the most extreme first. Rows with a NaN are never picked; no kind where none is left.

    Example:
        >>> picked = pick_extremes(np.array([1.0, 2.0, 3.0]), np.array([2.5, 2.0, 2.2]), count=1)
        >>> {kind: rows.tolist() for kind, rows in picked.items() if kind != "random"} == {
        ...     "lowest predicted": [1], "lowest true": [0], "highest predicted": [0], "highest true": [2],
        ...     "most under-predicted": [2], "most over-predicted": [0]}
        True
    """
    residual = np.asarray(prediction) - np.asarray(truth)
    finite = np.flatnonzero(np.isfinite(residual))
    if not len(finite):
        return {}

    def lowest(values: np.ndarray) -> np.ndarray:
        return finite[np.argsort(values[finite], kind="stable")][:count]

    return {
        "lowest predicted": lowest(np.asarray(prediction)),
        "lowest true": lowest(np.asarray(truth)),
        "highest predicted": lowest(-np.asarray(prediction)),
        "highest true": lowest(-np.asarray(truth)),
        "most under-predicted": lowest(residual),
        "most over-predicted": lowest(-residual),
        "random": np.random.default_rng(seed).permutation(finite)[:count],
    }
