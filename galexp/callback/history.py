"""The course of training as a table: ``history.csv``, one row per epoch."""

from __future__ import annotations

import csv
import pathlib
from typing import Any

import pytorch_lightning as pl

from galexp.run.history import HISTORY


class History(pl.Callback):
    """Write metrics, learning rate and step after every epoch, counted from 1; a resumed run goes on in the same file.

    Args:
        folder: Of the run.
    """

    def __init__(self, folder: str | pathlib.Path) -> None:
        self.path = pathlib.Path(folder) / HISTORY
        self.rows: list[dict[str, Any]] = []

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Add a row and write the file anew."""
        if not trainer.is_global_zero:
            return
        scalars = {name: float(value) for name, value in sorted(trainer.callback_metrics.items())}
        rate = trainer.optimizers[0].param_groups[0]["lr"]
        self.rows.append({"epoch": trainer.current_epoch + 1, "step": trainer.global_step, "lr": rate, **scalars})
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        with self.path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, names)
            writer.writeheader()
            writer.writerows(self.rows)

    def state_dict(self) -> dict[str, Any]:
        """Return the rows so far."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the rows of the part that ran before."""
        self.rows = list(state_dict["rows"])
