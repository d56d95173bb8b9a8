"""What goes wrong while a network trains, as a callback that a configuration can name."""

from __future__ import annotations

import os
import pathlib
import signal
import time

import pytorch_lightning as pl


class Trouble(pl.Callback):
    """Fail once, before one step of one rank; the marker keeps the time at which it happened.

    Args:
        how: ``raise`` an error, ``kill`` the process with SIGKILL, or ``wait`` until the marker is removed.
        marker: File that is written then; where it is there already nothing happens.
        epoch: From 0.
        step: Of the epoch, from 0.
        rank: Of the process.
    """

    def __init__(self, how: str, marker: str, epoch: int = 0, step: int = 0, rank: int = 0) -> None:
        self.how, self.marker, self.place = how, pathlib.Path(marker), (epoch, step, rank)

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        """Fail here and now."""
        if (trainer.current_epoch, batch_idx, trainer.global_rank) != self.place or self.marker.exists():
            return
        self.marker.write_text(str(time.time()))
        if self.how == "raise":
            raise RuntimeError("a cosmic ray hit the memory")
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        while self.marker.exists():
            time.sleep(0.05)
