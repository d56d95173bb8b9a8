"""Columns that the mock surveys share, with unit and description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Column, Table

from galexp.mock.photometry import r_minus_i
from galexp.mock.relations import sources
from galexp.mock.shape import axis_ratio, concentration
from galexp.mock.survey.candidate import measure_overdensity

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.survey.candidate import Candidates

ISOLATED_CENTRAL, GROUP_CENTRAL, SATELLITE = 1, 2, 0


def put(table: Table, name: str, values: ndarray, description: str, unit: str | None = None) -> None:
    """Add a column, with a description that says that it is mock."""
    table[name] = Column(values, description=f"mock: {description}", unit=unit)


def start_table(galaxies: Candidates, survey: str, seed: int, stripping: float) -> Table:
    """Return a catalog with identity, surroundings, light, star formation and shape of the galaxies.

    `meta` holds mock (true), survey, seed, stripping and sources, the origin of each relation.
    """
    meta = {"mock": True, "survey": survey, "seed": seed, "stripping": stripping, "sources": sources()}
    table = Table(meta=meta)
    put(table, "id", np.array([f"mock{seed}-{row:06d}" for row in range(len(galaxies))]), "name of the object")
    _add_environment(table, galaxies)
    _add_light(table, galaxies)
    return table


def finish_table(table: Table, galaxies: Candidates, rng: Generator) -> Table:
    """Add the rendering parameters and a seed for each image, and return the catalog."""
    for name, (values, unit, description) in galaxies.appearance.items():
        put(table, f"mock_{name}", values, description, unit)
    seeds = rng.integers(0, 2**31, len(table))
    put(table, "mock_seed", seeds, "seed of the noise, the field objects and the details of the image")
    return table


def add_gas(table: Table, fraction: Float[ndarray, " galaxy"], is_limit: Bool[ndarray, " galaxy"]) -> None:
    """Add the atomic gas: log10 (M_HI / M*), the gas mass, and which of them are upper limits."""
    put(table, "log_hi_fraction", fraction, "log10 of atomic gas over stellar mass", "dex")
    put(table, "log_hi_mass", fraction + table["log_stellar_mass"], "log10 of the atomic gas mass", "dex(Msun)")
    put(table, "hi_is_limit", is_limit, "whether the gas is an upper limit")


def _add_environment(table: Table, galaxies: Candidates) -> None:
    parents, place = galaxies.parents, galaxies.place
    put(table, "ra", parents.ra[place], "right ascension", "deg")
    put(table, "dec", parents.dec[place], "declination", "deg")
    put(table, "redshift", parents.redshift[place], "redshift, with peculiar velocity")
    for variant in ("fixed", "paper", "code"):
        is_fixed = variant == "fixed"
        values = galaxies.log_one_plus_delta5 if is_fixed else measure_overdensity(parents, place, variant)
        put(table, f"log_one_plus_delta5_{variant}", values, f"log10 of the overdensity, variant {variant}")
    grouped = parents.group_id[place] >= 0
    put(table, "group_id", parents.group_id[place], "toy group, -1 for none")
    put(table, "group_richness", parents.group_richness[place], "members of the toy group above the flux limit")
    central = np.where(grouped, GROUP_CENTRAL, ISOLATED_CENTRAL)
    env_code = np.where(parents.group_central[place], central, SATELLITE)
    put(table, "env_code", env_code, "1 isolated central, 2 group central, 0 satellite")


def _add_light(table: Table, galaxies: Candidates) -> None:
    population, mag_r, r50 = galaxies.population, galaxies.mag_r, galaxies.r50
    color = population.g_minus_r
    put(table, "log_stellar_mass", population.log_stellar_mass, "log10 of the stellar mass", "dex(Msun)")
    put(table, "mag_g", mag_r + color, "apparent magnitude in g", "mag")
    put(table, "mag_r", mag_r, "apparent magnitude in r", "mag")
    put(table, "mag_i", mag_r - r_minus_i(color), "apparent magnitude in i", "mag")
    put(table, "g_minus_r", color, "color", "mag")
    put(table, "r50", r50, "half-light radius along the major axis", "arcsec")
    put(table, "log_r50", np.log10(r50), "log10 of the half-light radius", "dex(arcsec)")
    put(table, "r90", galaxies.r90, "radius of 90 % of the light", "arcsec")
    put(table, "concentration", concentration(population.bulge_to_total), "r90 over r50")
    put(table, "axis_ratio", axis_ratio(population.inclination, population.bulge_to_total), "minor over major axis")
    put(table, "log_ssfr", population.log_ssfr, "log10 of the specific star-formation rate", "dex(1/yr)")
    log_sfr = population.log_ssfr + population.log_stellar_mass
    put(table, "log_sfr", log_sfr, "log10 of the star-formation rate", "dex(Msun/yr)")
    put(table, "metallicity", population.metallicity, "gas-phase 12 + log10(O/H)", "dex")
