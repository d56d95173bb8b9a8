"""Learn one or several numbers per galaxy from its image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torchmetrics import MeanSquaredError

from galexp.datamodule import Batch
from galexp.loss.base import Likelihood
from galexp.loss.point import Point
from galexp.metric.sample import NMAD
from galexp.task.base import Named, Task
from galexp.task.losses import ELEMENTWISE
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Regression(Task):
    """Train a network on targets in their own units.

    The last bias starts at the mean of the training targets and the last layer runs in float32, so that a metallicity
    near 9 costs neither epochs nor digits. With ``standardize`` the network learns (target - mean) / std instead, which
    several targets of different spread need.

    What the outputs mean is the loss's to say: a likelihood may want several for each target, from which widths or
    quantiles are read beside the prediction; any other loss of (preds, target) has one. Averaged over views a width is
    the mean of the widths of the views, which leaves out how far these differ; an ensemble's holds both.

    Args:
        standardize: Whether the loss sees targets in units of their training spread.
        **facts: As in :class:`Task`.
    """

    losses = (*ELEMENTWISE, Likelihood)
    target_mean: Tensor
    target_std: Tensor
    likelihood: Likelihood

    def __init__(self, standardize: bool = False, **facts: Any) -> None:
        super().__init__(**facts)
        self.likelihood = as_likelihood(self.loss)
        self.standardize = standardize
        self.register_buffer("target_mean", torch.zeros(len(self.targets)))
        self.register_buffer("target_std", torch.ones(len(self.targets)))
        self.train_error = MeanSquaredError(squared=False)
        self.val_rmse = MeanSquaredError(squared=False)
        self.val_nmad = NMAD()

    @classmethod
    def num_outputs(cls, settings: Mapping[str, Any], loss: nn.Module) -> int:
        """Return as many outputs for each target as the loss wants."""
        return len(settings["targets"]) * as_likelihood(loss).outputs

    def learn_targets(self, truth: Float[np.ndarray, "galaxy target"]) -> None:
        """Take mean and spread of the targets, as units of the loss or as the start of the last layer."""
        mean, std = truth.mean(axis=0), np.maximum(truth.std(axis=0), 1e-12)
        if self.standardize:
            self.target_mean.copy_(torch.from_numpy(mean))
            self.target_std.copy_(torch.from_numpy(std))
        self._keep_unit()
        if self.standardize:
            if self.likelihood.outputs == 1:
                return  # A new layer already starts near 0, which is the mean.
            mean, std = np.zeros_like(mean), np.ones_like(std)
        start = self.likelihood.start(torch.from_numpy(mean), torch.from_numpy(std))
        self.start_classifier(start.flatten())

    def _keep_unit(self) -> None:
        """Let a last layer that has a place for it keep the unit that it is trained in."""
        unit = getattr(self.network.get_classifier(), "unit", None)
        if unit is not None:
            of_targets = torch.stack([self.target_mean, self.target_std])
            unit.copy_(of_targets.repeat_interleave(self.likelihood.outputs, dim=1))

    def take_unit(self) -> None:
        """Read outputs in the unit that the last layer kept, where its weights are used as they were learned."""
        unit = getattr(self.network.get_classifier(), "unit", None)
        if unit is not None:
            mean, std = unit[:, :: self.likelihood.outputs]
            self.target_mean.copy_(mean)
            self.target_std.copy_(std)

    def read(self, outputs: Float[Tensor, "batch output"]) -> Float[Tensor, "batch column"]:
        """Return prediction, and width or quantiles where there are any, of each target in its own unit."""
        standardized = self.likelihood.read(self._by_target(outputs))
        widths = [name in self.likelihood.widths for name in self.likelihood.columns]
        mean = torch.where(torch.tensor(widths, device=outputs.device), 0.0, self.target_mean[:, None])
        return (standardized * self.target_std[:, None] + mean).flatten(1)

    def objective(
        self, outputs: Float[Tensor, "batch output"], truth: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the loss in units of the standardized targets."""
        return self.likelihood(self._by_target(outputs), (truth - self.target_mean) / self.target_std)

    def _by_target(self, outputs: Tensor) -> Tensor:
        return outputs.unflatten(1, (len(self.targets), self.likelihood.outputs))

    def _point(self, values: Tensor) -> Tensor:
        """Return the predictions alone, one a target."""
        return values[:, :: len(self.likelihood.columns)]

    def update_train_error(self, outputs: Tensor, truth: Tensor) -> None:
        """Add the squared errors of a batch."""
        self.train_error.update(self._point(self.read(outputs)), truth)

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Gather predictions of the validation rows."""
        preds = self._point(self(center_crop_to_float(batch.images, self.image_size)))
        self.val_rmse.update(preds, batch.targets)
        self.val_nmad.update(preds, batch.targets)

    def on_validation_epoch_end(self) -> None:
        """Log the error over all validation rows at once, and per target where there are several."""
        nmad = self.val_nmad.compute()
        self.log("val/rmse", self.val_rmse.compute())
        self.log("val/nmad", nmad.mean())
        if len(self.targets) > 1:
            self.log_dict({f"val/nmad_{target}": value for target, value in zip(self.targets, nmad, strict=True)})
        self.val_rmse.reset()
        self.val_nmad.reset()

    def named(self, values: Float[np.ndarray, "galaxy column"]) -> Named:
        """Return ``pred``, and what else the likelihood reads, of each target."""
        kinds = [(column, target) for target in self.targets for column in self.likelihood.columns]
        return {kind: values[:, number] for number, kind in enumerate(kinds)}


def as_likelihood(loss: nn.Module) -> Likelihood:
    """Return a likelihood as it is, and any other loss of predictions and truth as one that reads predictions alone."""
    return loss if isinstance(loss, Likelihood) else Point(loss)
