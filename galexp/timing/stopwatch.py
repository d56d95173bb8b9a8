"""Take the time of a training's epochs, and of what happens in them beside the steps."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Checkpoint
from pytorch_lightning.plugins.io import CheckpointIO

from galexp.timing.bare import wait_for
from galexp.timing.measure import Clock, seconds


@dataclasses.dataclass(frozen=True)
class Epoch:
    """How long the parts of one epoch took [s], and the same number of steps of something else right after it.

    Args:
        whole: From the end of the epoch before to its own, validation left out.
        writing: Of it, the time in which checkpoints were written.
        validation: The pass over the validation rows, besides.
        other: The other steps.
    """

    whole: float
    writing: float
    validation: float
    other: float


class TimedWriting(CheckpointIO):
    """Write checkpoints as another does, and count the time.

    Args:
        inner: That writes.
        clock: Seconds since some fixed moment.
    """

    def __init__(self, inner: CheckpointIO, clock: Clock = time.perf_counter) -> None:
        self.inner, self.clock, self.spent = inner, clock, 0.0

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Write a file."""
        self.spent += seconds(lambda: self.inner.save_checkpoint(checkpoint, path, storage_options), self.clock)

    def load_checkpoint(self, path: Any, map_location: Any = None, weights_only: bool | None = None) -> dict[str, Any]:
        """Read a file."""
        return self.inner.load_checkpoint(path, map_location, weights_only)

    def remove_checkpoint(self, path: Any) -> None:
        """Remove a file."""
        self.inner.remove_checkpoint(path)


class Stopwatch(Checkpoint):
    """Time each epoch, and let something else run between epochs.

    Lightning calls checkpoints last, and among them this one if it is the last: what the other callbacks do, and the
    writing of checkpoints, is inside the epoch.

    Args:
        other: Called after each epoch with its number of steps.
        writing: That counts the time of writing.
        clock: Seconds since some fixed moment.
    """

    def __init__(self, other: Callable[[int], object], writing: TimedWriting, clock: Clock = time.perf_counter) -> None:
        self.other, self.writing, self.clock = other, writing, clock
        self.epochs: list[Epoch] = []
        self._started = self._validation_started = self._validation = 0.0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Begin the first epoch."""
        self._begin()

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Begin a validation pass."""
        wait_for(pl_module.device)
        self._validation_started = self.clock()

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """End a validation pass."""
        wait_for(pl_module.device)
        self._validation += self.clock() - self._validation_started

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """End an epoch, do the other thing, and begin the next."""
        wait_for(pl_module.device)
        whole = self.clock() - self._started - self._validation
        other = seconds(lambda: self.other(int(trainer.num_training_batches)), self.clock)
        self.epochs.append(Epoch(whole, self.writing.spent, self._validation, other))
        self._begin()

    def _begin(self) -> None:
        self.writing.spent = self._validation = 0.0
        self._started = self.clock()
