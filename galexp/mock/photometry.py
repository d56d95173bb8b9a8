"""Colors of mock galaxies in all five bands, and their spectral break, from g - r and star formation.

All are choices of ours, close to what SDSS galaxies show on average.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.population import Population

R_MINUS_I, U_MINUS_G = (0.06, 0.48), (0.53, 1.63)
COLOR_SCATTER = 0.05
BREAK_SCATTER = 0.04


def r_minus_i(g_minus_r: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return r - i = 0.06 + 0.48 (g - r) [mag]."""
    return R_MINUS_I[0] + R_MINUS_I[1] * g_minus_r


def draw_u_minus_g(rng: Generator, g_minus_r: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Draw u - g = 0.53 + 1.63 (g - r) [mag] with 0.05 mag of scatter."""
    return U_MINUS_G[0] + U_MINUS_G[1] * g_minus_r + COLOR_SCATTER * rng.standard_normal(len(g_minus_r))


def draw_i_minus_z(rng: Generator, g_minus_r: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Draw i - z = -0.08 + 0.5 (g - r) [mag] with 0.05 mag of scatter."""
    return -0.08 + 0.5 * g_minus_r + COLOR_SCATTER * rng.standard_normal(len(g_minus_r))


def draw_d4000_n(rng: Generator, population: Population) -> Float[ndarray, " galaxy"]:
    """Draw the strength of the 4000 A break, narrow definition.

    Linear in the specific star-formation rate between 1.20 at -9.5, 1.32 at -10.25, 1.60 at -11.25 and 1.85 at -12,
    constant outside, with 0.04 of scatter.
    """
    mean = np.interp(population.log_ssfr, [-12.0, -11.25, -10.25, -9.5], [1.85, 1.60, 1.32, 1.20])
    return mean + BREAK_SCATTER * rng.standard_normal(len(population))
