"""Compare what augmentation takes with a step of the network that it feeds."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from galexp import launch
from galexp.datamodule import Batch, GalaxyDataModule
from galexp.split.base import TRAIN, UNUSED
from galexp.target import instantiate
from galexp.terminal import say
from galexp.timing.bare import BareLoop, wait_for, where
from galexp.timing.base import Benchmark, Measurement, Request, check_integer
from galexp.timing.data import make_datamodule, opened, roles_of
from galexp.timing.measure import Row, at_most, in_turns, ratios
from galexp.trainer import quiet

NOTES = (
    "A step is forward, backward, optimizer and schedule of the network that is chosen, on one batch that lies ready "
    "on the device; augmentation takes the stored 8-bit values of the same batch, right after that step.",
    "Images are brought from their stored size to each of the sizes. Only the chosen transform is held to the demand; "
    "the others are there to compare.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Augment(Benchmark):
    """Augment a batch after each step of the network, at several sizes.

    Args:
        sizes: Pixels along a side.
        most_percent: What augmentation is demanded to take at most of a step [%].
        others: Further transforms, by name, that are measured and held to nothing.

    Raises:
        ValueError: where a number is out of its range.
    """

    sizes: Sequence[int]
    most_percent: float
    others: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for size in self.sizes:
            check_integer("sizes", size, 1)

    def measure(self, request: Request) -> Measurement:
        """Measure the sizes, one after the other."""
        launch.keep_freed_memory()
        data = opened(request.settings)
        roles = first_batch(roles_of(request.settings, data), request.settings["datamodule"]["batch_size"])
        rows: list[Row] = []
        for size in self.sizes:
            say(f"{self.warm_up + self.repeats} steps at {size} px, each followed by every augmentation")
            options = {**request.settings["datamodule"], "image_size": size}
            settings = {**request.settings, "datamodule": options}
            with quiet():
                rows += self._rows(settings, make_datamodule(settings, data, roles, cache="none"))
        return Measurement(rows, NOTES, data.origin)

    def _rows(self, settings: dict[str, Any], datamodule: GalaxyDataModule) -> list[Row]:
        chosen = settings["choices"]["transform"]
        augment = instantiate(settings["transform"]["augment"])
        times = self._times(settings, datamodule, {chosen: augment, **self._others(chosen)})
        step, size = times.pop(_STEP), datamodule.image_size
        rows = [Row(f"step at {size} px, {datamodule.batch_size} images", "ms", [1e3 * s for s in step], self.warm_up)]
        for name, spent in times.items():
            percent = [100 * share for share in ratios(spent, step)]
            demand = at_most(self.most_percent) if name == chosen else None
            rows.append(Row(f"  augmentation {name} / step", "%", percent, self.warm_up, demand))
        return rows

    def _others(self, chosen: str) -> dict[str, Any]:
        return {name: transform["augment"] for name, transform in self.others.items() if name != chosen}

    def _times(
        self, settings: dict[str, Any], datamodule: GalaxyDataModule, augments: Mapping[str, Callable[..., Any]]
    ) -> dict[str, list[float]]:
        """Return how long a step and each augmentation of its batch take [s]."""
        device, precision = where(settings["trainer"])
        bare = BareLoop(settings, datamodule, self.warm_up + self.repeats, device, precision)
        batch = next(iter(datamodule.train_dataloader()))
        batch = batch._replace(images=batch.images.to(device), keys=batch.keys.to(device))
        actions: dict[str, Callable[[], object]] = {_STEP: functools.partial(bare.run, 1)}
        for name, augment in augments.items():
            actions[name] = functools.partial(_augment, augment, batch, datamodule.image_size)
        return in_turns(actions, self.repeats, self.warm_up)


_STEP = "step"


def first_batch(roles: np.ndarray, batch_size: int) -> np.ndarray:
    """Return roles in which no more than one batch is left to train on, and nothing to do else.

    Example:
        >>> first_batch(np.array(["test", "train", "train", "val", "train"]), batch_size=2).tolist()
        ['unused', 'train', 'train', 'unused', 'unused']
    """
    first = np.flatnonzero(roles == TRAIN)[:batch_size]
    return np.where(np.isin(np.arange(len(roles)), first), TRAIN, UNUSED)


def _augment(augment: Callable[..., Any], batch: Batch, image_size: int) -> None:
    augment(batch.images, batch.keys, 0, 0, image_size)
    wait_for(batch.images.device)
