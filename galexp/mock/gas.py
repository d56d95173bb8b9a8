"""Atomic gas of mock galaxies: the gas plane, stripping in crowded places, and the survey's detection floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock import relations

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.population import Population

STRIPPING_THRESHOLD = 0.45
MAX_STRIPPING_CHANCE = 0.5
LIMIT_SCATTER = 0.06


def log_hi_fraction(population: Population, offset: float = 0.0) -> Float[ndarray, " galaxy"]:
    """Return log10 (M_HI / M*) before surroundings and detection limits act.

    The plane of Catinella et al. 2013, both residuals of the population and the offset; where the plane was not fitted,
    0.42 dex more for each dex below 10^10 Msun, down to 10^7.5, and 0.6 dex less for each magnitude redder than
    NUV - r = 4.5. All but the plane are choices of ours, made so that the mock surveys have the published distribution.
    """
    mass, color = population.log_stellar_mass, relations.nuv_minus_r(population.log_ssfr)
    plane = relations.hi_plane(mass - np.log10(2.0 * np.pi * population.radius**2), color)
    residual = population.visible_hi_residual + population.hidden_hi_residual
    beyond_fit = 0.42 * np.clip(10.0 - mass, 0.0, 2.5) - 0.6 * np.clip(color - 4.5, 0.0, None)
    return plane + residual + beyond_fit + offset


def draw_stripping(rng: Generator, log_one_plus_delta5: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Draw how much atomic gas crowded surroundings take away [dex, not negative].

    The chance to be hit rises from 0 at log10(1 + delta5) = 0.45 to 0.5 at 0.575 and stays there; a hit costs
    0.25 + abs(N(0, 0.4)) dex. The image knows nothing of it. This effect is put in by hand, a choice of ours, so that
    a split by environment has something to find. NaN overdensity is never hit.
    """
    excess = np.nan_to_num(log_one_plus_delta5, nan=-np.inf, neginf=-1e3) - STRIPPING_THRESHOLD
    chance = np.clip(excess / 0.25, 0.0, MAX_STRIPPING_CHANCE)
    hit = rng.uniform(size=len(chance)) < chance
    loss = 0.25 + 0.4 * np.abs(rng.standard_normal(len(chance)))
    return np.where(hit, loss, 0.0)


def apply_gas_fraction_floor(
    rng: Generator, log_fraction: Float[ndarray, " galaxy"], log_stellar_mass: Float[ndarray, " galaxy"]
) -> tuple[Float[ndarray, " galaxy"], Bool[ndarray, " galaxy"]]:
    """Replace what a targeted survey could not have detected by its upper limit.

    Below 10^9.7 Msun the limit is 10^8 Msun of gas, up to 10^10 a gas fraction of 0.02, up to 10^10.5 10^8.7 Msun, and
    above a fraction of 0.016, as upper limits lie in the published table of Catinella et al. 2018 (MNRAS 476, 875),
    where nearer and farther galaxies were observed for different lengths; with 0.06 dex of scatter, a choice of ours.

    Returns:
        log10 (M_HI / M*) with limits in place of non-detections, and which ones are limits.
    """
    mass = log_stellar_mass
    floor = np.select(
        [mass < 9.7, mass < 10.0, mass < 10.5],
        [8.0 - mass, np.full(len(mass), np.log10(0.02)), 8.7 - mass],
        default=np.log10(0.016),
    )
    limit = floor + LIMIT_SCATTER * rng.standard_normal(len(floor))
    return np.maximum(log_fraction, limit), log_fraction < limit
