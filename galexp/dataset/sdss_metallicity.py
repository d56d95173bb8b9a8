"""SDSS star-forming galaxies with gas-phase metallicities, as selected by Wu & Boada (2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from galexp.dataset.base import Column, Cut, Dataset

if TYPE_CHECKING:
    from jaxtyping import Bool

_BANDS = "ugriz"
_MAGNITUDES = tuple(f"mag_{band}" for band in _BANDS)


def _in_range(name: str, low: float, high: float) -> Cut:
    return Cut(f"{low:g} < {name} < {high:g}", (name,), lambda table: _is_between(table[name], low, high))


def _is_between(values: np.ndarray, low: float, high: float) -> Bool[np.ndarray, " galaxy"]:
    return (np.asarray(values) > low) & (np.asarray(values) < high)


def _magnitudes_are_sane(table: Table) -> Bool[np.ndarray, " galaxy"]:
    return np.all([_is_between(table[name], 10, 25) for name in _MAGNITUDES], axis=0)


class SDSSMetallicity(Dataset):
    """SDSS galaxies with 12 + log(O/H) from the MPA-JHU catalog.

    The cuts are those of the published query (Wu & Boada 2019, section 2.1); each is applied where the table at hand
    has its columns, so that identifiers and metallicities alone are enough.
    """

    name = "sdss_metallicity"
    identifiers = ("objID", "objid", "OBJID")
    columns = (
        Column("metallicity", ("oh_p50", "OH_P50"), "dex", "gas-phase metallicity 12 + log10(O/H)", missing=-9999.0),
        Column("ra", ("RA",), "deg", "right ascension, J2000"),
        Column("dec", ("DEC",), "deg", "declination, J2000"),
        Column("redshift", ("z", "Z"), "", "spectroscopic redshift"),
        Column("redshift_err", ("zErr", "zerr"), "", "uncertainty of the redshift"),
        Column("reduced_chi2", ("rChi2", "rchi2"), "", "reduced chi-square of the spectral fit"),
        Column("petro_mag_r", ("petroMag_r",), "mag", "Petrosian magnitude in r"),
        *(Column(f"mag_{band}", (f"modelMag_{band}",), "mag", f"model magnitude in {band}") for band in _BANDS),
        Column("log_stellar_mass", ("lgm_tot_p50",), "dex(solMass)", "log10 of the stellar mass", missing=-9999.0),
        Column("log_sfr", ("sfr_tot_p50",), "dex(solMass/yr)", "log10 of the star-formation rate", missing=-9999.0),
    )
    cuts = (
        _in_range("petro_mag_r", 10, 18),
        Cut("0 < u - r < 6", ("mag_u", "mag_r"), lambda table: _is_between(table["mag_u"] - table["mag_r"], 0, 6)),
        Cut("10 < ugriz < 25", _MAGNITUDES, _magnitudes_are_sane),
        Cut("rChi2 < 2", ("reduced_chi2",), lambda table: table["reduced_chi2"] < 2),
        _in_range("redshift_err", 0, 0.01),
        Cut("z > 0.02", ("redshift",), lambda table: table["redshift"] > 0.02),
    )
    photometry = ("mag_g", "mag_r", "mag_i")
