"""The mock parent sample: every galaxy of the toy universe that a flux-limited spectroscopic survey would list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.distance import SPEED_OF_LIGHT, comoving_distance, distance_modulus, redshift_at
from galexp.mock.field import lognormal_density, sample_points
from galexp.mock.group import draw_richness, scatter_members

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from numpy import ndarray
    from numpy.random import Generator

NUMBER_DENSITY = 0.005
GROUPED_FRACTION = 0.25
RICHNESS_SLOPE = 3.0
LOG_SIGMA = 1.7
CELLS = 128
FIELD_DISPERSION = 120.0
FLUX_LIMIT = 17.8
SCHECHTER_MAGNITUDE = -20.9
SCHECHTER_SLOPE = -1.1


@dataclass(frozen=True)
class Parents:
    """Positions in redshift space of the mock parent galaxies.

    Attributes:
        ra: right ascension [deg].
        dec: declination [deg].
        redshift: observed redshift, with the peculiar velocity.
        group_id: index of the toy group, -1 for none.
        group_richness: parent galaxies that share the group, 1 for none.
        group_central: whether it is the brightest of its group; true for galaxies without a group.
    """

    ra: Float[ndarray, " galaxy"]
    dec: Float[ndarray, " galaxy"]
    redshift: Float[ndarray, " galaxy"]
    group_id: Int[ndarray, " galaxy"]
    group_richness: Int[ndarray, " galaxy"]
    group_central: Bool[ndarray, " galaxy"]

    def __len__(self) -> int:
        """Return the number of galaxies."""
        return len(self.ra)


def draw_parents(rng: Generator, max_redshift: float) -> Parents:
    """Draw the mock parent galaxies of the whole sky out to a redshift.

    A lognormal random field with a toy group component, seen from the center of the cube in redshift space; not a
    LambdaCDM mock; no halo occupation. Absolute magnitudes follow a Schechter function independent of place and the
    limit is r < 17.8. Density, spread and group share are choices of ours that give log(1 + delta5) the 20 and 80 %
    quantiles of nearby surveys.
    """
    max_distance = float(comoving_distance(np.array([max_redshift]))[0])
    position, velocity, group = _draw_points(rng, max_distance)
    distance = np.linalg.norm(position, axis=1)
    redshift = (1.0 + redshift_at(distance)) * (1.0 + velocity / SPEED_OF_LIGHT) - 1.0
    magnitude = draw_absolute_magnitude(rng, len(distance))
    inside = (distance < max_distance) & (redshift > 0.0)
    bright = magnitude + distance_modulus(np.maximum(redshift, 1e-4)) < FLUX_LIMIT
    kept = np.flatnonzero(inside & bright)
    x, y, height = position[kept].T
    richness, identifier, central = _rank_groups(group[kept], magnitude[kept])
    return Parents(
        ra=np.degrees(np.arctan2(y, x)) % 360.0,
        dec=np.degrees(np.arcsin(height / distance[kept])),
        redshift=redshift[kept],
        group_id=identifier,
        group_richness=richness,
        group_central=central,
    )


def draw_absolute_magnitude(rng: Generator, count: int) -> Float[ndarray, " galaxy"]:
    """Draw r-band absolute magnitudes between -23.5 and -15 from a Schechter function, M* = -20.9 and alpha = -1.1."""
    grid = np.linspace(-23.5, -15.0, 600)
    luminosity = 10.0 ** (-0.4 * (grid - SCHECHTER_MAGNITUDE))
    cumulative = np.cumsum(luminosity ** (SCHECHTER_SLOPE + 1.0) * np.exp(-luminosity))
    return np.interp(rng.uniform(size=count), cumulative / cumulative[-1], grid)


def _draw_points(
    rng: Generator, max_distance: float
) -> tuple[Float[ndarray, "galaxy axis"], Float[ndarray, " galaxy"], Int[ndarray, " galaxy"]]:
    box_size = 2.0 * max_distance
    density = lognormal_density(rng, box_size, CELLS, LOG_SIGMA)
    count = round(NUMBER_DENSITY * box_size**3)
    richness = draw_richness(rng, round(GROUPED_FRACTION * count), RICHNESS_SLOPE)
    centers = sample_points(rng, density, box_size, len(richness))
    members, member_velocity, member_group = scatter_members(rng, centers, richness)
    field = sample_points(rng, density, box_size, count - len(members))
    velocity = np.concatenate([member_velocity, FIELD_DISPERSION * rng.standard_normal(len(field))])
    return np.concatenate([members, field]), velocity, np.concatenate([member_group, np.full(len(field), -1)])


def _rank_groups(
    group: Int[ndarray, " galaxy"], magnitude: Float[ndarray, " galaxy"]
) -> tuple[Int[ndarray, " galaxy"], Int[ndarray, " galaxy"], Bool[ndarray, " galaxy"]]:
    """Count members above the flux limit; a group seen by one galaxy alone is no group."""
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    richness = np.where(group >= 0, counts[inverse], 1)
    grouped = richness > 1
    order = np.lexsort((magnitude, group))
    central = np.ones(len(group), dtype=bool)
    central[order[1:]] = group[order][1:] != group[order][:-1]
    return richness, np.where(grouped, group, -1), central | ~grouped
