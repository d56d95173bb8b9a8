"""What the renderer does not take: values that no galaxy has, by the ids of their rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Bool, Float, Shaped
    from numpy import ndarray

SHOWN = 3
FAINTEST = 30.0
_SHARE = (0.0, 1.0, "between 0 and 1")
RANGES = {
    "mag_g": (0.0, FAINTEST, "between 0 and 30 mag"),
    "mag_r": (0.0, FAINTEST, "between 0 and 30 mag"),
    "mag_i": (0.0, FAINTEST, "between 0 and 30 mag"),
    "r50": (1e-3, 1e4, "between 0.001 and 10000 arcsec"),
    "inclination": (0.0, math.pi / 2.0 + 1e-9, "between 0 and pi / 2 rad, an axis ratio of at most 1"),
    "position_angle": (-1e3, 1e3, "an angle [rad]"),
    "young_extent": (0.05, 20.0, "between 0.05 and 20"),
    "arm_count": (1.0, 20.0, "between 1 and 20"),
    "arm_pitch": (0.01, 1.57, "between 0.01 and 1.57 rad"),
    "dust": (0.0, 10.0, "between 0 and 10 mag"),
    **dict.fromkeys(("bulge_to_total", "disk", "young_fraction", "arm_strength", "flocculence"), _SHARE),
    **dict.fromkeys(("bar_strength", "ring", "companion"), _SHARE),
}


def refuse_unphysical(values: Mapping[str, Float[ndarray, " galaxy"]], identifiers: Shaped[ndarray, " galaxy"]) -> None:
    """Refuse what cannot be painted: NaN, and what is outside `RANGES`.

    Args:
        values: quantities of the renderer, without their prefix.
        identifiers: of the galaxies.

    Raises:
        ValueError: naming the quantity, the first galaxies, their values and what was expected.
    """
    for name, (low, high, expected) in RANGES.items():
        refuse_rows(identifiers, name, values[name], ~((values[name] >= low) & (values[name] <= high)), expected)


def refuse_rows(
    identifiers: Shaped[ndarray, " galaxy"],
    name: str,
    values: Float[ndarray, " galaxy"],
    bad: Bool[ndarray, " galaxy"],
    expected: str,
) -> None:
    """Raise where a value is bad.

    Raises:
        ValueError: naming the quantity, the first three galaxies, their values and what was expected.
    """
    if not bad.any():
        return
    first = np.flatnonzero(bad)[:SHOWN]
    shown = ", ".join(f"{values[row]:g} for {identifiers[row]}" for row in first)
    more = f" and {int(bad.sum()) - SHOWN:,} more" if bad.sum() > SHOWN else ""
    raise ValueError(f"{name} is {shown}{more}; expected {expected}; mend or leave out these rows")


def refuse_unequal(lengths: Mapping[str, int]) -> None:
    """Refuse columns of different lengths.

    Raises:
        ValueError: naming two of them.
    """
    first = next(iter(lengths))
    for name, length in lengths.items():
        if length != lengths[first]:
            raise ValueError(
                f"column {name} has {length} rows where {first} has {lengths[first]}; give every galaxy one value"
            )
