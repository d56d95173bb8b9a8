"""How bright mock parent galaxies are, which of them a flux limit shows, and what stellar mass goes with the light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.population import SOLAR_MAGNITUDE_R

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from numpy.random import Generator

SCHECHTER_MAGNITUDE = -21.21
SCHECHTER_SLOPE = -1.3
BRIGHTEST_MAGNITUDE, FAINTEST_MAGNITUDE = -23.5, -14.0
MASS_TO_LIGHT_SCATTER = 0.18

_MAGNITUDE = np.linspace(BRIGHTEST_MAGNITUDE, FAINTEST_MAGNITUDE, 680)


def _cumulative() -> Float[ndarray, " node"]:
    luminosity = 10.0 ** (-0.4 * (_MAGNITUDE - SCHECHTER_MAGNITUDE))
    density = luminosity ** (SCHECHTER_SLOPE + 1.0) * np.exp(-luminosity)
    cumulative = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    return cumulative / cumulative[-1]


_CUMULATIVE = _cumulative()


def visible_fraction(limit: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return the share of galaxies brighter than an r-band absolute magnitude.

    The luminosity function is Schechter's with M* - 5 log10 h = -20.44 and h = 0.7, in the r band shifted to redshift
    0.1 and taken for r here. Its slope, -1.3, and its ends at -23.5 and -14 are choices of ours: a blind survey of H I
    would find too few galaxies of low mass with the published slope of -1.05. The share is 0 at the bright end and 1 at
    the faint one.

    References:
        Blanton et al. 2003, ApJ 592, 819, as public code quotes it.
    """
    return np.interp(limit, _MAGNITUDE, _CUMULATIVE)


def draw_absolute_magnitude(rng: Generator, limit: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Draw r-band absolute magnitudes of galaxies that are each brighter than a limit.

    Args:
        rng: source of the draws.
        limit: faintest absolute magnitude that would be seen; a limit beyond -14 is no limit.
    """
    return np.interp(rng.uniform(size=len(limit)) * visible_fraction(limit), _CUMULATIVE, _MAGNITUDE)


def draw_log_stellar_mass(rng: Generator, magnitude: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Draw log10 of the stellar mass [Msun] of galaxies of given r-band absolute magnitude.

    log (M*/L_r) = 0.12 - 0.14 (M_r + 19.5) with 0.18 dex of scatter: a choice of ours, somewhat steeper than what Bell
    et al. (2003) give for the mean color at each magnitude, which widens the range of masses.
    """
    log_mass_to_light = 0.12 - 0.14 * (magnitude + 19.5) + MASS_TO_LIGHT_SCATTER * rng.standard_normal(len(magnitude))
    return 0.4 * (SOLAR_MAGNITUDE_R - magnitude) + log_mass_to_light
