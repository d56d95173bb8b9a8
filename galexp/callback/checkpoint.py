"""Which states of a training are kept."""

from __future__ import annotations

import pathlib
import time
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.plugins.io.torch_io import TorchCheckpointIO
from pytorch_lightning.callbacks import Checkpoint, ModelCheckpoint

_LEAST_SHARE = 40
_STEPS_BETWEEN_AGREEMENTS = 16


class WholeFiles(TorchCheckpointIO):
    """Write a checkpoint beside its place, and put it there when it is whole."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | pathlib.Path, storage_options: Any = None
    ) -> None:
        """Write a file, whole or not at all.

        Raises:
            OSError: where it cannot be written, as on a full disk.
        """
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        try:
            torch.save(checkpoint, partial)
            partial.replace(path)
        except (RuntimeError, OSError) as error:
            reason = " ".join(str(error).split())[:120]
            raise OSError(f"{path} cannot be written ({reason}); free space: what was saved before stays") from error
        finally:
            partial.unlink(missing_ok=True)


class LastCheckpoint(Checkpoint):
    """Keep the state that a broken run goes on from, after epochs and, where they are long, within them.

    Where epochs are so short that writing would take more than a few percent of the time, some of them go by unsaved;
    the last one never does.

    Args:
        path: Of the file, in the ``checkpoints/`` of its run.
        minutes: Between two states at most; 0 keeps one after every step.
    """

    def __init__(self, path: str | pathlib.Path, minutes: float) -> None:
        self.path = pathlib.Path(path)
        self.run = self.path.parents[1].name
        self.seconds = 60 * minutes
        self._saved = self._took = 0.0
        self._step = -1

    def state_dict(self) -> dict[str, Any]:
        """Return the name of the run."""
        return {"run": self.run}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Begin to count the time."""
        self._saved = time.monotonic()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Save where it is time; after the last step of an epoch its end does so."""
        is_asked = self.seconds == 0 or trainer.world_size == 1 or batch_idx % _STEPS_BETWEEN_AGREEMENTS == 0
        is_whole = (batch_idx + 1) % trainer.accumulate_grad_batches == 0
        if is_asked and is_whole and batch_idx + 1 < trainer.num_training_batches:
            self._save_after(self.seconds, trainer)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save the state between two epochs, unless that was done a moment ago."""
        is_last = trainer.should_stop or trainer.current_epoch + 1 == trainer.max_epochs
        self._save_after(0.0 if is_last else min(self.seconds, _LEAST_SHARE * self._took), trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save what a limit on steps or time ended between two states."""
        if self._step != trainer.global_step:
            self._save_after(0.0, trainer)

    def _save_after(self, seconds: float, trainer: pl.Trainer) -> None:
        begun = time.monotonic()
        if trainer.strategy.broadcast(begun - self._saved >= seconds):
            trainer.save_checkpoint(self.path)
            self._saved, self._step = time.monotonic(), trainer.global_step
            self._took = self._saved - begun


def refuse_foreign(path: pathlib.Path) -> None:
    """Refuse to go on from the state of another run.

    Raises:
        ValueError: naming it.
    """
    callbacks = torch.load(path, map_location="cpu", weights_only=True, mmap=True)["callbacks"]
    begun, own = callbacks.get("LastCheckpoint", {}).get("run"), path.parents[1].name
    if begun != own:
        raise ValueError(
            f"{path} is the state of another run, {begun}; put this run's own file back, or train it anew with "
            "force=true"
        )


def checkpoints(folder: str | pathlib.Path, watched: str | None, minutes: float) -> list[pl.Callback]:
    """Keep ``last.ckpt``, which training can go on from, and the weights with the lowest error as ``best.ckpt``.

    The best comes first, so that the last, which a broken run goes on from, knows of it.

    Args:
        folder: Of the run; the files go into its ``checkpoints/``.
        watched: Metric on the validation rows by which the best is found; None without such rows, and there is none.
        minutes: Between two states within an epoch.
    """
    folder = pathlib.Path(folder) / "checkpoints"
    last = LastCheckpoint(folder / "last.ckpt", minutes)
    if watched is None:
        return [last]
    best = ModelCheckpoint(
        folder,
        filename="best",
        monitor=watched,
        save_weights_only=True,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    return [best, last]
