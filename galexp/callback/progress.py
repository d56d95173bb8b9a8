"""How far training is, how fast it goes, and how long it will take."""

from __future__ import annotations

import time
from typing import Any

import pytorch_lightning as pl
from rich.progress import Progress as Bar

from galexp.terminal import console, progress_bar, say

_WARM_UP_STEPS = 5
_LONG = 300.0
_BETWEEN_LOOKS = 0.5
"""Seconds between looks at the loss: to read it is to wait for the device, which has other steps to do meanwhile."""

_SHOWN = [f"{role}/{error}" for error in ("joint_loss", "rmse", "log_loss", "accuracy") for role in ("train", "val")]


class Progress(pl.Callback):
    """Show one bar over all steps of the training, and a line per epoch.

    After a few steps it says how long the whole will take, with what would be faster, where that is long.
    """

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._started = self._looked = 0.0
        self._steps = 0
        self._task: Any = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Open the bar."""
        if not trainer.is_global_zero:
            return
        self._started = self._looked = 0.0
        self._steps = 0
        self._bar = progress_bar("steps")
        total = int(trainer.estimated_stepping_batches)
        self._task = self._bar.add_task("training", total=total, completed=trainer.global_step, note="")
        if console.is_terminal:
            self._bar.start()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Move the bar."""
        if self._bar is None:
            return
        self._steps += 1
        epoch = f"epoch {trainer.current_epoch + 1}/{trainer.max_epochs}"
        self._bar.update(self._task, completed=trainer.global_step, description=epoch)
        is_timed = self._steps in (1, 1 + _WARM_UP_STEPS)
        if is_timed or (console.is_terminal and time.monotonic() - self._looked >= _BETWEEN_LOOKS):
            self._look(trainer, len(batch.rows))
        if self._steps == 1 + _WARM_UP_STEPS:
            self._say_how_long(trainer, len(batch.rows))

    def _look(self, trainer: pl.Trainer, batch_size: int) -> None:
        """Show the loss and the speed, once the device has come to the end of what it was given."""
        loss = float(trainer.callback_metrics["train/loss"])
        self._looked = time.monotonic()
        if self._steps == 1:
            self._started = self._looked
        if self._bar is not None:
            self._bar.update(self._task, note=f"· {self._rate(batch_size):.0f} images/s · loss {loss:.3f}")

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write one line about the epoch."""
        if self._bar is None:
            return
        logged = trainer.callback_metrics
        errors = "  ".join(f"{name} {logged[name]:.4f}" for name in _SHOWN if name in logged)
        say(f"epoch {trainer.current_epoch + 1}/{trainer.max_epochs}  {errors}")

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Close the bar."""
        self._close()

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """Close the bar, so that the error is readable."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _rate(self, batch_size: int) -> float:
        seconds = time.monotonic() - self._started
        return (self._steps - 1) * batch_size / seconds if seconds > 0 else 0.0

    def _say_how_long(self, trainer: pl.Trainer, batch_size: int) -> None:
        rate = self._rate(batch_size)
        left = (int(trainer.estimated_stepping_batches) - trainer.global_step) * batch_size / rate
        message = f"about {rate:.0f} images/s: {_duration(left)} of training left"
        if left > _LONG and trainer.strategy.root_device.type == "cpu" and trainer.precision == "32-true":
            message += " (on a CPU trainer.precision=bf16-mixed is faster; size=demo takes minutes)"
        say(message)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
