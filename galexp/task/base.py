"""What every task offers to training and evaluation."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, NamedTuple

import pytorch_lightning as pl

from galexp.datamodule import Batch, GalaxyDataModule

if TYPE_CHECKING:
    from torch import Tensor


class Predictions(NamedTuple):
    """Rows of the catalog with what the network says of them, from the image as it is and averaged over its views."""

    rows: Tensor
    preds: Tensor
    preds_tta: Tensor


class Task(pl.LightningModule, abc.ABC):
    """A network with what it is trained to do.

    Attributes:
        targets: Names of the columns that it predicts, in order.
    """

    targets: list[str]

    @abc.abstractmethod
    def learn_statistics(self, datamodule: GalaxyDataModule) -> None:
        """Take from the training rows what the network must know before its first step."""

    @abc.abstractmethod
    def predict_step(self, batch: Batch, batch_idx: int) -> Predictions:
        """Predict a batch, once and averaged over its views."""
