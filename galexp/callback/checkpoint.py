"""Which states of a training are kept."""

from __future__ import annotations

import pathlib

import pytorch_lightning as pl
from pytorch_lightning.callbacks import ModelCheckpoint


def checkpoints(folder: str | pathlib.Path, has_val: bool) -> list[pl.Callback]:
    """Keep ``last.ckpt``, which training can go on from, and the weights with the lowest ``val/rmse`` as ``best.ckpt``.

    The best comes first, so that the last, which a broken run goes on from, knows of it.

    Args:
        folder: Of the run; the files go into its ``checkpoints/``.
        has_val: Whether there are validation rows; without them there is no best.
    """
    folder = str(pathlib.Path(folder) / "checkpoints")
    last = ModelCheckpoint(folder, filename="last", save_on_train_epoch_end=True, enable_version_counter=False)
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
