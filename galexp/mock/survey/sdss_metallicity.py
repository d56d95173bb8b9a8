"""A mock of the SDSS galaxies with gas-phase metallicities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.lines import draw_has_metallicity
from galexp.mock.parent import FLUX_LIMIT
from galexp.mock.photometry import draw_d4000_n, draw_i_minus_z, draw_u_minus_g
from galexp.mock.survey.candidate import check_request, first_of
from galexp.mock.survey.columns import finish_table, put, start_table
from galexp.mock.survey.deep import draw_deep_candidates

if TYPE_CHECKING:
    from astropy.table import Table
    from numpy.random import Generator

    from galexp.mock.survey.candidate import Candidates

OBJECTS = 116_429
OCTANT_HOLDS = 125_000
MIN_REDSHIFT = 0.02
BRIGHT_LIMIT = 10.0
CANDIDATES_PER_OBJECT = 8


def mock_sdss_metallicity(objects: int | None = None, seed: int = 0, stripping: float = 1.0) -> Table:
    """Draw a mock of the SDSS galaxies whose emission lines give a metallicity.

    Galaxies of an octant of the sky, or of a strip of it where fewer are asked for, with 10 < r < 17.8 and redshift
    above 0.02 whose lines a metallicity can be measured from. The toy universe ends at redshift 0.25.

    Args:
        objects: number of galaxies, None for the published 116,429.
        seed: of every draw; the same seed gives the same catalog.
        stripping: taken so that all surveys are drawn alike; it acts on the H I alone, of which this survey has no
            column, and is written to the catalog's meta.

    Returns:
        One row a galaxy in order of id, with unit and description of every column and `meta["mock"]` true. Overdensity
        is NaN where it cannot be measured, as where the fifth neighbor lies beyond the edge of the survey.

    Raises:
        ValueError: if `check_request` refuses a number, or objects exceeds what the toy universe holds.
    """
    check_request(objects, seed, stripping)
    count = OBJECTS if objects is None else objects
    rng = np.random.default_rng(seed)
    galaxies = draw_deep_candidates(rng, count, MIN_REDSHIFT, OCTANT_HOLDS, CANDIDATES_PER_OBJECT)
    is_bright = (galaxies.mag_r > BRIGHT_LIMIT) & (galaxies.mag_r < FLUX_LIMIT)
    has_metallicity = draw_has_metallicity(rng, galaxies.population)
    galaxies = galaxies.take(first_of(is_bright & has_metallicity, count, "sdss_metallicity"))
    table = start_table(galaxies, "sdss_metallicity", seed, stripping)
    _add_spectroscopy(rng, table, galaxies)
    return finish_table(table, galaxies, rng)


def _add_spectroscopy(rng: Generator, table: Table, galaxies: Candidates) -> None:
    color = galaxies.population.g_minus_r
    put(table, "mag_u", table["mag_g"] + draw_u_minus_g(rng, color), "apparent magnitude in u", "mag")
    put(table, "mag_z", table["mag_i"] - draw_i_minus_z(rng, color), "apparent magnitude in z", "mag")
    put(table, "petro_mag_r", table["mag_r"], "Petrosian magnitude in r, here the same as mag_r", "mag")
    put(table, "d4000_n", draw_d4000_n(rng, galaxies.population), "strength of the 4000 A break, narrow definition")
