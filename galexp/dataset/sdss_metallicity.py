"""SDSS star-forming galaxies with gas-phase metallicities, as selected by Wu & Boada (2019)."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from galexp.catalog.query import SqlQuery
from galexp.dataset.base import Column, Cut, Dataset
from galexp.dataset.mpa_jhu import JOINS, MAGNITUDES, PERCENTILES
from galexp.dataset.tables import MAIN, PublishedTable
from galexp.mock.survey import mock_sdss_metallicity

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


def _is_first_spectrum(table: Table) -> Bool[np.ndarray, " galaxy"]:
    """Keep one row an object, that of its lowest spectrum identifier (the shorter one, or the first of a length)."""
    spectra = np.asarray(table["spectrum_id"])
    order = np.lexsort((spectra, np.strings.str_len(spectra)))
    _, first = np.unique(np.asarray(table["id"])[order], return_index=True)
    keeps = np.zeros(len(table), dtype=bool)
    keeps[order[first]] = True
    return keeps


QUERY = SqlQuery(
    name="sdss_metallicity",
    key="S.specObjID",
    columns=(
        *("G.objID", "G.ra", "G.dec", "S.z", "S.zErr", "S.rChi2", "G.petroMag_r"),
        *(f"G.{name}" for name in (*MAGNITUDES, "petroR50_r", "petroR90_r")),
        *("X.d4000_n", "E.bptclass"),
        *(f"E.{name}" for name in PERCENTILES),
    ),
    tables=f"{JOINS} JOIN GalSpecIndx AS X ON X.specObjID = S.specObjID",
    conditions=(
        *("G.petroMag_r > 10", "G.petroMag_r < 18"),
        *("G.modelMag_u - G.modelMag_r > 0", "G.modelMag_u - G.modelMag_r < 6"),
        *(f"G.{name} > 10 AND G.{name} < 25" for name in MAGNITUDES),
        *("S.rChi2 < 2", "S.zErr > 0", "S.zErr < 0.01", "S.z > 0.02", "E.oh_p50 != -9999"),
    ),
)
"""The query of Wu & Boada (2019), section 2.1, put to DR14, which gave them 142,186 rows; d4000_n is added."""


class SDSSMetallicity(Dataset):
    """SDSS galaxies with 12 + log(O/H) from the MPA-JHU catalog.

    The cuts are those of the published query (Wu & Boada 2019, section 2.1); each is applied where the table at hand
    has its columns, so that identifiers and metallicities alone are enough. The query gives 142,186 rows of 142,182
    objects: of an object with two spectra the one of the lower ``specObjID`` is kept, which is our choice.
    """

    name = "sdss_metallicity"
    identifiers = ("objID", "objid", "OBJID")
    repeats = "specObjID"
    columns = (
        Column("metallicity", ("oh_p50", "OH_P50"), "dex", "gas-phase metallicity 12 + log10(O/H)", missing=-9999.0),
        Column("ra", ("RA",), "deg", "right ascension, J2000"),
        Column("dec", ("DEC",), "deg", "declination, J2000"),
        Column("redshift", ("z", "Z"), "", "spectroscopic redshift"),
        Column("redshift_err", ("zErr", "zerr"), "", "uncertainty of the redshift"),
        Column("reduced_chi2", ("rChi2", "rchi2"), "", "reduced chi-square of the spectral fit"),
        Column("petro_mag_r", ("petroMag_r",), "mag", "Petrosian magnitude in r"),
        *(Column(f"mag_{band}", (f"modelMag_{band}",), "mag", f"model magnitude in {band}") for band in _BANDS),
        Column("r50", ("petroR50_r",), "arcsec", "radius of half the Petrosian light in r"),
        Column("r90", ("petroR90_r",), "arcsec", "radius of 90 % of the Petrosian light in r"),
        Column("log_stellar_mass", ("lgm_tot_p50",), "dex(solMass)", "log10 of the stellar mass", missing=-9999.0),
        Column("log_sfr", ("sfr_tot_p50",), "dex(solMass/yr)", "log10 of the star-formation rate", missing=-9999.0),
        *(
            Column(
                *(f"{name}_p{percent}", (f"{theirs}_p{percent}",), unit),
                *(f"{percent}th percentile of the posterior of {name}", -9999.0),
            )
            for name, theirs, unit in (
                ("metallicity", "oh", "dex"),
                ("log_stellar_mass", "lgm_tot", "dex(solMass)"),
                ("log_sfr", "sfr_tot", "dex(solMass/yr)"),
            )
            for percent in ("16", "84")
        ),
        Column("d4000_n", ("d4000_n", "D4000_N"), "", "strength of the 4000 A break, narrow definition"),
        Column("bpt_class", ("bptclass",), "", "1 star-forming, 2 low signal, 3 composite, 4 AGN, 5 LINER, -1 none"),
        Column("spectrum_id", ("specObjID",), "", "SDSS identifier of the spectrum", text=True, whole=True),
    )
    cuts = (
        Cut("metallicity", ("metallicity",), lambda table: np.isfinite(table["metallicity"])),
        _in_range("petro_mag_r", 10, 18),
        Cut("0 < u - r < 6", ("mag_u", "mag_r"), lambda table: _is_between(table["mag_u"] - table["mag_r"], 0, 6)),
        Cut("10 < ugriz < 25", _MAGNITUDES, _magnitudes_are_sane),
        Cut("rChi2 < 2", ("reduced_chi2",), lambda table: table["reduced_chi2"] < 2),
        _in_range("redshift_err", 0, 0.01),
        Cut("z > 0.02", ("redshift",), lambda table: table["redshift"] > 0.02),
        Cut("one spectrum an object", ("spectrum_id",), _is_first_spectrum),
    )
    photometry = ("mag_g", "mag_r", "mag_i")
    tables = (PublishedTable(MAIN, ("SDSSspecgalsDR14.csv", "SDSSspecgalsDR14_boada.csv"), (QUERY,)),)
    published = types.MappingProxyType(
        {
            "z > 0.02": 142186,
            "one spectrum an object": 142182,
            "of these log_stellar_mass": 142145,
            "with an image": 116429,
        }
    )
    tallies = ("log_stellar_mass",)

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock of ``objects`` galaxies (116,429 where None), on which ``stripping`` does not act.

        See :func:`galexp.mock.survey.mock_sdss_metallicity`.
        """
        self.ignore_stripping(stripping)
        return mock_sdss_metallicity(objects, seed, stripping)

    def parent(self, catalog: Table) -> Table:
        """Return every object that was read, once."""
        return catalog[_is_first_spectrum(catalog)] if "spectrum_id" in catalog.colnames else catalog
