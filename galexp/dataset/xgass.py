"""xGASS: H I gas fractions of a sample selected by stellar mass alone (Catinella+ 2018)."""

from __future__ import annotations

from astropy.table import Table

from galexp.dataset.base import Column, Dataset
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
    )

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock xGASS of ``objects`` galaxies (1,179 where None); see :func:`galexp.mock.survey.mock_xgass`."""
        return mock_xgass(objects=objects or 1179, seed=seed, stripping=stripping)
