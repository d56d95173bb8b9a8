"""Compare how fast images are served with how fast a network takes them."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import Any

import torch

from galexp import launch
from galexp.datamodule import GalaxyDataModule
from galexp.shard.read import PreparedData
from galexp.target import instantiate
from galexp.terminal import say
from galexp.timing.bare import BareLoop, wait_for, where
from galexp.timing.base import Benchmark, Measurement, Request, check_integer
from galexp.timing.data import make_datamodule, opened, roles_of
from galexp.timing.measure import Row, at_least, in_turns, rates, ratios, seconds
from galexp.trainer import quiet
from galexp.transform.cache import PLACES

NOTES = (
    "Images are served in whole shuffled batches of 8-bit values by one process; the first time all are decoded, by "
    "all cores, is its own line, and later runs of a disk cache skip it. The disk cache is read from the system's "
    "page cache, if it fits there.",
    "The network takes bare steps in between, on batches that lie ready; augmentation, which runs on the device "
    "between both, is its own line.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Loader(Benchmark):
    """Serve the training images from each cache in turns, with the network's own steps between them.

    Args:
        passes: How often the cached images are served in one measurement.
        model_steps: Bare steps in one measurement.
        least_ratio: What the speed of a cache over that of the network is demanded to be at least.

    Raises:
        ValueError: where a number is below 1.
    """

    passes: int
    model_steps: int
    least_ratio: float

    def __post_init__(self) -> None:
        super().__post_init__()
        check_integer("passes", self.passes, 1)
        check_integer("model_steps", self.model_steps, 1)

    def measure(self, request: Request) -> Measurement:
        """Measure the caches and the network in turns."""
        launch.keep_freed_memory()
        settings = request.settings
        data = opened(settings)
        roles = roles_of(settings, data)
        say(f"decoding, then {self.warm_up + self.repeats} rounds over each cache and the network")
        with _no_traces(data), quiet():
            modules: dict[str, GalaxyDataModule] = {}
            spent = {
                place: seconds(lambda at=place: modules.update({at: make_datamodule(settings, data, roles, at)}))  # type: ignore[misc]
                for place in PLACES
            }
            times, images = self._times(settings, modules)
        first = [Row("decoding all, the first time", "images/s", rates(len(data), [spent["memory"]]))]
        return Measurement([*first, *self._rows(times, images)], NOTES, data.origin)

    def _times(
        self, settings: dict[str, Any], modules: dict[str, GalaxyDataModule]
    ) -> tuple[dict[str, list[float]], dict[str, int]]:
        """Return the times of each part [s], and how many images each takes in that time."""
        memory = modules["memory"]
        device, precision = where(settings["trainer"])
        bare = BareLoop(settings, memory, (self.warm_up + self.repeats) * self.model_steps, device, precision)
        epoch = len(memory.train_dataloader()) * memory.batch_size
        images = {place: self._passes(place) * epoch for place in PLACES}
        images |= {"augmentation": epoch, "network": self.model_steps * memory.batch_size}
        actions: dict[str, Callable[[], object]] = {
            place: functools.partial(_serve, modules[place], self._passes(place)) for place in PLACES
        }
        actions["augmentation"] = functools.partial(_augment, settings, memory, device)
        actions["network"] = functools.partial(bare.run, self.model_steps)
        return in_turns(actions, self.repeats, self.warm_up), images

    def _passes(self, place: str) -> int:
        return 1 if place == "none" else self.passes

    def _rows(self, times: dict[str, list[float]], images: dict[str, int]) -> list[Row]:
        speed = {name: rates(images[name], spent) for name, spent in times.items()}
        names = {
            "memory": "cache in memory",
            "disk": "cache on disk",
            "none": "decoding each time",
            "augmentation": "augmentation",
            "network": "network, bare steps",
        }
        rows = [Row(name, "images/s", speed[part], self.warm_up) for part, name in names.items()]
        for part in PLACES:
            demand = None if part == "none" else at_least(self.least_ratio)
            rows.append(
                Row(f"{names[part]} / network", "", ratios(speed[part], speed["network"]), self.warm_up, demand)
            )
        return rows


def _serve(datamodule: GalaxyDataModule, passes: int) -> None:
    for _ in range(passes):
        for _ in datamodule.train_dataloader():
            pass


def _augment(settings: dict[str, Any], datamodule: GalaxyDataModule, device: torch.device) -> None:
    augment = instantiate(settings["transform"]["augment"])
    for batch in datamodule.train_dataloader():
        augment(batch.images.to(device), batch.keys.to(device), 0, 0, datamodule.image_size)
    wait_for(device)


@contextlib.contextmanager
def _no_traces(data: PreparedData) -> Iterator[None]:
    """Remove, at the end, the disk cache that was not there before."""
    folder = data.folder / "cache"
    before = set(folder.glob("*"))
    was_there = folder.is_dir()
    try:
        yield
    finally:
        for path in set(folder.glob("*")) - before:
            path.unlink()
        if not was_there and folder.is_dir():
            folder.rmdir()
