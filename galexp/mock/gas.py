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


def log_hi_fraction(population: Population, offset: float = 0.0) -> Float[ndarray, " galaxy"]:
    """Return log10 (M_HI / M*) before surroundings and detection limits act.

    The plane of Catinella et al. 2013, both residuals of the population and the offset; where the plane was not fitted,
    0.30 dex more for each dex below 10^10 Msun and 0.6 dex less for each magnitude redder than NUV - r = 4.5. All but
    the plane are choices of ours.
    """
    mass, color = population.log_stellar_mass, relations.nuv_minus_r(population.log_ssfr)
    plane = relations.hi_plane(mass - np.log10(2.0 * np.pi * population.radius**2), color)
    residual = population.visible_hi_residual + population.hidden_hi_residual
    beyond_fit = 0.30 * np.clip(10.0 - mass, 0.0, 1.5) - 0.6 * np.clip(color - 4.5, 0.0, None)
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

    The limit is a gas fraction of 0.015 above 10^9.7 Msun and 10^8 Msun of gas below, as in xGASS (quoted from memory
    of Catinella et al. 2018, MNRAS 476, 875; not checked against the text), with 0.12 dex of scatter of ours.

    Returns:
        log10 (M_HI / M*) with limits in place of non-detections, and which ones are limits.
    """
    floor = np.where(log_stellar_mass > 9.7, np.log10(0.015), 8.0 - log_stellar_mass)
    limit = floor + 0.12 * rng.standard_normal(len(floor))
    return np.maximum(log_fraction, limit), log_fraction < limit
