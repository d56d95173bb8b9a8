"""What is not known of a galaxy, drawn so that it fits what is known."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.population import Population, draw_population

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jaxtyping import Float
    from numpy import ndarray

    from galexp.mock.draws import Draws

CANDIDATES = 24
TOLERANCES = {
    "g_minus_r": 0.05,
    "log_ssfr": 0.3,
    "bulge_to_total": 0.1,
    "cos_inclination": 0.1,
    "log_radius": 0.1,
    "absolute_magnitude_r": 0.3,
}
_OF: dict[str, Callable[[Population], Float[ndarray, " galaxy"]]] = {
    "g_minus_r": lambda population: population.g_minus_r,
    "log_ssfr": lambda population: population.log_ssfr,
    "bulge_to_total": lambda population: population.bulge_to_total,
    "cos_inclination": lambda population: np.cos(population.inclination),
    "log_radius": lambda population: np.log10(population.radius),
    "absolute_magnitude_r": lambda population: population.absolute_magnitude_r,
}


def nearest_population(
    rows: Draws, log_stellar_mass: Float[ndarray, " galaxy"], known: Mapping[str, Float[ndarray, " galaxy"]]
) -> Population:
    """Draw 24 galaxies of each mass by the relations of the mock surveys, and return the one nearest to what is known.

    The distance is the sum of ln(1 + d^2), d = (drawn - known) / tolerance, over what is known of a galaxy; the
    logarithm asks little of what no galaxy of its mass has, such as the magnitude of a wrong distance. So a red galaxy
    becomes one without star formation, a flat one a disk, and what nothing is known of follows the relations.
    Surroundings are not looked at: the overdensity counts as the average. Tolerances are choices of ours.

    Args:
        rows: source of the draws, with a stream a galaxy.
        log_stellar_mass: log10 of the stellar mass [Msun].
        known: quantities of `TOLERANCES` -> values, NaN where unknown; others are ignored. The radius is along the
            major axis, in log10 kpc.
    """
    average = np.zeros(len(log_stellar_mass))
    best = draw_population(rows, log_stellar_mass, average)
    least = _distance(best, known)
    for _ in range(CANDIDATES - 1):
        other = draw_population(rows, log_stellar_mass, average)
        distance = _distance(other, known)
        nearer, least = distance < least, np.minimum(distance, least)
        best = Population(
            **{
                field.name: np.where(nearer, getattr(other, field.name), getattr(best, field.name))
                for field in fields(Population)
            }
        )
    return best


def _distance(population: Population, known: Mapping[str, Float[ndarray, " galaxy"]]) -> Float[ndarray, " galaxy"]:
    terms = [
        np.log1p(np.nan_to_num((_OF[name](population) - known[name]) / tolerance) ** 2)
        for name, tolerance in TOLERANCES.items()
        if name in known
    ]
    return np.sum(terms, axis=0) if terms else np.zeros(len(population))
