"""How well mergers are simulated, and which: the particles, the steps and the points of the grid."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

RATIOS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Sizes, and masses, of the second galaxy over the first's, as in DeepGalaxy."""

GRID = tuple(itertools.product(RATIOS, RATIOS))
MOST_PIXELS = 4096
FEWEST_PARTICLES = {"disk_particles": 50, "bulge_particles": 20, "halo_particles": 100, "tracer_particles": 0}
OTHERS = {"steps_per_orbit": 30, "seed": 0, "image_size": 8}


@dataclasses.dataclass(frozen=True)
class Quality:
    """What a set of simulations costs and is worth.

    Args:
        disk_particles: Of each galaxy, with mass.
        bulge_particles: Likewise.
        halo_particles: Likewise; they are never seen. The fewer, the faster they heat the disk.
        tracer_particles: Of each galaxy's disk, without mass: they make pictures smooth for little.
        steps_per_orbit: Least time steps on a circular orbit at R_d of the denser galaxy.
        simulations: Pairs [size ratio, mass ratio], each out of 0.25, 0.5, 0.75, 1, 1.25, 1.5; or ``grid``, all 36.
        seed: Of the draws; a simulation's own draws depend on it and the two ratios alone.
        image_size: Pixels along a side of the pictures that are kept, at most 4096; no simulation depends on it.

    Raises:
        ValueError: for too few particles, steps or pixels, too many pixels, a seed below 0, and ratios outside the
            grid or repeated.

    Example:
        >>> Quality(50, 20, 100, 0, 30, "grid").simulations[-1]
        (1.5, 1.5)
    """

    disk_particles: int
    bulge_particles: int
    halo_particles: int
    tracer_particles: int
    steps_per_orbit: int
    simulations: Sequence[tuple[float, float]]
    seed: int = 0
    image_size: int = 128

    def __post_init__(self) -> None:
        for name, fewest in {**FEWEST_PARTICLES, **OTHERS}.items():
            value: Any = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < fewest:
                raise ValueError(f"quality.{name} is {value!r}; expected a whole number of at least {fewest}")
        if self.image_size > MOST_PIXELS:
            raise ValueError(
                f"quality.image_size is {self.image_size}; expected a whole number of at most {MOST_PIXELS}"
            )
        object.__setattr__(self, "simulations", _read(self.simulations))


def simulation_name(size_ratio: float, mass_ratio: float) -> str:
    """Return the name of a simulation as DeepGalaxy writes it.

    Example:
        >>> simulation_name(0.25, 1.0)
        's_0.25_m_1'
    """
    return f"s_{size_ratio:g}_m_{mass_ratio:g}"


def _read(simulations: Any) -> tuple[tuple[float, float], ...]:
    """Check what a user gave as simulations."""
    if simulations == "grid":
        return GRID
    is_list = isinstance(simulations, Sequence) and not isinstance(simulations, str) and len(simulations) > 0
    if not is_list or not all(_is_pair(pair) for pair in simulations):
        raise ValueError(
            f"quality.simulations is {simulations!r}; expected grid or pairs [size ratio, mass ratio], such as "
            "[[1,1],[0.5,1]]"
        )
    pairs = tuple((_on_grid(size, "size"), _on_grid(mass, "mass")) for size, mass in simulations)
    repeated = sorted({pair for pair in pairs if pairs.count(pair) > 1})
    if repeated:
        names = ", ".join(simulation_name(*pair) for pair in repeated)
        raise ValueError(f"quality.simulations has {names} more than once; name each simulation once")
    return pairs


def _is_pair(pair: Any) -> bool:
    is_two = isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2
    return is_two and all(isinstance(ratio, int | float) and not isinstance(ratio, bool) for ratio in pair)


def _on_grid(ratio: float, name: str) -> float:
    if ratio not in RATIOS:
        near = sorted(sorted(RATIOS, key=lambda one: abs(one - ratio))[:2])
        raise ValueError(
            f"quality.simulations has the {name} ratio {ratio:g}, which is outside the grid of "
            f"{', '.join(f'{one:g}' for one in RATIOS)}; the nearest are {near[0]:g} and {near[1]:g}"
        )
    return float(ratio)
