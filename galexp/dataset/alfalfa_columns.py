"""The columns of alpha.40 and of the tables that are joined to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from astropy.table import Table

from galexp.dataset.column import Column
from galexp.environment.neighbor import SPEED_OF_LIGHT

FROM_MPA_JHU = (
    *("lgm_tot_p50", "oh_p50", "sfr_tot_p50", "bptclass", "modelMag_g", "modelMag_r", "modelMag_i", "petroR50_r"),
    "petroR90_r",
)


def _where_placed(name: str) -> Callable[[Table], np.ndarray]:
    def values(catalog: Table) -> np.ndarray:
        ra, dec = np.asarray(catalog["counterpart_ra"]), np.asarray(catalog["counterpart_dec"])
        is_placed = (ra != 0) | (dec != 0)
        return np.where(is_placed, catalog[f"counterpart_{name}"], np.nan)

    return values


def _is_b(catalog: Table) -> np.ndarray:
    return (np.asarray(catalog["metallicity"]) > 0) & (np.asarray(catalog["log_sfr"]) > -10)


COLUMNS = (
    Column("log_hi_mass", ("logMsun",), "dex(solMass)", "log10 of the H I mass, at the distance of this catalog"),
    Column("counterpart_ra", ("RAdeg_OC",), "deg", "right ascension of the optical counterpart as tabulated, J2000"),
    Column("counterpart_dec", ("DECdeg_OC",), "deg", "declination of the optical counterpart as tabulated, J2000"),
    Column(
        *("ra", (), "deg", "right ascension of the optical counterpart, J2000"),
        compute=_where_placed("ra"),
        needs=("counterpart_ra", "counterpart_dec"),
    ),
    Column(
        *("dec", (), "deg", "declination of the optical counterpart, J2000"),
        compute=_where_placed("dec"),
        needs=("counterpart_ra", "counterpart_dec"),
    ),
    Column("hi_velocity", ("Vhelio",), "km/s", "heliocentric velocity of the H I line, cz"),
    Column(
        *("redshift", (), "", "heliocentric redshift of the H I line"),
        compute=lambda catalog: np.asarray(catalog["hi_velocity"]) / SPEED_OF_LIGHT,
        needs=("hi_velocity",),
    ),
    Column("distance", ("Dist",), "Mpc", "distance: flow model below 6000 km/s, Hubble law beyond"),
    Column("hi_width", ("W50",), "km/s", "width of the H I line at half of its peak"),
    Column("hi_flux", ("HIflux",), "Jy km/s", "integrated flux of the H I line"),
    Column("hi_flux_err", ("errflux",), "Jy km/s", "uncertainty of the H I flux"),
    Column("hi_snr", ("SNR",), "", "signal-to-noise ratio of the H I line"),
    Column("hi_code", ("HIcode",), "", "1 detection, 2 low signal at a known redshift, 9 high-velocity cloud"),
    Column("counterpart_code", ("OCcode",), "", "I for a counterpart with SDSS photometry and spectroscopy", text=True),
    Column("in_dr7_table", (), "", "whether the SDSS DR7 table has it"),
    Column("dr7_photo_id", ("PhotoObjID",), "", "SDSS DR7 identifier of the photometric object", text=True),
    Column("mag_r", ("rmodelmag",), "mag", "SDSS DR7 model magnitude in r"),
    Column("u_minus_r", ("uminusr",), "mag", "color from SDSS DR7 model magnitudes"),
    Column("redshift_sdss", ("z_sdss",), "", "redshift of the SDSS spectrum"),
    Column(
        *("log_stellar_mass", ("lgm_tot_p50", "logMstarTaylor", "logMsT"), "dex(solMass)"),
        *("log10 of the stellar mass", -9999.0),
    ),
    Column(
        *("log_hi_fraction", (), "dex", "log10 of the H I mass over the stellar mass"),
        compute=lambda catalog: np.asarray(catalog["log_hi_mass"]) - np.asarray(catalog["log_stellar_mass"]),
        needs=("log_hi_mass", "log_stellar_mass"),
    ),
    Column("metallicity", ("oh_p50",), "dex", "gas-phase metallicity 12 + log10(O/H)", -9999.0),
    Column("log_sfr", ("sfr_tot_p50",), "dex(solMass/yr)", "log10 of the star-formation rate", -9999.0),
    Column("mag_g", ("modelMag_g",), "mag", "SDSS DR14 model magnitude in g"),
    Column("mag_r_mpa_jhu", ("modelMag_r",), "mag", "SDSS DR14 model magnitude in r, of the table of mag_g"),
    Column(
        *("g_minus_r", (), "mag", "color from SDSS DR14 model magnitudes"),
        compute=lambda catalog: np.asarray(catalog["mag_g"]) - np.asarray(catalog["mag_r_mpa_jhu"]),
        needs=("mag_g", "mag_r_mpa_jhu"),
    ),
    Column("mag_i", ("modelMag_i",), "mag", "SDSS DR14 model magnitude in i"),
    Column("r50", ("petroR50_r",), "arcsec", "radius of half the Petrosian light in r"),
    Column(
        *("log_r50", (), "dex(arcsec)", "log10 of the half-light radius"),
        compute=lambda catalog: np.log10(np.where(np.asarray(catalog["r50"]) > 0, catalog["r50"], np.nan)),
        needs=("r50",),
    ),
)
FLAGS = (
    Column(
        *("in_a40A", (), "", "whether it has a stellar mass from MPA-JHU"),
        compute=lambda catalog: np.isfinite(catalog["log_stellar_mass"]),
        needs=("log_stellar_mass",),
    ),
    Column(
        *("in_a40B", (), "", "whether it has a metallicity and a star-formation rate above 1e-10 Msun/yr, too"),
        compute=_is_b,
        needs=("metallicity", "log_sfr"),
    ),
)
DURBALA_COLUMNS = (
    Column("g_minus_i", ("gmi_corr",), "mag", "color, corrected for extinction by the Galaxy and within the galaxy"),
    Column("log_sfr_durbala2020", ("logSFRNUVIR",), "dex(solMass/yr)", "log10 of the rate from ultraviolet and 22 um"),
)
