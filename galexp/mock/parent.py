"""The mock parent sample: every galaxy of the toy universe that a flux-limited spectroscopic survey would list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.distance import SPEED_OF_LIGHT, comoving_distance, distance_modulus, redshift_at
from galexp.mock.field import fill_box, lognormal_density, sample_points
from galexp.mock.footprint import WholeSky
from galexp.mock.group import draw_richness, scatter_members
from galexp.mock.luminosity import draw_absolute_magnitude, draw_log_stellar_mass, visible_fraction

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.mock.footprint import Footprint

NUMBER_DENSITY, DEEP_NUMBER_DENSITY = 0.008, 0.2
GROUPED_SHARE = 0.5
RICHNESS_SLOPE = 4.0
LOG_SIGMA = 1.7
CELLS = 128
CELL_SIZE = 4.0
FIELD_DISPERSION = 120.0
FLUX_LIMIT = 17.8


@dataclass(frozen=True)
class Parents:
    """Mock parent galaxies in redshift space.

    Attributes:
        ra: right ascension [deg].
        dec: declination [deg].
        redshift: observed redshift, with the peculiar velocity.
        edge_distance: angle to the edge of the survey [deg]; 180 where it covers the whole sky.
        absolute_magnitude: in r.
        log_stellar_mass: log10 of the stellar mass [Msun].
        group_id: index of the toy group, -1 for none.
        group_richness: parent galaxies that share the group, 1 for none.
        group_central: whether it is the most massive of its group; true for galaxies without a group.
    """

    ra: Float[ndarray, " galaxy"]
    dec: Float[ndarray, " galaxy"]
    redshift: Float[ndarray, " galaxy"]
    edge_distance: Float[ndarray, " galaxy"]
    absolute_magnitude: Float[ndarray, " galaxy"]
    log_stellar_mass: Float[ndarray, " galaxy"]
    group_id: Int[ndarray, " galaxy"]
    group_richness: Int[ndarray, " galaxy"]
    group_central: Bool[ndarray, " galaxy"]

    def __len__(self) -> int:
        """Return the number of galaxies."""
        return len(self.ra)


def draw_parents(
    rng: Generator, max_redshift: float, footprint: Footprint | None = None, number_density: float = NUMBER_DENSITY
) -> Parents:
    """Draw the mock parent galaxies of a part of the sky out to a redshift.

    A lognormal random field with a toy group component in redshift space; not a LambdaCDM mock; no halo occupation.
    Absolute magnitudes follow a Schechter function independent of place, and only galaxies brighter than r = 17.8 are
    drawn: half of them alone, half in groups whose seen members follow a power law of richness at any distance. The
    field repeats itself every 512 Mpc. Spread, group share and the rest are choices of ours that give log(1 + delta5)
    the 20 and 80 % quantiles of nearby surveys.

    Args:
        rng: source of every draw.
        max_redshift: of the observed redshift, below 0.3; the last 0.0045 lack galaxies that move towards us.
        footprint: part of the sky, None for all of it.
        number_density: of galaxies brighter than -14 in r [1/Mpc^3], seen or not; where it is low, the sample is a
            random part of what the limit would show.
    """
    footprint = WholeSky() if footprint is None else footprint
    position, velocity, group = _draw_points(rng, max_redshift, footprint, number_density)
    distance = np.linalg.norm(position, axis=1)
    redshift = (1.0 + redshift_at(distance)) * (1.0 + velocity / SPEED_OF_LIGHT) - 1.0
    direction = position / distance[:, None]
    inside = footprint.covers(direction) & (redshift > 1e-4) & (redshift < max_redshift)
    redshift, direction, group = redshift[inside], direction[inside], group[inside]
    magnitude = draw_absolute_magnitude(rng, FLUX_LIMIT - distance_modulus(redshift))
    log_stellar_mass = draw_log_stellar_mass(rng, magnitude)
    richness, identifier, central = _rank_groups(group, log_stellar_mass)
    return Parents(
        ra=np.degrees(np.arctan2(direction[:, 1], direction[:, 0])) % 360.0,
        dec=np.degrees(np.arcsin(direction[:, 2])),
        redshift=redshift,
        edge_distance=footprint.edge_distance(direction),
        absolute_magnitude=magnitude,
        log_stellar_mass=log_stellar_mass,
        group_id=identifier,
        group_richness=richness,
        group_central=central,
    )


def _draw_points(
    rng: Generator, max_redshift: float, footprint: Footprint, number_density: float
) -> tuple[Float[ndarray, "galaxy axis"], Float[ndarray, " galaxy"], Int[ndarray, " galaxy"]]:
    """Draw positions relative to the observer [Mpc], peculiar velocities [km/s] and groups (-1 for none)."""
    low, high = footprint.box(float(comoving_distance(np.array([max_redshift]))[0]))
    length, width, height = np.ceil((high - low) / CELL_SIZE).astype(int)
    density = lognormal_density(rng, CELLS * CELL_SIZE, CELLS, LOG_SIGMA)
    density /= density.mean()
    weight = fill_box(density, (length, width, height)) * _visible_in_cells(low, (length, width, height))
    count = round(float(weight.sum()) * CELL_SIZE**3 * number_density)
    richness = draw_richness(rng, round(GROUPED_SHARE * count), RICHNESS_SLOPE)
    points = low + sample_points(rng, weight, CELL_SIZE, len(richness) + count - int(richness.sum()))
    centers, field = np.split(points[rng.permutation(len(points))], [len(richness)])
    members, member_velocity, member_group = scatter_members(rng, centers, richness)
    velocity = np.concatenate([member_velocity, FIELD_DISPERSION * rng.standard_normal(len(field))])
    return np.concatenate([members, field]), velocity, np.concatenate([member_group, np.full(len(field), -1)])


def _visible_in_cells(
    low: Float[ndarray, " axis"], shape: tuple[int, int, int]
) -> Float[ndarray, "length width height"]:
    """Return the share of galaxies that the flux limit shows at the center of each cell."""
    x, y, z = (start + CELL_SIZE * (np.arange(length) + 0.5) for start, length in zip(low, shape, strict=True))
    distance = np.sqrt(x[:, None, None] ** 2 + y[None, :, None] ** 2 + z[None, None, :] ** 2)
    node = np.linspace(1.0, float(distance.max()), 1000)
    share = visible_fraction(FLUX_LIMIT - distance_modulus(redshift_at(node)))
    return np.interp(distance, node, share)


def _rank_groups(
    group: Int[ndarray, " galaxy"], log_stellar_mass: Float[ndarray, " galaxy"]
) -> tuple[Int[ndarray, " galaxy"], Int[ndarray, " galaxy"], Bool[ndarray, " galaxy"]]:
    """Count members; a group of which one galaxy is left inside the survey is no group."""
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    richness = np.where(group >= 0, counts[inverse], 1)
    grouped = richness > 1
    order = np.lexsort((-log_stellar_mass, group))
    central = np.ones(len(group), dtype=bool)
    central[order[1:]] = group[order][1:] != group[order][:-1]
    return richness, np.where(grouped, group, -1), central | ~grouped
