"""What the panel of one target shows: its galaxies, and how many could not be shown."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float


@dataclasses.dataclass(frozen=True)
class Panel:
    """The galaxies of one target that have both a truth and a prediction.

    Args:
        truth: Finite.
        prediction: Finite.
        label: What the target is called.
        unit: Empty where there is none.
        left_out: Number of galaxies without a finite truth or prediction.
    """

    truth: Float[np.ndarray, " galaxy"]
    prediction: Float[np.ndarray, " galaxy"]
    label: str
    unit: str
    left_out: int

    @property
    def residual(self) -> Float[np.ndarray, " galaxy"]:
        """Prediction minus truth."""
        return self.prediction - self.truth

    def counts(self, outside: int) -> list[str]:
        """Return lines on how many galaxies there are, lack a value and lie outside the axes."""
        lines = [f"n = {len(self.truth):,}"]
        if self.left_out:
            lines.append(f"{self.left_out:,} without a value left out")
        if outside:
            lines.append(f"{outside:,} outside the axes")
        return lines


def panels(
    truth: Float[np.ndarray, " galaxy *target"],
    prediction: Float[np.ndarray, " galaxy *target"],
    label: str | Sequence[str],
    unit: str | Sequence[str],
) -> list[Panel]:
    """Split arrays into one panel a target.

    Args:
        truth: One column a target, or no columns for a single one.
        prediction: As `truth`.
        label: One a target, or a string for a single one.
        unit: As `label`.

    Raises:
        ValueError: If the shapes differ, or labels or units are more or fewer than targets.
    """
    truth, prediction = np.asarray(truth, dtype=np.float64), np.asarray(prediction, dtype=np.float64)
    if truth.shape != prediction.shape or truth.ndim not in (1, 2):
        raise ValueError(
            f"truth has shape {truth.shape}, prediction {prediction.shape}; expected two of [galaxy, target]"
        )
    labels, units = as_list(label), as_list(unit)
    pairs = list(zip(np.atleast_2d(truth.T), np.atleast_2d(prediction.T), strict=True))
    if not len(labels) == len(units) == len(pairs):
        raise ValueError(f"{len(pairs)} targets have labels {labels} and units {units}; give one of each a target")
    shown = [np.isfinite(t) & np.isfinite(p) for t, p in pairs]
    return [
        Panel(t[finite], p[finite], name, its_unit, int(np.sum(~finite)))
        for (t, p), finite, name, its_unit in zip(pairs, shown, labels, units, strict=True)
    ]


def as_list(value: str | Sequence[str]) -> list[str]:
    """Return a string as a list of one, anything else as a list."""
    return [value] if isinstance(value, str) else list(value)
