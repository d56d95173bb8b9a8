"""One simulation from its start to its last snapshot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.nbody.diagnose import Diagnostician, Diagnostics
from galexp.nbody.encounter import TILTS, draw_encounter, rotation
from galexp.nbody.gravity import Gravity
from galexp.nbody.leapfrog import leapfrog
from galexp.nbody.particles import Particles, draw_galaxy
from galexp.nbody.profile import Galaxy
from galexp.nbody.snapshots import Snapshots, quality_facts
from galexp.nbody.steps import SNAPSHOT_INTERVAL, SNAPSHOTS, steps_per_snapshot
from galexp.nbody.units import MYR

if TYPE_CHECKING:
    from jaxtyping import Float32
    from numpy import ndarray

    from galexp.nbody.quality import Quality

_UP = np.array([0.0, 0.0, 1.0])


def simulate(
    size_ratio: float,
    mass_ratio: float,
    quality: Quality,
    device: str = "cpu",
    on_step: Callable[[], object] = lambda: None,
) -> Snapshots:
    """Let two galaxies meet, and return their stars at 71 moments.

    Args:
        size_ratio: Size of the second galaxy over the first's.
        mass_ratio: Likewise of the masses.
        quality: Particles, steps and seed.
        device: On which gravity is summed.
        on_step: Called after each time step.

    Returns:
        The same for the same arguments on the same machine; another device, or another number of threads, rounds in
        another way, and after some orbits single particles are elsewhere while the picture is not.
    """
    particles = draw_encounter(size_ratio, mass_ratio, quality)
    pair = [Galaxy(), Galaxy().scaled(size_ratio, mass_ratio)]
    every = steps_per_snapshot(size_ratio, mass_ratio, quality.steps_per_orbit)
    position, diagnostics = evolve(particles, pair, every, device, on_step)
    is_star = particles.weight > 0
    return Snapshots(
        size_ratio=size_ratio,
        mass_ratio=mass_ratio,
        times=SNAPSHOT_INTERVAL * np.arange(SNAPSHOTS),
        position=position[:, is_star],
        weight=particles.weight[is_star].astype(np.float32),
        galaxy=particles.galaxy[is_star].astype(np.uint8),
        diagnostics=diagnostics,
        made_with=quality_facts(quality) | {"steps": every * (SNAPSHOTS - 1)},
    )


def isolate(quality: Quality, device: str = "cpu") -> Diagnostics:
    """Leave the fiducial galaxy alone for as long as a merger lasts: what changes in it is numerical."""
    drawn = draw_galaxy(np.random.default_rng(quality.seed), Galaxy(), quality)
    every = steps_per_snapshot(1.0, 1.0, quality.steps_per_orbit)
    return evolve(drawn, [Galaxy()], every, device, tilts=((0.0, 0.0),))[1]


def evolve(
    particles: Particles,
    galaxies: list[Galaxy],
    steps_per_snapshot: int,
    device: str = "cpu",
    on_step: Callable[[], object] = lambda: None,
    tilts: tuple[tuple[float, float], ...] = TILTS,
) -> tuple[Float32[ndarray, "snapshot particle axis"], Diagnostics]:
    """Move particles from snapshot to snapshot.

    Args:
        particles: At the start.
        galaxies: That they were drawn from.
        steps_per_snapshot: Time steps between two snapshots.
        device: On which gravity is summed.
        on_step: Called after each time step.
        tilts: Of each galaxy's disk, as in :func:`galexp.nbody.encounter.rotation`.

    Returns:
        Positions [kpc], and what was measured on the way.
    """
    gravity = Gravity(particles, device)
    normals = [rotation(*tilt) @ _UP for tilt in tilts]
    seen = Diagnostician(particles, normals, [galaxy.disk_length for galaxy in galaxies], gravity)
    position = torch.tensor(particles.position, dtype=torch.float64, device=device)
    velocity = torch.tensor(particles.velocity, dtype=torch.float64, device=device)
    snapshots = [position.cpu().numpy().astype(np.float32)]
    seen.look(position, velocity)
    step = SNAPSHOT_INTERVAL * MYR / steps_per_snapshot
    for done in leapfrog(position, velocity, gravity.acceleration, step, steps_per_snapshot * (SNAPSHOTS - 1)):
        on_step()
        if done % steps_per_snapshot == 0:
            snapshots.append(position.cpu().numpy().astype(np.float32))
            seen.look(position, velocity)
    return np.stack(snapshots), seen.result()
