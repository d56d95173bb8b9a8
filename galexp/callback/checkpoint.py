"""Which states of a training are kept."""

from __future__ import annotations

import pathlib
import time
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Checkpoint, ModelCheckpoint


class LastCheckpoint(Checkpoint):
    """Keep the state that a broken run goes on from, after every epoch and, where epochs are long, within them.

    Args:
        path: Of the file.
        minutes: Between two states within an epoch; 0 keeps one after every step.
    """

    def __init__(self, path: str | pathlib.Path, minutes: float) -> None:
        self.path = pathlib.Path(path)
        self.seconds = 60 * minutes
        self._saved = 0.0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Begin to count the time."""
        self._saved = time.monotonic()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Save where it is time; after the last step of an epoch its end does so."""
        if batch_idx + 1 == trainer.num_training_batches:
            return
        if trainer.strategy.broadcast(time.monotonic() - self._saved >= self.seconds):
            self._save(trainer)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save the state between two epochs."""
        self._save(trainer)

    def _save(self, trainer: pl.Trainer) -> None:
        trainer.save_checkpoint(self.path)
        self._saved = time.monotonic()


def checkpoints(folder: str | pathlib.Path, has_val: bool, minutes: float) -> list[pl.Callback]:
    """Keep ``last.ckpt``, which training can go on from, and the weights with the lowest ``val/rmse`` as ``best.ckpt``.

    The best comes first, so that the last, which a broken run goes on from, knows of it.

    Args:
        folder: Of the run; the files go into its ``checkpoints/``.
        has_val: Whether there are validation rows; without them there is no best.
        minutes: Between two states within an epoch.
    """
    folder = pathlib.Path(folder) / "checkpoints"
    last = LastCheckpoint(folder / "last.ckpt", minutes)
    if not has_val:
        return [last]
    best = ModelCheckpoint(
        folder,
        filename="best",
        monitor="val/rmse",
        save_weights_only=True,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    return [best, last]
