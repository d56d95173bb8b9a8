"""What a real catalog says of each galaxy, under our column names; NaN where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.distance import distance_modulus
from galexp.mock.render.refuse import refuse_rows

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Float
    from numpy import ndarray

NUMBERS = (
    *("mag_r", "mag_g", "mag_i", "mag_r_mpa_jhu", "g_minus_r", "g_minus_i", "u_minus_r", "nuv_minus_r"),
    *("r50", "r90", "log_r50", "concentration", "axis_ratio", "redshift", "distance"),
    *("log_stellar_mass", "log_sfr", "log_sfr_durbala2020", "log_ssfr"),
)
FAINTEST = 30.0
COVERED_REDSHIFT = 0.3


def read_measured(catalog: Table) -> dict[str, Float[ndarray, " galaxy"]]:
    """Return the columns that an appearance can be taken from, NaN for gaps and for columns that are not there.

    The gas is not among them, nor anything that follows from it.

    Returns:
        Our name -> values; `distance_modulus` [mag] from `distance` [Mpc] where that is positive, else from a redshift
        between 0 and 0.3, else NaN.

    Raises:
        ValueError: for a catalog without `mag_r` and without `log_stellar_mass` and `redshift` or `distance`, and for
            galaxies with neither in their row or with an unphysical value, by their id.
    """
    _check_columns(catalog)
    absent = np.full(len(catalog), np.nan)
    seen = {name: _values(catalog, name) if name in catalog.colnames else absent for name in NUMBERS}
    identifiers = np.asarray(catalog["id"])
    for name in ("mag_r", "mag_g", "mag_i"):
        bad = ~np.isnan(seen[name]) & ~((seen[name] >= 0.0) & (seen[name] <= FAINTEST))
        refuse_rows(identifiers, name, seen[name], bad, f"between 0 and {FAINTEST:g} mag, or NaN for none")
    for name in ("r50", "r90"):
        bad = ~np.isnan(seen[name]) & ~((seen[name] > 0.0) & np.isfinite(seen[name]))
        refuse_rows(identifiers, name, seen[name], bad, "above 0 arcsec, or NaN for none")
    ratio = seen["axis_ratio"]
    refuse_rows(identifiers, "axis_ratio", ratio, (ratio <= 0.0) | (ratio > 1.0), "above 0 and at most 1, or NaN")
    seen["distance_modulus"] = _distance_modulus(seen)
    _check_rows(identifiers, seen)
    return seen


def _check_columns(catalog: Table) -> None:
    has = set(catalog.colnames)
    if "id" in has and ("mag_r" in has or ("log_stellar_mass" in has and has & {"redshift", "distance"})):
        return
    raise ValueError(
        f"the catalog has {sorted(has)}; to render it, id is needed, and mag_r, or log_stellar_mass with redshift or "
        "distance"
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
