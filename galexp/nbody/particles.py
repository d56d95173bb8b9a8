"""Particles of one galaxy or of several, and a galaxy in equilibrium drawn as such."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING

import numpy as np

from galexp.nbody.disk import draw_disk
from galexp.nbody.eddington import distribution_function, draw_directions, draw_speeds, evenly_drawn
from galexp.nbody.potential import total_potential

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.nbody.profile import Galaxy
    from galexp.nbody.quality import Quality


class Kind(enum.IntEnum):
    """What a particle stands for; a tracer is a star of the disk without mass, which feels but does not attract."""

    DISK = 0
    BULGE = 1
    HALO = 2
    TRACER = 3


@dataclasses.dataclass(frozen=True)
class Particles:
    """Particles, those that attract before those that do not.

    Attributes:
        position: [kpc].
        velocity: [km/s].
        mass: [1e10 Msun]; 0 for tracers.
        softening: Plummer length [kpc].
        kind: A :class:`Kind`.
        galaxy: Number of the galaxy that it was born in.
        weight: Stellar mass that it is drawn with [1e10 Msun]; 0 for the halo.
    """

    position: Float[ndarray, "particle axis"]
    velocity: Float[ndarray, "particle axis"]
    mass: Float[ndarray, " particle"]
    softening: Float[ndarray, " particle"]
    kind: Int[ndarray, " particle"]
    galaxy: Int[ndarray, " particle"]
    weight: Float[ndarray, " particle"]

    def __len__(self) -> int:
        """Return the number of particles."""
        return len(self.mass)


def draw_galaxy(rng: Generator, galaxy: Galaxy, quality: Quality) -> Particles:
    """Draw a galaxy at rest around the origin, its disk turning about z.

    Args:
        rng: Source of the draw.
        galaxy: What to draw.
        quality: How many particles of each kind.
    """
    counts = [quality.disk_particles, quality.bulge_particles, quality.halo_particles, quality.tracer_particles]
    stars = draw_disk(rng, galaxy, counts[0] + counts[3])
    bulge = _draw_sphere(rng, galaxy, Kind.BULGE, counts[1])
    halo = _draw_sphere(rng, galaxy, Kind.HALO, counts[2])
    position, velocity = (
        np.concatenate([one[: counts[0]], two, three, one[counts[0] :]])
        for one, two, three in zip(stars, bulge, halo, strict=True)
    )
    kind = np.repeat(list(Kind), counts)
    star_weight = galaxy.disk_mass / (counts[0] + counts[3])
    mass = np.array([galaxy.disk_mass / counts[0], galaxy.bulge_mass / counts[1], galaxy.halo_mass / counts[2], 0.0])
    softening = np.where(kind == Kind.HALO, galaxy.halo_softening, galaxy.star_softening)
    weight = np.array([star_weight, galaxy.bulge_mass / counts[1], 0.0, star_weight])
    owner = np.zeros(len(kind), dtype=int)
    drawn = Particles(position, velocity, mass[kind], softening, kind, owner, weight[kind])
    return at_rest(drawn)


def at_rest(particles: Particles) -> Particles:
    """Return the same particles in the frame of their center of mass."""
    share = particles.mass / particles.mass.sum()
    return dataclasses.replace(
        particles,
        position=particles.position - share @ particles.position,
        velocity=particles.velocity - share @ particles.velocity,
    )


def joined(galaxies: list[Particles]) -> Particles:
    """Return the particles of several galaxies in one, numbered by galaxy, those with mass first."""
    names = [field.name for field in dataclasses.fields(Particles)]
    columns = {name: np.concatenate([getattr(galaxy, name) for galaxy in galaxies]) for name in names}
    columns["galaxy"] = np.repeat(np.arange(len(galaxies)), [len(galaxy) for galaxy in galaxies])
    order = np.argsort(columns["mass"] == 0, kind="stable")
    return Particles(**{name: column[order] for name, column in columns.items()})


def _draw_sphere(
    rng: Generator, galaxy: Galaxy, kind: Kind, count: int
) -> tuple[Float[ndarray, "particle axis"], Float[ndarray, "particle axis"]]:
    is_bulge = kind == Kind.BULGE
    within = galaxy.bulge_within if is_bulge else galaxy.halo_within
    density = galaxy.bulge_density(galaxy.radius) if is_bulge else galaxy.halo_density(galaxy.radius)
    softening = galaxy.star_softening if is_bulge else galaxy.halo_softening
    potential = total_potential(galaxy, galaxy.radius, softening)
    radius = np.interp(evenly_drawn(rng, count) * within[-1], within, galaxy.radius)
    speed = draw_speeds(rng, np.interp(radius, galaxy.radius, potential), *distribution_function(density, potential))
    return radius[:, None] * draw_directions(rng, count), speed[:, None] * draw_directions(rng, count)
