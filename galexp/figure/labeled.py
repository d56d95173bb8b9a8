"""What a figure of a classification shows: galaxies with a class and probabilities, and how many have none."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float, Int64


@dataclasses.dataclass(frozen=True)
class Labeled:
    """The galaxies that have both a class and probabilities.

    Args:
        labels: Number of each galaxy's class.
        probabilities: Of each class, finite.
        classes: Names of the classes.
        left_out: Number of galaxies without a class or probabilities.
    """

    labels: Int64[np.ndarray, " galaxy"]
    probabilities: Float[np.ndarray, "galaxy class"]
    classes: tuple[str, ...]
    left_out: int

    def counts(self) -> list[str]:
        """Return lines on how many galaxies there are, and how many were left out."""
        lines = [f"n = {len(self.labels):,}"]
        return [*lines, f"{self.left_out:,} without a class left out"] if self.left_out else lines


def labeled_rows(
    labels: Float[np.ndarray, " galaxy"], probabilities: Float[np.ndarray, "galaxy class"], classes: Sequence[str]
) -> Labeled:
    """Keep the galaxies that have a class and probabilities.

    Args:
        labels: Number of each galaxy's class, NaN where it is unknown.
        probabilities: Of each class.
        classes: Names, one a column of the probabilities.

    Raises:
        ValueError: If shapes or names do not match, or a label is no class.

    Example:
        >>> labeled_rows(np.array([1.0, np.nan]), np.full((2, 2), 0.5), ["no", "yes"]).counts()
        ['n = 1', '1 without a class left out']
    """
    labels, probabilities = np.asarray(labels, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    if probabilities.shape != (len(labels), len(classes)):
        raise ValueError(
            f"probabilities have shape {probabilities.shape} for {len(labels)} labels and {len(classes)} names of "
            "classes; give [galaxy, class]"
        )
    known = np.isfinite(labels) & np.isfinite(probabilities).all(1)
    kept = labels[known].astype(np.int64)
    wrong = labels[known][(kept != labels[known]) | (kept < 0) | (kept >= len(classes))]
    if len(wrong):
        raise ValueError(f"{wrong[0]:g} is no class; labels are whole numbers from 0 to {len(classes) - 1}, or NaN")
    return Labeled(kept, probabilities[known], tuple(classes), int(np.sum(~known)))
