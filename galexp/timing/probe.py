"""Stand inside a training that was started to be timed, note when each part is done, and end it at the first step."""

from __future__ import annotations

import json
import os
import pathlib
import time
from typing import Any

import pytorch_lightning as pl

from galexp.datamodule import GalaxyDataModule

IMPORTED = time.time()
"""When this module was imported, which a training does after everything else that it needs [s since the epoch]."""

PARTS = ("imports", "opening the data", "decoding", "network and trainer", "first step")
_NOTED: dict[str, float] = {PARTS[0]: IMPORTED}


def decoded(**options: Any) -> GalaxyDataModule:
    """Make the datamodule and note when that began and when its images were decoded."""
    _NOTED[PARTS[1]] = time.time()
    datamodule = GalaxyDataModule(**options)
    _NOTED[PARTS[2]] = time.time()
    return datamodule


class FirstStep(pl.Callback):
    """Write when each part was done into a file, and end the process.

    Args:
        path: Of the file, JSON: seconds since the epoch by part.
    """

    def __init__(self, path: str) -> None:
        self.path = pathlib.Path(path)

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Note that network and trainer are there."""
        _NOTED[PARTS[3]] = time.time()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """End here."""
        _NOTED[PARTS[4]] = time.time()
        self.path.write_text(json.dumps(_NOTED))
        os._exit(0)
