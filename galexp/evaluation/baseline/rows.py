"""Which rows a baseline learns from, and what it reads where there is no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


def without_gaps(
    features_learn: Float[np.ndarray, " learn feature"],
    target_learn: Float[np.ndarray, " learn *target"],
    features_test: Float[np.ndarray, " test feature"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Leave out learning rows with a NaN, and fill test features with the mean of the learning rows that are left.

    Args:
        features_learn: NaN where there is no value.
        target_learn: Likewise.
        features_test: Likewise.

    Returns:
        Features and targets to learn from, features to predict from.

    Raises:
        ValueError: If no learning row is finite.

    Example:
        >>> learn = np.array([[1.0], [3.0], [np.nan]])
        >>> features, target, test = without_gaps(learn, np.arange(3.0), np.array([[np.nan]]))
        >>> features.tolist(), target.tolist(), test.tolist()
        ([[1.0], [3.0]], [0.0, 1.0], [[2.0]])
    """
    finite = np.isfinite(features_learn).all(1) & np.isfinite(target_learn.reshape(len(target_learn), -1)).all(1)
    if not finite.any():
        raise ValueError(f"none of the {len(finite)} learning rows has finite features and targets")
    features = features_learn[finite]
    filled = np.where(np.isfinite(features_test), features_test, features.mean(0))
    return features, target_learn[finite], filled


def refuse_overlap(learn: Bool[np.ndarray, " galaxy"], test: Bool[np.ndarray, " galaxy"]) -> None:
    """Refuse rows that are both learned from and tested.

    Args:
        learn: Rows to learn from.
        test: Rows to predict.

    Raises:
        ValueError: If a row is both.
    """
    if np.any(learn & test):
        raise ValueError(f"{int(np.sum(learn & test))} rows are both learned from and tested; a split keeps them apart")
