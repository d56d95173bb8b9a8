"""Read positions and redshifts out of whatever table holds them."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table
from astropy.units import Quantity, deg, dimensionless_unscaled

from galexp.environment.sky import Positions

if TYPE_CHECKING:
    from jaxtyping import Float

NAMES = {
    "ra": ("ra", "RA", "RAJ2000", "RAdeg"),
    "dec": ("dec", "DEC", "DEJ2000", "DEdeg", "DECdeg"),
    "redshift": ("redshift", "z", "Z", "zSDSS", "z_spec"),
}
_UNITS = {"ra": deg, "dec": deg, "redshift": dimensionless_unscaled}
_LIMITS = {"ra": (-360.0, 360.0), "dec": (-90.0, 90.0), "redshift": (-0.1, 20.0)}


def read_positions(table: Table, columns: Mapping[str, str], path: pathlib.Path) -> Positions:
    """Take right ascension, declination and redshift out of a table.

    Args:
        table: the table; a column with a unit is converted to degrees, one without is taken to be in degrees.
        columns: ra, dec or redshift -> its name in the table, where it is none of the usual ones.
        path: of the table, for the messages.

    Returns:
        Positions, NaN where the table has none.

    Raises:
        ValueError: for a column that is missing, not made of numbers, in another unit or out of range.
    """
    return Positions(*(_column(table, name, columns.get(name), path) for name in NAMES))


def _column(table: Table, name: str, given: str | None, path: pathlib.Path) -> Float[np.ndarray, " galaxy"]:
    wanted = (given,) if given else NAMES[name]
    source = next((source for source in wanted if source in table.colnames), None)
    mend = f"name another with tracers.columns.{name}=NAME"
    if source is None:
        raise ValueError(
            f"{path} has no column {' or '.join(wanted)} for {name}; it has {', '.join(table.colnames)}; {mend}"
        )
    values = _in_unit(table[source], name, f"column {source!r} of {path}", mend)
    low, high = _LIMITS[name]
    beyond = values[np.isfinite(values) & ~((values >= low) & (values <= high))]
    if len(beyond):
        raise ValueError(
            f"column {source!r} of {path} holds {beyond[0]:g}, but {name} lies between {low:g} and {high:g}; {mend}"
        )
    return values


def _in_unit(column: np.ndarray, name: str, where: str, mend: str) -> Float[np.ndarray, " galaxy"]:
    unit, values = getattr(column, "unit", None), np.asarray(column)
    if values.dtype.kind not in "fiu":
        raise ValueError(f"{where} is not made of numbers; {mend}")
    if unit is None or unit == dimensionless_unscaled:
        return values.astype(np.float64)
    if not unit.is_equivalent(_UNITS[name]):
        expected = "without unit" if name == "redshift" else f"in {_UNITS[name]}"
        raise ValueError(f"{where} is in {unit}, and {name} is expected {expected}; convert it, or {mend}")
    return np.asarray(Quantity(values.astype(np.float64), unit).to_value(_UNITS[name]))
