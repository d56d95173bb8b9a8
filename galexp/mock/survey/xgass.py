"""A mock of xGASS, selected by stellar mass alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.gas import apply_gas_fraction_floor, draw_stripping, log_hi_fraction
from galexp.mock.parent import draw_parents
from galexp.mock.relations import nuv_minus_r
from galexp.mock.survey.candidate import VELOCITY_MARGIN, check_request, draw_candidates, places_between
from galexp.mock.survey.columns import add_gas, finish_table, put, start_table

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Int
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.parent import Parents

OBJECTS = 1179
HI_OFFSET = 0.13
NEAR_SHARE = 0.3
NEAR, FAR = (0.01, 0.02, 9.0, 10.0), (0.025, 0.05, 10.0, 11.3)
NUV_SCATTER = 0.15
MASS_BIN = 0.1


def mock_xgass(objects: int | None = None, seed: int = 0, stripping: float = 1.0) -> Table:
    """Draw a mock of the xGASS representative sample.

    Flat in log stellar mass: 30 % between 9 and 10 at redshift 0.01 to 0.02, the others between 10 and 11.3 at redshift
    0.025 to 0.05. Every object is a parent galaxy of the toy universe, with its mass, place and group, but with light
    drawn anew from mass and color, so that `mag_r` is not the magnitude with which it passed r < 17.8; delta5 is
    measured among all parents, and the quenched fraction follows `log_one_plus_delta5_fixed`.

    Args:
        objects: number of galaxies, None for the published 1,179.
        seed: of every draw; the same seed gives the same catalog.
        stripping: strength of the gas loss in crowded places, which leaves no trace in the image; 0 for none. Other
            columns than the gas do not depend on it.

    Returns:
        One row a galaxy in order of id, with unit and description of every column and `meta["mock"]` true. Overdensity
        is NaN where it cannot be measured.

    Raises:
        ValueError: if `check_request` refuses a number, or objects exceeds what the toy universe holds.
    """
    check_request(objects, seed, stripping)
    count = OBJECTS if objects is None else objects
    rng = np.random.default_rng(seed)
    parents = draw_parents(rng, max_redshift=FAR[1] + VELOCITY_MARGIN)
    near = round(NEAR_SHARE * count)
    place = np.concatenate([_flat_in_mass(rng, parents, near, *NEAR), _flat_in_mass(rng, parents, count - near, *FAR)])
    galaxies = draw_candidates(rng, parents, rng.permutation(place))
    loss = stripping * draw_stripping(rng, galaxies.log_one_plus_delta5)
    gas = log_hi_fraction(galaxies.population, HI_OFFSET) - loss
    table = start_table(galaxies, "xgass", seed, stripping)
    add_gas(table, *apply_gas_fraction_floor(rng, gas, galaxies.population.log_stellar_mass))
    color = nuv_minus_r(galaxies.population.log_ssfr) + NUV_SCATTER * rng.standard_normal(count)
    put(table, "nuv_minus_r", color, "color between the near ultraviolet and r", "mag")
    return finish_table(table, galaxies, rng)


def _flat_in_mass(
    rng: Generator,
    parents: Parents,
    count: int,
    min_redshift: float,
    max_redshift: float,
    min_mass: float,
    max_mass: float,
) -> Int[ndarray, " galaxy"]:
    """Choose different parent galaxies so that every bin of 0.1 dex of stellar mass is as likely as any other.

    Raises:
        ValueError: if the range holds fewer parent galaxies.
    """
    place = places_between(rng, parents, min_redshift, max_redshift)
    mass = parents.log_stellar_mass[place]
    within = place[(mass >= min_mass) & (mass < max_mass)]
    if len(within) < count:
        raise ValueError(
            f"{count} objects of log mass {min_mass} to {max_mass} at redshift {min_redshift} to {max_redshift}, but "
            f"the mock has {len(within)} parent galaxies there; ask for fewer objects"
        )
    _, bins, members = np.unique(
        np.floor(parents.log_stellar_mass[within] / MASS_BIN), return_inverse=True, return_counts=True
    )
    weight = 1.0 / members[bins]
    return rng.choice(within, count, replace=False, p=weight / weight.sum())
