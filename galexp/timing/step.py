"""Compare an epoch of training with the bare steps in it."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
from typing import Any

import pytorch_lightning as pl

from galexp import launch
from galexp.datamodule import GalaxyDataModule
from galexp.run.directory import RunDirectory
from galexp.split.base import VAL
from galexp.task.build import build_task
from galexp.terminal import say
from galexp.timing.bare import BareLoop
from galexp.timing.base import Benchmark, Measurement, Request
from galexp.timing.data import make_datamodule, opened, roles_of
from galexp.timing.measure import Row, at_most, rates, ratios
from galexp.timing.stopwatch import Epoch, Stopwatch, TimedWriting
from galexp.trainer import make_trainer, quiet

NOTES = (
    "An epoch is one of a real training: reading the cached images in a new order, augmentation, steps, metrics, "
    "history, progress, and the writing of best and last checkpoint; the validation pass is its own line.",
    "A bare loop is as many steps of the same network, loss, optimizer and schedule on batches that lie in memory, "
    "cropped and normalized; it ran between the epochs, in the same process.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step(Benchmark):
    """Train for some epochs and let the bare loop take as many steps after each.

    Args:
        most_ratio: What the time of an epoch over that of its bare steps is demanded to be at most.
    """

    most_ratio: float

    def measure(self, request: Request) -> Measurement:
        """Measure epochs and bare steps in turns."""
        settings = request.settings
        if launch.world_size(settings["trainer"]) != 1:
            raise ValueError("what=step measures a training on one device; set trainer.devices=1 trainer.num_nodes=1")
        launch.keep_freed_memory()
        data = opened(settings)
        datamodule = make_datamodule(settings, data, roles_of(settings, data))
        say(f"{self.warm_up + self.repeats} epochs, each followed by its bare steps")
        with tempfile.TemporaryDirectory() as folder, quiet():
            run = RunDirectory(pathlib.Path(folder))
            epochs, steps = self._epochs(settings, datamodule, run)
        return Measurement(self._rows(epochs, steps * datamodule.batch_size), NOTES, data.origin)

    def _epochs(
        self, settings: dict[str, Any], datamodule: GalaxyDataModule, run: RunDirectory
    ) -> tuple[list[Epoch], int]:
        """Train in a folder, and return what counts of its epochs, with the number of steps in each."""
        epochs = self.warm_up + self.repeats
        settings = {**settings, "trainer": {**settings["trainer"], "max_epochs": epochs}}
        run.start(settings, anew=False)
        pl.seed_everything(settings["seed"], verbose=False)
        task = build_task(settings, datamodule.bands)
        task.learn_statistics(datamodule)
        trainer = make_trainer(settings, run, None, task.watched if len(datamodule.rows(VAL)) else None)
        total = epochs * len(datamodule.train_dataloader())
        bare = BareLoop(settings, datamodule, total, trainer.strategy.root_device, str(trainer.precision))
        writing = TimedWriting(trainer.strategy.checkpoint_io)
        trainer.strategy.checkpoint_io = writing
        stopwatch = Stopwatch(bare.run, writing)
        trainer.callbacks.append(stopwatch)  # type: ignore[attr-defined]
        trainer.fit(task, datamodule=datamodule)
        return stopwatch.epochs[self.warm_up :], int(trainer.num_training_batches)

    def _rows(self, epochs: list[Epoch], images: int) -> list[Row]:
        whole = [epoch.whole for epoch in epochs]
        bare = [epoch.other for epoch in epochs]
        unwritten = [epoch.whole - epoch.writing for epoch in epochs]
        table: list[tuple[str, str, list[float]]] = [
            ("epoch, with its checkpoints", "s", whole),
            ("  of it, writing checkpoints", "s", [epoch.writing for epoch in epochs]),
            ("validation pass, beside it", "s", [epoch.validation for epoch in epochs]),
            ("bare loop of as many steps", "s", bare),
            ("epoch, with its checkpoints", "images/s", rates(images, whole)),
            ("bare loop", "images/s", rates(images, bare)),
            ("epoch without writing / bare loop", "", ratios(unwritten, bare)),
        ]
        rows = [Row(name, unit, values, self.warm_up) for name, unit, values in table]
        return [*rows, Row("epoch / bare loop", "", ratios(whole, bare), self.warm_up, at_most(self.most_ratio))]
