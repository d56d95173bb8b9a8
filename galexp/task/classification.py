"""Learn which of several classes a galaxy belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torchmetrics import MeanMetric

from galexp.datamodule import Batch
from galexp.task.base import Named, Task
from galexp.task.label import PROBABILITY, check_classes, class_names, truth_columns
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Classification(Task):
    """Train a network on classes: one output each, whose softmax is the probability.

    The last bias starts at the logarithm of the frequencies of the classes, so that the first loss is the entropy of
    the labels. Views are averaged in probability; the prediction is the class with the highest.

    Args:
        targets: The one column that the classes are made of.
        classes: Names of the classes, in order: those of the numbers 0, 1, ... that the column holds, or a mapping
            name -> [low, high] of intervals of it.
        ordered: Whether the numbers of the classes are an order, as those of times are: then it counts how many classes
            a prediction is off.
        width_column: Column with the width of a class in the unit of an ordered quantity, such as the time between
            two snapshots; None where classes have none.
        **facts: As in :class:`galexp.task.base.Task`; the loss is one of (outputs, class numbers).

    Raises:
        ValueError: for other than one target, or as :func:`galexp.task.label.check_classes` does.
    """

    error = "log_loss"
    losses = (nn.CrossEntropyLoss,)

    def __init__(
        self,
        targets: Sequence[str],
        classes: Sequence[str] | Mapping[str, Any],
        ordered: bool = False,
        width_column: str | None = None,
        **facts: Any,
    ) -> None:
        described = {"targets": targets, "classes": classes}
        check_classes(described)
        super().__init__(targets=truth_columns(described), **facts)
        self.classes = class_names(described)
        self.ordered, self.width_column = ordered, width_column
        self.train_error = MeanMetric(nan_strategy="disable")  # to look for NaN is to wait for the device
        self.val_log_loss, self.val_accuracy = MeanMetric(), MeanMetric()

    @classmethod
    def num_outputs(cls, settings: Mapping[str, Any], loss: nn.Module) -> int:
        """Return one output a class."""
        check_classes(settings)
        return len(settings["classes"])

    def learn_targets(self, truth: Float[np.ndarray, "galaxy 1"]) -> None:
        """Start the last layer at the frequencies of the classes."""
        counts = np.bincount(truth[:, 0].astype(int), minlength=len(self.classes))
        self.start_classifier(torch.from_numpy(np.log(np.maximum(counts, 0.5) / counts.sum())))

    def read(self, outputs: Float[Tensor, "batch output"]) -> Float[Tensor, "batch column"]:
        """Return the probability of each class."""
        return outputs.softmax(1)

    def objective(
        self, outputs: Float[Tensor, "batch output"], truth: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the loss of outputs and class numbers."""
        return self.loss(outputs, truth[:, 0].long())

    def update_train_error(self, outputs: Tensor, truth: Tensor) -> None:
        """Add the logarithmic losses of a batch."""
        self.train_error.update(nn.functional.cross_entropy(outputs, truth[:, 0].long(), reduction="none"))

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Add the losses and the hits of the validation rows."""
        outputs, truth = self.outputs(center_crop_to_float(batch.images, self.image_size)), batch.targets[:, 0].long()
        self.val_log_loss.update(nn.functional.cross_entropy(outputs, truth, reduction="none"))
        self.val_accuracy.update((outputs.argmax(1) == truth).float())

    def on_validation_epoch_end(self) -> None:
        """Log mean loss and accuracy over all validation rows."""
        self.log("val/log_loss", self.val_log_loss.compute())
        self.log("val/accuracy", self.val_accuracy.compute())
        self.val_log_loss.reset()
        self.val_accuracy.reset()

    def named(self, values: Float[np.ndarray, "galaxy column"]) -> Named:
        """Return the class of the highest probability, and the probability of each class."""
        best: Named = {("pred", self.targets[0]): values.argmax(1).astype(np.float64)}
        return best | {(PROBABILITY, name): values[:, number] for number, name in enumerate(self.classes)}
