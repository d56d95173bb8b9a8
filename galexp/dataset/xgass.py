"""xGASS: H I gas fractions of a sample selected by stellar mass alone (Catinella+ 2018)."""

from __future__ import annotations

from astropy.table import Table

from galexp.dataset.base import Column, Dataset
from galexp.environment.variant import VARIANTS
from galexp.mock.survey import mock_xgass


class XGASS(Dataset):
    """The extended GALEX Arecibo SDSS Survey: 1,179 galaxies with 9 < log(M*/Msun) < 11.5 and 0.01 < z < 0.05.

    The target is log10(M_HI / M*); where H I was not detected it is a 5-sigma upper limit and ``hi_is_limit`` says so.
    """

    name = "xgass"
    identifiers = ("GASS",)
    columns = (
        Column("log_hi_fraction", ("lgGF",), "dex", "log10 of the H I mass over the stellar mass"),
        Column("ra", ("RA",), "deg", "right ascension, J2000"),
        Column("dec", ("DEC",), "deg", "declination, J2000"),
        Column("redshift", ("zSDSS",), "", "spectroscopic redshift"),
        Column("log_stellar_mass", ("lgMstar",), "dex(solMass)", "log10 of the stellar mass"),
        Column("log_hi_mass", ("lgMHI",), "dex(solMass)", "log10 of the H I mass"),
        Column("hi_is_limit", (), "", "whether the H I mass is an upper limit"),
        Column("hi_confused", (), "", "whether another galaxy may share the radio beam"),
        Column("group_id", (), "", "galaxy group, negative for none"),
        Column("env_code", ("env_code_B",), "", "1 isolated central, 2 group central, 0 satellite, -1 not in catalog"),
        Column("mag_r", (), "mag", "apparent magnitude in r"),
        Column("g_minus_r", (), "mag", "color"),
        Column("log_r50", (), "dex(arcsec)", "log10 of the half-light radius"),
        *(
            Column(f"log_one_plus_delta5_{variant}", (), "", f"log10 of the overdensity, variant {variant}")
            for variant in VARIANTS
        ),
    )

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock xGASS of ``objects`` galaxies (1,179 where None); see :func:`galexp.mock.survey.mock_xgass`."""
        return mock_xgass(objects=1179 if objects is None else objects, seed=seed, stripping=stripping)
