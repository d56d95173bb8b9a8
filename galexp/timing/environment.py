"""Time the overdensity of mock galaxies, and compare its neighbor search with looking at every tracer."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.environment.density import log_one_plus_delta5
from galexp.environment.neighbor import SPEED_OF_LIGHT, nth_neighbor_separation
from galexp.environment.sky import unit_vectors
from galexp.mock.distance import comoving_distance, redshift_at
from galexp.mock.field import lognormal_density, sample_points
from galexp.mock.parent import LOG_SIGMA
from galexp.terminal import say
from galexp.timing.base import Benchmark, Measurement, Request, check_integer
from galexp.timing.measure import Row, in_turns, rates, ratios

if TYPE_CHECKING:
    from jaxtyping import Float

Columns = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Right ascension [deg], declination [deg] and redshift."""

NEIGHBOR, WINDOW, ITSELF = 5, 1000.0, np.radians(3 / 3600)
"""Which neighbor, within which velocity [km/s], and the angle within which a tracer may be the galaxy [rad]."""

CELLS = 64
FEWEST = 2 * NEIGHBOR
NOTES = (
    "Every mock galaxy is its own tracer, drawn from a lognormal field over the whole sky; the variant is `fixed`: "
    "1000 km/s, itself left out, over the running median.",
    "The brute force looks at every tracer for some of the galaxies; its separations are asserted to be those of the "
    "search, and the ratio is of the time a galaxy.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Environment(Benchmark):
    """Compute log(1 + delta5) of mock galaxies among themselves.

    Args:
        tracers: Numbers of galaxies, each measured.
        max_redshift: Edge of the sphere that they fill.
        reference: Galaxies that the brute force looks at.
        seed: Of their places.

    Raises:
        ValueError: where a number is out of its range.
    """

    tracers: Sequence[int]
    max_redshift: float
    reference: int
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for count in self.tracers:
            check_integer("tracers", count, FEWEST)
        check_integer("reference", self.reference, 1)
        check_integer("seed", self.seed, 0)
        if not 0 < self.max_redshift <= 1:
            raise ValueError(f"what.max_redshift is {self.max_redshift}; expected above 0 and at most 1")

    def measure(self, request: Request) -> Measurement:
        """Measure each number of galaxies."""
        rows = [row for count in self.tracers for row in self._among(count)]
        return Measurement(rows, NOTES, is_mock=True)

    def _among(self, count: int) -> list[Row]:
        say(f"{count:,} mock galaxies")
        galaxies = draw_galaxies(count, self.max_redshift, self.seed)
        some = np.linspace(0, count - 1, min(self.reference, count)).astype(int)
        chosen = (galaxies[0][some], galaxies[1][some], galaxies[2][some])
        check_equal(nth_neighbor_separation(*galaxies, *galaxies)[some], brute_force(chosen, galaxies))
        times = in_turns(
            {
                "delta5": functools.partial(log_one_plus_delta5, *galaxies, *galaxies),
                "search": functools.partial(nth_neighbor_separation, *galaxies, *galaxies),
                "reference": functools.partial(brute_force, chosen, galaxies),
            },
            self.repeats,
            self.warm_up,
        )
        speed = {name: rates(len(some) if name == "reference" else count, spent) for name, spent in times.items()}
        table: list[tuple[str, str, list[float]]] = [
            ("delta5", "s", times["delta5"]),
            ("delta5", "galaxies/s", speed["delta5"]),
            ("neighbor search", "galaxies/s", speed["search"]),
            ("brute force", "galaxies/s", speed["reference"]),
            ("search / brute force", "", ratios(speed["search"], speed["reference"])),
        ]
        return [Row(f"{name}, {count:,} tracers", unit, values, self.warm_up) for name, unit, values in table]


def draw_galaxies(count: int, max_redshift: float, seed: int) -> Columns:
    """Draw clustered places of mock galaxies in a sphere around us, without peculiar velocities.

    Args:
        count: Number of galaxies.
        max_redshift: Edge of the sphere.
        seed: Of the draw.
    """
    rng = np.random.default_rng(seed)
    radius = float(comoving_distance(np.array([max_redshift]))[0])
    density = lognormal_density(rng, 2 * radius, CELLS, LOG_SIGMA)
    position = np.empty((0, 3))
    while len(position) < count:
        drawn = sample_points(rng, density, 2 * radius, 2 * count)
        position = np.concatenate([position, drawn[np.linalg.norm(drawn, axis=1) < radius]])
    x, y, height = position[:count].T
    distance = np.linalg.norm(position[:count], axis=1)
    return np.degrees(np.arctan2(y, x)) % 360.0, np.degrees(np.arcsin(height / distance)), redshift_at(distance)


def brute_force(galaxies: Columns, tracers: Columns) -> Float[np.ndarray, " galaxy"]:
    """Find the fifth neighbor within 1000 km/s by looking at every tracer; NaN where there are fewer [rad]."""
    directions, velocity = unit_vectors(*tracers[:2]), tracers[2] * SPEED_OF_LIGHT
    found = np.full(len(galaxies[2]), np.nan)
    for row, (direction, own) in enumerate(zip(unit_vectors(*galaxies[:2]), galaxies[2] * SPEED_OF_LIGHT, strict=True)):
        angle = 2 * np.arcsin(np.minimum(np.linalg.norm(directions - direction, axis=1) / 2, 1))
        speed = np.abs(velocity - own)
        counted = angle[(speed < WINDOW) & ~((angle < ITSELF) & (speed < 300))]
        if len(counted) >= NEIGHBOR:
            found[row] = np.partition(counted, NEIGHBOR - 1)[NEIGHBOR - 1]
    return found


def check_equal(found: Float[np.ndarray, " galaxy"], expected: Float[np.ndarray, " galaxy"]) -> None:
    """Assert that both searches give the same separations, and find nothing for the same galaxies."""
    same = np.isclose(found, expected, rtol=1e-9, atol=0, equal_nan=True)
    assert same.all(), f"{np.sum(~same)} of {len(same)} separations differ from those of the brute force"
