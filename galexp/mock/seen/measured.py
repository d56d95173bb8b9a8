"""What a real catalog says of each galaxy, under our column names; NaN where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.distance import distance_modulus
from galexp.mock.render.refuse import RANGES as PAINTED
from galexp.mock.render.refuse import refuse_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from astropy.table import Table
    from jaxtyping import Float
    from numpy import ndarray

NUMBERS = (
    *("mag_r", "mag_g", "mag_i", "mag_r_mpa_jhu", "g_minus_r", "g_minus_i", "u_minus_r", "nuv_minus_r"),
    *("r50", "r90", "log_r50", "concentration", "axis_ratio", "redshift", "distance"),
    *("log_stellar_mass", "log_sfr", "log_sfr_durbala2020", "log_ssfr"),
)
RANGES = {
    **{name: PAINTED[name] for name in ("mag_r", "mag_g", "mag_i", "r50")},
    "r90": PAINTED["r50"],
    "log_r50": (-3.0, 4.0, "between -3 and 4 dex of an arcsec"),
    "concentration": (1.0, 20.0, "between 1 and 20, the 90 % over the 50 % radius"),
    "axis_ratio": (1e-3, 1.0, "between 0.001 and 1"),
    "nuv_minus_r": (-1.0, 9.0, "between -1 and 9 mag"),
    "redshift": (-0.01, 10.0, "between -0.01 and 10"),
    "log_stellar_mass": (5.0, 13.0, "between 5 and 13 dex of a solar mass"),
    "log_sfr": (-6.0, 5.0, "between -6 and 5 dex of a solar mass a year"),
    "log_ssfr": (-16.0, -6.0, "between -16 and -6 dex of 1 / yr"),
}
TOLD_BY = (
    {"log_sfr", "log_sfr_durbala2020", "log_ssfr"},
    {"r50", "log_r50"},
    {"r90", "concentration"},
    {"redshift", "distance"},
    {"mag_r", "mag_r_mpa_jhu"},
    {"mag_g", "g_minus_r"},
    {"mag_g", "mag_i", "g_minus_i"},
)
"""Columns of which one tells another of its set at once, with what else a row has."""
COVERED_REDSHIFT = 0.3


def hidden_with(targets: Collection[str]) -> set[str]:
    """Return targets and the columns that tell one of them at once.

    Example:
        >>> sorted(hidden_with(["log_ssfr", "log_stellar_mass"]))
        ['log_sfr', 'log_sfr_durbala2020', 'log_ssfr', 'log_stellar_mass']
    """
    return set(targets).union(*(columns for columns in TOLD_BY if columns & set(targets)))


def read_measured(catalog: Table, targets: Collection[str] = ()) -> dict[str, Float[ndarray, " galaxy"]]:
    """Return the columns that an appearance can be taken from, NaN for gaps and for columns that are not there.

    The gas is not among them, nor anything that follows from it, nor the targets with what tells them. Colors and
    `log_sfr_durbala2020` that no galaxy has are gaps, as published tables hold such.

    Args:
        catalog: columns under our names.
        targets: columns that are to be learned.

    Returns:
        Our name -> values; `distance_modulus` [mag] from `distance` [Mpc] where that is positive, else from a redshift
        between 0 and 0.3, else NaN.

    Raises:
        ValueError: for a catalog without `mag_r` and without `log_stellar_mass` and `redshift` or `distance`, and for
            galaxies with neither in their row, or with a value outside `RANGES` or an r90 below r50, by their id.
    """
    hidden = hidden_with(targets)
    columns = set(catalog.colnames) - hidden
    _check_columns(columns, sorted(hidden & set(catalog.colnames)))
    absent = np.full(len(catalog), np.nan)
    seen = {name: _values(catalog, name) if name in columns else absent for name in NUMBERS}
    identifiers = np.asarray(catalog["id"])
    for name, (low, high, expected) in RANGES.items():
        bad = ~np.isnan(seen[name]) & ~((seen[name] >= low) & (seen[name] <= high))
        refuse_rows(identifiers, name, seen[name], bad, f"{expected}, or NaN for none")
    refuse_rows(identifiers, "r90", seen["r90"], seen["r90"] <= seen["r50"], "above r50, or NaN for none")
    seen["distance_modulus"] = _distance_modulus(seen)
    _check_rows(identifiers, seen)
    return seen


def _check_columns(has: set[str], hidden: list[str]) -> None:
    if "id" in has and ("mag_r" in has or ("log_stellar_mass" in has and has & {"redshift", "distance"})):
        return
    apart = f", apart from {hidden}, which would show the targets" * bool(hidden)
    raise ValueError(
        f"the catalog has {sorted(has)}{apart}; to render it, id is needed, and mag_r, or log_stellar_mass with "
        "redshift or distance"
    )


def _values(catalog: Table, name: str) -> Float[ndarray, " galaxy"]:
    return np.ma.filled(np.ma.asarray(catalog[name], dtype=np.float64), np.nan)


def _distance_modulus(seen: dict[str, Float[ndarray, " galaxy"]]) -> Float[ndarray, " galaxy"]:
    distance, redshift = seen["distance"], seen["redshift"]
    tabulated = 5.0 * np.log10(np.where(distance > 0.0, distance, np.nan)) + 25.0
    covered = (redshift > 0.0) & (redshift < COVERED_REDSHIFT)
    return np.where(np.isfinite(tabulated), tabulated, distance_modulus(np.where(covered, redshift, np.nan)))


def _check_rows(identifiers: ndarray, seen: dict[str, Float[ndarray, " galaxy"]]) -> None:
    """Refuse galaxies of which no magnitude in r can be had or drawn."""
    without = np.isnan(seen["mag_r"])
    no_mass = without & ~np.isfinite(seen["log_stellar_mass"])
    refuse_rows(identifiers, "log_stellar_mass", seen["log_stellar_mass"], no_mass, "a number where mag_r is missing")
    nowhere = without & np.isnan(seen["distance_modulus"])
    expected = f"above 0 and below {COVERED_REDSHIFT:g}, or a distance, where mag_r is missing and must be drawn"
    refuse_rows(identifiers, "redshift", seen["redshift"], nowhere, expected)
