"""The columns of a catalog that say what to ask an image service for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Float

_ADAPTIVE_PIXEL = 0.396
_RANGES = {"ra": (0.0, 360.0), "dec": (-90.0, 90.0)}


def column(catalog: Table, name: str) -> Float[np.ndarray, " galaxy"]:
    """Return a column as numbers; positions [deg] must lie where positions can, NaN is let through.

    Raises:
        ValueError: where there is no such column, or a position is out of range.
    """
    if name not in catalog.colnames:
        raise ValueError(
            f"cutouts need the column {name}, the catalog has {', '.join(catalog.colnames)}; name the table's with "
            f"dataset.columns.{name}=COLUMN"
        )
    values = np.asarray(catalog[name], dtype=np.float64)
    low, high = _RANGES.get(name, (-np.inf, np.inf))
    bad = values[(values < low) | (values > high)]
    if len(bad):
        raise ValueError(
            f"{len(bad)} of {len(values)} values of {name} are not between {low:g} and {high:g} deg, such as "
            f"{bad[0]:g}; check dataset.columns.{name}"
        )
    return values


def adaptive_scale(radius: Float[np.ndarray, " galaxy"], width: int) -> Float[np.ndarray, " galaxy"]:
    """Return the scale [arcsec/pixel] at which galaxies of a Petrosian R90 [arcsec] fill their images alike.

    scale = 2 R90 / 0.396 / width, as in the code of Wu & Boada (2019), which divides by 0.396 as if to convert to
    pixels: the side is 5.05 R90. NaN where the radius is not positive.

    Example:
        >>> adaptive_scale(np.array([7.5, np.nan, -9999.0]), 128).round(4)
        array([0.2959,    nan,    nan])
    """
    return 2.0 * np.where(radius > 0, radius, np.nan) / _ADAPTIVE_PIXEL / width
