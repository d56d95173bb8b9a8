"""A mock of ALFALFA's alpha.40 with SDSS counterparts, selected by its H I alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.distance import SPEED_OF_LIGHT, comoving_distance
from galexp.mock.gas import draw_stripping, log_hi_fraction
from galexp.mock.lines import draw_has_metallicity
from galexp.mock.parent import FLUX_LIMIT, draw_parents
from galexp.mock.photometry import draw_u_minus_g
from galexp.mock.relations import log_hi_flux, log_hi_flux_limit, rotation_velocity
from galexp.mock.survey.candidate import (
    VELOCITY_MARGIN,
    check_request,
    draw_candidates,
    first_of,
    places_between,
)
from galexp.mock.survey.columns import add_gas, finish_table, put, start_table

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Float
    from numpy import ndarray

    from galexp.mock.population import Population
    from galexp.mock.survey.candidate import Candidates

OBJECTS = 7399
HI_OFFSET = 0.16
MIN_REDSHIFT, MAX_REDSHIFT = 0.004, 18000.0 / SPEED_OF_LIGHT
CANDIDATES_PER_OBJECT = 12
HELIUM = 1.33
TURBULENT_WIDTH = 20.0
COMPLETENESS_SCATTER = 0.08
LEAST_MEASURED_LOG_SSFR = -11.5


def mock_alfalfa(objects: int | None = None, seed: int = 0, stripping: float = 1.0) -> Table:
    """Draw a mock of the alpha.40 galaxies with SDSS photometry and a stellar mass.

    A blind survey of H I: of all parent galaxies (r < 17.8) with cz < 18,000 km/s those are kept whose H I flux,
    S = M_HI / (2.356e5 D^2), exceeds ALFALFA's 50 % limit at their line width with 0.08 dex of scatter. The survey
    covers the whole sky and keeps a random part of what it finds; the sky of alpha.40 is not copied.

    Args:
        objects: number of galaxies, None for the published 7,399.
        seed: of every draw; the same seed gives the same catalog.
        stripping: strength of the gas loss in crowded places, which leaves no trace in the image; 0 for none. A
            galaxy that lost its gas may fall below the limit, so that others take its place.

    Returns:
        One row a galaxy in order of id, with unit and description of every column and `meta["mock"]` true. NaN:
        overdensity where it cannot be measured, `metallicity` without strong lines, `log_sfr` and `log_ssfr` where
        fewer stars form than 10^-11.5 a year.

    Raises:
        ValueError: if `check_request` refuses a number, or objects exceeds what the survey finds.
    """
    check_request(objects, seed, stripping)
    count = OBJECTS if objects is None else objects
    rng = np.random.default_rng(seed)
    parents = draw_parents(rng, max_redshift=MAX_REDSHIFT + VELOCITY_MARGIN)
    place = places_between(rng, parents, MIN_REDSHIFT, MAX_REDSHIFT, CANDIDATES_PER_OBJECT * count + 200)
    galaxies = draw_candidates(rng, parents, place)
    fraction = log_hi_fraction(galaxies.population, HI_OFFSET)
    fraction -= stripping * draw_stripping(rng, galaxies.log_one_plus_delta5)
    width = _line_width(galaxies.population, fraction)
    flux = log_hi_flux(fraction + galaxies.population.log_stellar_mass, comoving_distance(galaxies.redshift))
    limit = log_hi_flux_limit(np.log10(width)) + COMPLETENESS_SCATTER * rng.standard_normal(len(galaxies))
    lines = draw_has_metallicity(rng, galaxies.population)
    u_minus_r = draw_u_minus_g(rng, galaxies.population.g_minus_r) + galaxies.population.g_minus_r
    rows = first_of((flux > limit) & (galaxies.mag_r < FLUX_LIMIT), count, "alfalfa")
    galaxies = galaxies.take(rows)
    table = start_table(galaxies, "alfalfa", seed, stripping)
    add_gas(table, fraction[rows], np.zeros(count, dtype=bool))
    put(table, "u_minus_r", u_minus_r[rows], "color", "mag")
    _add_radio(table, galaxies, width[rows], flux[rows])
    _blank_what_has_no_lines(table, lines[rows])
    return finish_table(table, galaxies, rng)


def _line_width(population: Population, log_hi_fraction: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the width of the H I line, 2 V sin i and 20 km/s of turbulence in quadrature [km/s], a choice of ours."""
    baryons = 10.0**population.log_stellar_mass * (1.0 + HELIUM * 10.0**log_hi_fraction)
    return np.hypot(2.0 * rotation_velocity(baryons) * np.sin(population.inclination), TURBULENT_WIDTH)


def _add_radio(
    table: Table, galaxies: Candidates, width: Float[ndarray, " galaxy"], log_flux: Float[ndarray, " galaxy"]
) -> None:
    redshift = galaxies.redshift
    put(table, "hi_velocity", SPEED_OF_LIGHT * redshift, "heliocentric velocity, cz", "km/s")
    put(table, "distance", comoving_distance(redshift), "distance by the Hubble law", "Mpc")
    put(table, "hi_width", width, "width of the H I line at half of its peak", "km/s")
    put(table, "hi_flux", 10.0**log_flux, "integrated flux of the H I line", "Jy km/s")


def _blank_what_has_no_lines(table: Table, lines: ndarray) -> None:
    """Write NaN where a spectrum would give no metallicity or star-formation rate, and say which rows are in a40B."""
    table["metallicity"][~lines] = np.nan
    unmeasured = table["log_ssfr"] < LEAST_MEASURED_LOG_SSFR
    for name in ("log_sfr", "log_ssfr"):
        table[name][unmeasured] = np.nan
    put(table, "in_a40A", np.ones(len(table), dtype=bool), "whether it has a stellar mass")
    put(table, "in_a40B", lines, "whether it has a metallicity and a star-formation rate, too")
