"""What tells whether a simulation can be trusted: energy, momentum, radii, heights, and how far apart nuclei are."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.nbody.particles import Kind, Particles

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from torch import Tensor

    from galexp.nbody.gravity import Gravity

EVERY = 5
"""Snapshots from one measurement of the energy to the next, which costs a step."""

MERGED_WITHIN = 3.0
"""Distance of the two bulges' centers at the end [kpc] below which two galaxies have merged, a choice of ours."""


@dataclasses.dataclass(frozen=True)
class Diagnostics:
    """A simulation's own account of itself.

    Attributes:
        energy: At every fifth snapshot [1e10 Msun (km/s)^2].
        virial_ratio: 2 K / -sum m x a, likewise; 1 for a galaxy in equilibrium, whatever the softening.
        momentum: Of all particles over the sum of their own absolute momenta at the start, likewise.
        separation: Of the two bulges' medians at every snapshot [kpc]; 0 where there is one galaxy.
        halo_half_mass_radius: Of each galaxy's own halo particles around their median, at every snapshot [kpc].
        disk_half_mass_radius: Likewise of its stars born in the disk, in the plane of the disk at the start [kpc].
        disk_height: Root of the mean squared height of the same over that plane, within 3 R_d at the start [kpc].
    """

    energy: Float[ndarray, " measured"]
    virial_ratio: Float[ndarray, " measured"]
    momentum: Float[ndarray, "measured axis"]
    separation: Float[ndarray, " snapshot"]
    halo_half_mass_radius: Float[ndarray, "snapshot galaxy"]
    disk_half_mass_radius: Float[ndarray, "snapshot galaxy"]
    disk_height: Float[ndarray, "snapshot galaxy"]

    @property
    def energy_drift(self) -> float:
        """The largest |E - E_0| / |E_0|."""
        return float(np.abs(self.energy / self.energy[0] - 1).max())

    @property
    def momentum_drift(self) -> float:
        """The largest change of the total momentum, a vector, over the sum of all absolute momenta at the start."""
        return float(np.linalg.norm(self.momentum - self.momentum[0], axis=1).max())

    @property
    def final_separation(self) -> float:
        """The separation at the end, the median of the last five snapshots [kpc]."""
        return float(np.median(self.separation[-5:]))

    @property
    def has_merged(self) -> bool:
        """Whether the two bulges are within 3 kpc of each other at the end."""
        return self.final_separation < MERGED_WITHIN


class Diagnostician:
    """Measure a simulation as it goes on.

    Args:
        particles: At the start.
        normals: Of each galaxy's disk at the start.
        disk_lengths: R_d of each [kpc].
        gravity: Of the particles.
    """

    def __init__(
        self,
        particles: Particles,
        normals: list[Float[ndarray, " axis"]],
        disk_lengths: list[float],
        gravity: Gravity,
    ) -> None:
        self.normals, self.gravity = normals, gravity
        self.mass = torch.as_tensor(particles.mass)[:, None]
        members = [particles.galaxy == number for number in range(len(normals))]
        is_disk = np.isin(particles.kind, [Kind.DISK, Kind.TRACER])
        self.halos = [np.flatnonzero(member & (particles.kind == Kind.HALO)) for member in members]
        self.bulges = [np.flatnonzero(member & (particles.kind == Kind.BULGE)) for member in members]
        self.disks = [np.flatnonzero(member & is_disk) for member in members]
        flat = [_in_plane(particles.position[disk], normal) for disk, normal in zip(self.disks, normals, strict=True)]
        self.inner = [radius < 3 * length for (radius, _), length in zip(flat, disk_lengths, strict=True)]
        self.global_facts: list[tuple[float, float, list[float]]] = []
        self.scale = float((particles.mass * np.linalg.norm(particles.velocity, axis=1)).sum())
        self.local_facts: list[tuple[float, list[float], list[float], list[float]]] = []

    def look(self, position: Float[Tensor, "particle axis"], velocity: Float[Tensor, "particle axis"]) -> None:
        """Measure one snapshot."""
        if len(self.local_facts) % EVERY == 0:
            self.global_facts.append(self._global(position, velocity))
        place = position.cpu().numpy()
        centers = [np.median(place[bulge], axis=0) for bulge in self.bulges]
        halos = [_half_mass_radius(place[halo]) for halo in self.halos]
        flat = [_in_plane(place[disk], normal) for disk, normal in zip(self.disks, self.normals, strict=True)]
        heights = [
            float(np.sqrt((height[inner] ** 2).mean())) for (_, height), inner in zip(flat, self.inner, strict=True)
        ]
        apart = float(np.linalg.norm(centers[-1] - centers[0]))
        self.local_facts.append((apart, halos, [float(np.median(radius)) for radius, _ in flat], heights))

    def result(self) -> Diagnostics:
        """Return everything that was measured."""
        columns = [np.array(column) for column in (*zip(*self.global_facts), *zip(*self.local_facts))]  # noqa: B905
        return Diagnostics(*columns)

    def _global(
        self, position: Float[Tensor, "particle axis"], velocity: Float[Tensor, "particle axis"]
    ) -> tuple[float, float, list[float]]:
        mass = self.mass.to(velocity.device)
        kinetic = 0.5 * float((mass * velocity**2).sum())
        potential = self.gravity.potential_energy(position)
        momentum = ((mass * velocity).sum(0) / self.scale).tolist()
        virial = -float((mass * position * self.gravity.acceleration(position)).sum())
        return kinetic + potential, 2 * kinetic / virial, momentum


def _half_mass_radius(position: Float[ndarray, "particle axis"]) -> float:
    return float(np.median(np.linalg.norm(position - np.median(position, axis=0), axis=1)))


def _in_plane(
    position: Float[ndarray, "particle axis"], normal: Float[ndarray, " axis"]
) -> tuple[Float[ndarray, " particle"], Float[ndarray, " particle"]]:
    """Return radius in and height over the plane through the median [kpc]."""
    centered = position - np.median(position, axis=0)
    height = centered @ normal
    return np.linalg.norm(centered - height[:, None] * normal, axis=1), height
