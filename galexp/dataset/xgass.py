"""xGASS: H I gas fractions of a sample selected by stellar mass alone (Catinella+ 2018)."""

from __future__ import annotations

import types

import numpy as np
from astropy.table import Table

from galexp.catalog.download import WebFile
from galexp.dataset.base import Column, Dataset
from galexp.dataset.tables import MAIN, PublishedTable
from galexp.environment.variant import VARIANTS
from galexp.mock.survey import mock_xgass

FILE_NAME = "xGASS_representative_sample"
NOT_DETECTED, CONFUSED, UNKNOWN = 99, 1, -99.0


def _log10(name: str, source: str, unit: str, description: str) -> Column:
    """Return a column that is the logarithm of another, NaN where that is not positive."""

    def compute(catalog: Table) -> np.ndarray:
        values = np.asarray(catalog[source], dtype=np.float64)
        return np.log10(np.where(values > 0, values, np.nan))

    return Column(name, (), unit, description, compute=compute, needs=(source,))


class XGASS(Dataset):
    """The extended GALEX Arecibo SDSS Survey: 1,179 galaxies with 9 < log(M*/Msun) < 11.5 and 0.01 < z < 0.05.

    The target is log10(M_HI / M*); where H I was not detected it is a 5-sigma upper limit and ``hi_is_limit`` says so
    (HI_FLAG 99, 375 rows). ``hi_confused`` is true where another galaxy shares the radio beam (HIconf_flag 1, 108
    rows); 20 rows with 0.1 or 0.2, and the limits, are not counted as confused.

    Groups are those of Yang et al. (2007) as matched by Janowiecki et al. (2017): ``env_code`` 1 isolated central
    (541 rows), 2 group central (262), 0 satellite (352), -1 not in that catalog (24). The published table has one
    magnitude (r, as tabulated) and NUV - r, but no optical color; a mock has g - r.
    """

    name = "xgass"
    identifiers = ("GASS",)
    columns = (
        Column("log_hi_mass", ("lgMHI",), "dex(solMass)", "log10 of the H I mass, or of its upper limit"),
        Column("log_stellar_mass", ("lgMstar",), "dex(solMass)", "log10 of the stellar mass"),
        Column(
            *("log_hi_fraction", ("lgGF",), "dex", "log10 of the H I mass over the stellar mass"),
            compute=lambda catalog: np.asarray(catalog["log_hi_mass"]) - np.asarray(catalog["log_stellar_mass"]),
            needs=("log_hi_mass", "log_stellar_mass"),
        ),
        Column("ra", ("RA",), "deg", "right ascension, J2000"),
        Column("dec", ("DEC",), "deg", "declination, J2000"),
        Column("redshift", ("zSDSS",), "", "spectroscopic redshift"),
        Column("distance", ("Dlum",), "Mpc", "luminosity distance"),
        Column(
            "hi_flag", ("HI_FLAG",), "", "1 detected, 2 marginal, 3 and 5 confused, 0 from archives, 99 not detected"
        ),
        Column(
            *("hi_is_limit", (), "", "whether the H I mass is an upper limit"),
            compute=lambda catalog: np.asarray(catalog["hi_flag"]) == NOT_DETECTED,
            needs=("hi_flag",),
        ),
        Column("hi_confusion", ("HIconf_flag",), "", "1 confused, 0 not, between them possibly", UNKNOWN),
        Column(
            *("hi_confused", (), "", "whether another galaxy may share the radio beam"),
            compute=lambda catalog: np.asarray(catalog["hi_confusion"]) == CONFUSED,
            needs=("hi_confusion",),
        ),
        Column("group_id", ("group_id_B",), "", "galaxy group, negative for none"),
        Column("group_richness", ("Ngal_B",), "", "members of the galaxy group, 0 where it is not known"),
        Column("env_code", ("env_code_B",), "", "1 isolated central, 2 group central, 0 satellite, -1 not in catalog"),
        Column("group_is_shredded", ("yang_shred_code",), "", "1 where the group catalog took a part for a galaxy"),
        Column(
            "log_halo_mass", ("logMh_Mst_B",), "dex(solMass)", "log10 of the group's halo mass, by stellar mass", 0.0
        ),
        Column(
            "group_distance", ("lvir_ratB",), "", "log10 of the distance to the group's center over its radius", UNKNOWN
        ),
        Column("mag_r", ("model_r",), "mag", "SDSS model magnitude in r, as tabulated"),
        Column("extinction_r", ("ext_r",), "mag", "Galactic extinction in r"),
        Column("nuv_minus_r", ("NUVr",), "mag", "color between the near ultraviolet and r", UNKNOWN),
        Column("g_minus_r", (), "mag", "color"),
        Column("r50", ("petrR50_r",), "arcsec", "radius of half the Petrosian light in r"),
        Column("r90", ("petrR90_r",), "arcsec", "radius of 90 % of the Petrosian light in r"),
        _log10("log_r50", "r50", "dex(arcsec)", "log10 of the half-light radius"),
        Column("concentration", ("CINDX",), "", "r90 over r50"),
        Column("axis_ratio", ("expAB_r",), "", "minor over major axis in r"),
        Column(
            "log_stellar_surface_density", ("lgmust",), "dex(solMass/kpc2)", "log10 of it within the half-light radius"
        ),
        Column("sfr", ("SFR_best",), "solMass/yr", "star-formation rate", UNKNOWN),
        _log10("log_sfr", "sfr", "dex(solMass/yr)", "log10 of the star-formation rate"),
        Column("sample_weight", ("weight",), "", "weight that makes the stellar masses follow the volume"),
        *(
            Column(f"log_one_plus_delta5_{variant}", (), "", f"log10 of the overdensity, variant {variant}")
            for variant in VARIANTS
        ),
    )
    photometry = ("mag_r", "g_minus_r", "nuv_minus_r", "log_r50")
    tables = (
        PublishedTable(
            MAIN,
            (f"{FILE_NAME}.fits", f"{FILE_NAME}.csv"),
            (WebFile("icrar", f"assets/data/{FILE_NAME}.fits"),),
        ),
    )
    published = types.MappingProxyType({"read": 1179, "of these hi_is_limit": 375, "of these hi_confused": 108})
    tallies = ("hi_is_limit", "hi_confused")

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock xGASS of ``objects`` galaxies (1,179 where None); see :func:`galexp.mock.survey.mock_xgass`."""
        return mock_xgass(objects, seed, stripping)
