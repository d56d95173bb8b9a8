"""Which mock galaxies have emission lines that a metallicity can be measured from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.population import Population

LEAST_LOG_SSFR_WITH_LINES = -10.9


def draw_has_metallicity(rng: Generator, population: Population) -> Bool[ndarray, " galaxy"]:
    """Draw which galaxies have lines strong enough and not excited by a nucleus.

    Those that form stars at more than 10^-10.9 a year, without the share of active nuclei: 0.1 up to 10^9.7 Msun and
    rising by 0.5 for each dex of mass to 0.8. All numbers are choices of ours.
    """
    active = np.clip(0.1 + 0.5 * (population.log_stellar_mass - 9.7), 0.1, 0.8)
    return (population.log_ssfr > LEAST_LOG_SSFR_WITH_LINES) & (rng.uniform(size=len(population)) > active)
