"""Time the overdensity of mock galaxies, and compare its neighbor search with looking at every tracer."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.environment.density import log_one_plus_delta5
from galexp.environment.neighbor import SPEED_OF_LIGHT, nth_neighbor_separation
from galexp.environment.sky import unit_vectors
from galexp.mock.distance import comoving_distance, redshift_at
from galexp.mock.field import lognormal_density, sample_points
from galexp.mock.parent import LOG_SIGMA
from galexp.shard.origin import Origin
from galexp.terminal import say
from galexp.timing.base import Benchmark, Measurement, Request, check_integer
from galexp.timing.measure import Demand, Row, at_most, in_turns, rates, ratios

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
    "Memory is the peak of a new process that does nothing but one search, Python and its libraries included.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Environment(Benchmark):
    """Compute log(1 + delta5) of mock galaxies among themselves.

    Args:
        tracers: Numbers of galaxies, from few to many, each measured.
        max_redshift: Edge of the sphere that they fill.
        reference: Galaxies that the brute force looks at.
        seed: Of their places.
        most_seconds: What the neighbor search of the most galaxies is demanded to take at most [s].
        most_megabytes: What a process that does nothing else is demanded to hold at most [MB].
        most_exponent: Of the number of galaxies, with which the time of the search is demanded to grow at most.

    Raises:
        ValueError: where a number is out of its range.
    """

    tracers: Sequence[int]
    max_redshift: float
    reference: int
    seed: int = 0
    most_seconds: float
    most_megabytes: float
    most_exponent: float

    def __post_init__(self) -> None:
        super().__post_init__()
        for count in self.tracers:
            check_integer("tracers", count, FEWEST)
        check_integer("reference", self.reference, 1)
        check_integer("seed", self.seed, 0)
        if not 0 < self.max_redshift <= 1:
            raise ValueError(f"what.max_redshift is {self.max_redshift}; expected above 0 and at most 1")

    def measure(self, request: Request) -> Measurement:
        """Measure each number of galaxies, then how the time grows and what a process holds."""
        times = {count: self._times(count) for count in self.tracers}
        rows = [row for count, spent in times.items() for row in self._rows(count, spent)]
        searches = [times[count]["search"] for count in self.tracers]
        if len(searches) > 1:
            step = np.log(self.tracers[-1] / self.tracers[0])
            grown = [float(np.log(late / early) / step) for early, late in zip(searches[0], searches[-1], strict=True)]
            rows.append(Row("exponent of the search", "", grown, self.warm_up, at_most(self.most_exponent)))
        memory = memory_of_search(draw_galaxies(self.tracers[-1], self.max_redshift, self.seed))
        name = f"memory of a process that searches, {self.tracers[-1]:,} tracers"
        return Measurement([*rows, Row(name, "MB", [memory], 0, at_most(self.most_megabytes))], NOTES, Origin.MOCK)

    def _times(self, count: int) -> dict[str, list[float]]:
        say(f"{count:,} mock galaxies")
        galaxies = draw_galaxies(count, self.max_redshift, self.seed)
        some = self._some(count)
        chosen = (galaxies[0][some], galaxies[1][some], galaxies[2][some])
        check_equal(nth_neighbor_separation(*galaxies, *galaxies)[some], brute_force(chosen, galaxies))
        actions = {
            "delta5": functools.partial(log_one_plus_delta5, *galaxies, *galaxies),
            "search": functools.partial(nth_neighbor_separation, *galaxies, *galaxies),
            "reference": functools.partial(brute_force, chosen, galaxies),
        }
        return in_turns(actions, self.repeats, self.warm_up)

    def _some(self, count: int) -> np.ndarray:
        return np.linspace(0, count - 1, min(self.reference, count)).astype(int)

    def _rows(self, count: int, times: dict[str, list[float]]) -> list[Row]:
        looked_at = {"delta5": count, "search": count, "reference": len(self._some(count))}
        speed = {name: rates(looked_at[name], spent) for name, spent in times.items()}
        demand = at_most(self.most_seconds) if count == self.tracers[-1] else None
        table: list[tuple[str, str, list[float], Demand | None]] = [
            ("delta5", "s", times["delta5"], None),
            ("neighbor search", "s", times["search"], demand),
            ("neighbor search", "galaxies/s", speed["search"], None),
            ("brute force", "galaxies/s", speed["reference"], None),
            ("search / brute force", "", ratios(speed["search"], speed["reference"]), None),
        ]
        return [Row(f"{name}, {count:,} tracers", unit, values, self.warm_up, due) for name, unit, values, due in table]


def memory_of_search(galaxies: Columns) -> float:
    """Search in a process that does nothing else and return the most memory that it held, Python included [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "galaxies.npy"
        np.save(path, np.stack(galaxies))
        command = [sys.executable, "-m", "galexp.timing.alone", str(path)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


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
        drawn = rng.permutation(sample_points(rng, density, 2 * radius / CELLS, 2 * count)) - radius
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
