"""Time the simulations of mergers: one on one core, several side by side, and their pictures."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import pathlib
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.nbody.camera import CAMERAS
from galexp.nbody.diagnose import Diagnostics
from galexp.nbody.encounter import draw_encounter
from galexp.nbody.fleet import available_cores, simulate_all
from galexp.nbody.frames import SimulationImaging, pictures_of, simulated_catalog
from galexp.nbody.gravity import Gravity
from galexp.nbody.quality import GRID, Quality, simulation_name
from galexp.nbody.simulate import isolate, simulate
from galexp.nbody.snapshots import Snapshots, read_snapshots
from galexp.nbody.steps import steps
from galexp.shard.origin import Origin
from galexp.target import instantiate
from galexp.terminal import progress_bar, say
from galexp.timing.bare import wait_for
from galexp.timing.base import Benchmark, Measurement, Request, check_integer
from galexp.timing.measure import Demand, Row, at_most, seconds

if TYPE_CHECKING:
    from jaxtyping import Float

EQUAL = (1.0, 1.0)
FRAME_SIZE = 128
DEMO = "demo"
NOTES = (
    "One simulation is of two equal galaxies, on one core or on the device, with the draw of its particles and without "
    "a file; side by side means one process each, their start included.",
    "What another point of the grid costs is predicted: the measured time by its number of steps. It is the same "
    "galaxies everywhere, so a small and massive second galaxy needs more and shorter steps.",
    "A frame is drawn alone, and then as prepare makes it: drawn, encoded and in the order of the catalog.",
    "The isolated galaxy is left alone for as long as a merger lasts; changes are of the mean over the second half.",
    "The paper's size is predicted from the gravity of so many particles, as many of them massive, and from the steps.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mergers(Benchmark):
    """Simulate mergers of the quality that is asked for, and look at them.

    Args:
        device: Of torch, on which gravity is summed.
        grid: Whether to simulate all 36, for the drift of their energies.
        paper_particles: Particles of a simulation of the paper's size.
        most_seconds: What the simulation of equal galaxies is demanded to take at most, for ``quality=demo`` [s].
        most_seconds_of_all: Likewise all simulations of that quality, side by side [s].
        most_milliseconds: Likewise a picture of 128 pixels, whatever the quality [ms].
        most_drift: What the energy of a simulation is demanded to drift at most, over itself, by the name of a quality;
            the largest of them where it is not named.
        most_halo_change: By how much the half-mass radius of an isolated halo may change [%].
        most_disk_change: Likewise that of its disk [%].

    Raises:
        ValueError: where a number is out of its range.
    """

    device: str
    grid: bool
    paper_particles: int
    most_seconds: float
    most_seconds_of_all: float
    most_milliseconds: float
    most_drift: Mapping[str, float]
    most_halo_change: float
    most_disk_change: float

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer("paper_particles", self.paper_particles, 1000)
        drifts: object = self.most_drift
        if not isinstance(drifts, Mapping) or not drifts:
            raise ValueError(
                f"what.most_drift is {self.most_drift!r}; expected a number for each quality: {{demo: 3e-3}}"
            )
        if self._device.type not in ("cpu", "cuda"):
            raise ValueError(f"what.device is {self.device!r}; expected cpu, cuda or cuda:NUMBER")

    @functools.cached_property
    def _device(self) -> torch.device:
        try:
            return torch.device(self.device)
        except RuntimeError as error:
            raise ValueError(f"what.device is {self.device!r}; expected cpu, cuda or cuda:NUMBER") from error

    def _at_most_for_demo(self, request: Request, bound: float) -> Demand | None:
        return at_most(bound) if _quality_name(request) == DEMO else None

    def _drift(self, request: Request) -> Demand:
        return at_most(self.most_drift.get(_quality_name(request), max(self.most_drift.values())))

    def measure(self, request: Request) -> Measurement:
        """Measure one, all, a picture, and what the paper's size would take.

        Raises:
            ValueError: where the words of the command line name no simulations, or a device that is not there.
        """
        if not request.settings.get("quality"):
            raise ValueError(
                "what=mergers measures simulations; give dataset=mergers with its own catalog, or leave it"
            )
        if self._device.type == "cuda" and (self._device.index or 0) >= torch.cuda.device_count():
            there = f"are {torch.cuda.device_count()} GPUs" if torch.cuda.device_count() else "is no GPU"
            raise ValueError(f"what.device is {self.device!r} and there {there}; give what.device=cpu")
        quality: Quality = instantiate(request.settings["quality"])
        say(f"simulating {simulation_name(*EQUAL)}, {steps(*EQUAL, quality)} steps, {self.repeats} times")
        with one_thread():
            spent, merger = self._one(quality)
            looking = [1e3 * look(merger) for _ in range(self.warm_up + self.repeats)][self.warm_up :]
            pull = step_seconds(self.paper_particles, quality, self.device)
            say("leaving one galaxy alone")
            alone = isolate(quality, self.device)
        drift = merger.diagnostics.energy_drift
        rows = [
            Row(
                f"one simulation, {simulation_name(*EQUAL)}",
                "s",
                spent,
                self.warm_up,
                self._at_most_for_demo(request, self.most_seconds),
            ),
            Row("  its energy drift", "", [drift], 0, self._drift(request)),
            Row("  its particles with mass", "", [2 * massive(quality)]),
            Row(f"a frame of {FRAME_SIZE} px", "ms", looking, self.warm_up, at_most(self.most_milliseconds)),
            *self._isolated(alone),
            *self._all(quality, request),
            *predicted(spent, quality),
            *self._paper(pull, quality),
        ]
        return Measurement(rows, NOTES, Origin.SIMULATION)

    def _one(self, quality: Quality) -> tuple[list[float], Snapshots]:
        """Simulate equal galaxies, and return CPU seconds, or on a GPU those of the clock, and the last result."""
        clock = time.process_time if self._device.type == "cpu" else time.perf_counter
        found: list[Snapshots] = []
        spent = [
            seconds(lambda: found.append(simulate(*EQUAL, quality, self.device)), clock)
            for _ in range(self.warm_up + self.repeats)
        ]
        return spent[self.warm_up :], found[-1]

    def _isolated(self, alone: Diagnostics) -> list[Row]:
        """Return what changed in a galaxy that was left alone."""
        height = alone.disk_height[:, 0]
        return [
            Row(
                "an isolated galaxy: change of its halo's half-mass radius",
                "%",
                [change(alone.halo_half_mass_radius)],
                0,
                at_most(self.most_halo_change),
            ),
            Row("  of its disk's", "%", [change(alone.disk_half_mass_radius)], 0, at_most(self.most_disk_change)),
            Row("  height of its disk at the start", "kpc", [float(height[0])]),
            Row("  at the end", "kpc", [float(height[-1])]),
        ]

    def _all(self, quality: Quality, request: Request) -> list[Row]:
        """Simulate all of the quality, or of the grid, once; a drift of each, or the largest; and frames of one."""
        wanted = dataclasses.replace(quality, simulations=GRID) if self.grid else quality
        count = len(wanted.simulations)
        with tempfile.TemporaryDirectory() as folder, progress_bar("steps") as bar:
            task = bar.add_task(f"simulating {count} mergers", total=None, note="")
            started = time.perf_counter()
            paths = simulate_all(
                wanted,
                pathlib.Path(folder),
                lambda done, total: bar.update(task, completed=done, total=total),
                self.device,
            )
            spent = time.perf_counter() - started
            frame = 1e3 * prepare_frames(paths[0])
            drifts = {path.name.split("-")[0]: read_snapshots(path).diagnostics.energy_drift for path in paths}
        side_by_side = (
            f"side by side on {min(count, available_cores())} cores" if self._device.type == "cpu" else "in turn"
        )
        demand = None if self.grid else self._at_most_for_demo(request, self.most_seconds_of_all)
        shown = drifts if self.grid else {f"{count} simulations, largest": max(drifts.values())}
        return [
            Row(f"{count} simulations, {side_by_side}", "s", [spent], 0, demand),
            *(Row(f"  energy drift, {name}", "", [drift], 0, self._drift(request)) for name, drift in shown.items()),
            Row(f"a frame of {FRAME_SIZE} px as PNG, as prepare makes it", "ms", [frame]),
        ]

    def _paper(self, pull: float, quality: Quality) -> list[Row]:
        number = sum(steps(size, mass, quality) for size, mass in GRID)
        particles = f"{self.paper_particles:,} particles"
        return [
            Row(f"a step of {particles}", "s", [pull]),
            Row(f"all 36 simulations of {particles}, {number:,} steps, predicted", "h", [pull * number / 3600]),
        ]


def predicted(spent: list[float], quality: Quality) -> list[Row]:
    """Return what each point of the grid and all of them would take, by the steps of each and the time of equals."""
    counts = {simulation_name(*pair): steps(*pair, quality) for pair in GRID}
    equal = counts[simulation_name(*EQUAL)]
    each = [
        Row(f"{name}, {count:,} steps, predicted", "s", [value * count / equal for value in spent])
        for name, count in counts.items()
    ]
    total = sum(counts.values())
    whole = [value * total / equal / 3600 for value in spent]
    return [*each, Row(f"all 36 simulations, {total:,} steps, predicted", "h", whole)]


def look(merger: Snapshots, moments: int = 5) -> float:
    """Return how long one picture of 128 pixels takes, the mean over all cameras at some moments [s of this core]."""
    chosen = np.linspace(0, len(merger.times) - 1, moments).astype(int)
    spent = seconds(
        lambda: [pictures_of(merger, int(moment), range(CAMERAS), FRAME_SIZE) for moment in chosen], time.process_time
    )
    return spent / (moments * CAMERAS)


def prepare_frames(path: pathlib.Path, frames: int = 142) -> float:
    """Return how long one frame takes as PNG, the mean over the first of a simulation's [s of this core].

    Args:
        path: Of the file of snapshots.
        frames: How many, in the order of the catalog.
    """
    catalog, imaging = simulated_catalog([path])[:frames], SimulationImaging([path], FRAME_SIZE)
    return seconds(lambda: list(imaging.images(catalog)), time.process_time) / len(catalog)


def change(radius: Float[np.ndarray, "snapshot galaxy"]) -> float:
    """Return by how much the mean over the second half of the snapshots differs from the start, without sign [%]."""
    return float(100 * abs(radius[len(radius) // 2 + 1 :, 0].mean() / radius[0, 0] - 1))


def _quality_name(request: Request) -> str:
    return str(request.settings.get("choices", {}).get("quality", ""))


def step_seconds(particles: int, quality: Quality, device: str) -> float:
    """Return how long the gravity of so many particles takes, all of them massive, once [s].

    Args:
        particles: Of both galaxies together.
        quality: Whose shares of disk, bulge and halo are kept.
        device: Of torch.
    """
    factor = particles / (2 * massive(quality))
    counts = {name: max(100, round(getattr(quality, name) * factor)) for name in ("disk_particles", "bulge_particles")}
    counts["halo_particles"] = max(100, particles // 2 - sum(counts.values()))
    drawn = draw_encounter(*EQUAL, dataclasses.replace(quality, **counts, tracer_particles=0))
    gravity, place = Gravity(drawn, device), torch.tensor(drawn.position, device=device)
    wait_for(torch.device(device))
    first = seconds(lambda: _pull(gravity, place))
    return min(first, seconds(lambda: _pull(gravity, place)))


def massive(quality: Quality) -> int:
    """Return how many particles of one galaxy have mass."""
    return quality.disk_particles + quality.bulge_particles + quality.halo_particles


def _pull(gravity: Gravity, place: torch.Tensor) -> None:
    gravity.acceleration(place)
    wait_for(gravity.device)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread, as a simulation does in a process of its own."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
