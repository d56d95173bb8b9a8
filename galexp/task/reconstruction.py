"""Learn to draw an image again from a few numbers; no label is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import nn
from torchmetrics import MeanMetric, MeanSquaredError

from galexp.datamodule import Batch
from galexp.loss.vae import NegativeELBO, kl_divergence, squared_error
from galexp.model.vae import VAE
from galexp.task.base import Named, Task
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor
    from torchmetrics import Metric

_DARKEST = 1e-3


class Reconstruction(Task):
    """Train a variational autoencoder on images alone.

    The truth is the image itself in [0, 1], as augmentation shows it. Rows need no target, so that unlabeled images
    count. Of each image the table of predictions holds ``reconstruction_rmse``, over its pixels and bands, and the
    latent means ``latent_00``, ``latent_01``, ...; averaged over views the means depend less on how the galaxy lies,
    and the error is the mean of those of the views.

    The last bias of the decoder starts where it gives the mean of each band, so that no epoch is spent on it.

    Args:
        targets: None: an empty list.
        **facts: As in :class:`galexp.task.base.Task`; the model is a :class:`galexp.model.vae.VAE` and the loss a
            :class:`galexp.loss.vae.NegativeELBO`.

    Raises:
        ValueError: for another network, or if there are targets.
    """

    learns_targets = False
    losses = (NegativeELBO,)

    def __init__(self, targets: list[str], **facts: Any) -> None:
        if targets:
            raise ValueError(
                f"task=reconstruction learns from images alone and task.targets has {targets}; leave task.targets out, "
                "and learn them from the features afterwards: task=regression model=vae model.weights=RUN"
            )
        if not isinstance(facts["model"], VAE):
            raise ValueError(
                f"{type(facts['model']).__name__} reconstructs no image; task=reconstruction needs model=vae"
            )
        super().__init__(targets=targets, **facts)
        self.train_error, self.val_rmse = MeanSquaredError(squared=False), MeanSquaredError(squared=False)
        self.val_kl = MeanMetric()

    @property
    def vae(self) -> VAE:
        """The network within its normalization."""
        return self.network.model

    @classmethod
    def num_outputs(cls, settings: Mapping[str, Any], loss: nn.Module) -> int:
        """Return 0: the network ends in its latent means."""
        return 0

    def learn_targets(self, truth: Float[np.ndarray, "galaxy 0"]) -> None:
        """Start the decoder at the mean of each band, where the normalization knows it."""
        if self.normalize == "train":
            mean = self.network.normalize.mean.flatten().clamp(_DARKEST, 1 - _DARKEST)
            with torch.no_grad():
                cast("Tensor", self.vae.decoder.to_image.bias).copy_(mean.logit())

    def outputs(self, images: Float[Tensor, "batch band side side"]) -> Float[Tensor, "batch output"]:
        """Return the squared error of each reconstructed image, its KL divergence and its latent means, in float32.

        In training the latent point is drawn, in evaluation it is the mean.
        """
        images = images.contiguous(memory_format=torch.channels_last)
        seen = images.mean(1, keepdim=True) if self.network.monochrome else images
        found = self.vae.reconstruct(self.network.normalize(seen), sample=self.training)
        error, divergence = squared_error(found.image, seen), kl_divergence(found.mean, found.log_variance)
        return torch.cat([error[:, None], divergence[:, None], found.mean.float()], 1)

    def read(self, outputs: Float[Tensor, "batch output"]) -> Float[Tensor, "batch column"]:
        """Return the root mean squared error of each image, and its latent means."""
        return torch.cat([self._rmse(outputs)[:, None], outputs[:, 2:]], 1)

    def _rmse(self, outputs: Tensor) -> Tensor:
        return (outputs[:, 0] / (self.network.in_chans * self.image_size**2)).sqrt()

    def objective(self, outputs: Float[Tensor, "batch output"], truth: Float[Tensor, "batch 0"]) -> Float[Tensor, ""]:
        """Return the loss of errors and divergences; there is no truth beside the image."""
        return self.loss(outputs[:, 0], outputs[:, 1], self.current_epoch)

    def update_train_error(self, outputs: Tensor, truth: Tensor) -> None:
        """Add the squared errors of a batch."""
        _add(self.train_error, self._rmse(outputs))

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Add the squared errors and the divergences of the validation rows."""
        outputs = self.outputs(center_crop_to_float(batch.images, self.image_size))
        _add(self.val_rmse, self._rmse(outputs))
        self.val_kl.update(outputs[:, 1])

    def on_validation_epoch_end(self) -> None:
        """Log the error over all pixels of all validation rows, and the mean divergence [nat]."""
        self.log("val/rmse", self.val_rmse.compute())
        self.log("val/kl", self.val_kl.compute())
        self.val_rmse.reset()
        self.val_kl.reset()

    def named(self, values: Float[np.ndarray, "galaxy column"]) -> Named:
        """Return ``reconstruction_rmse`` and the latent means ``latent_00``, ``latent_01``, ..."""
        kinds = [("reconstruction", "rmse"), *(("latent", f"{number:02d}") for number in range(values.shape[1] - 1))]
        return {kind: values[:, number] for number, kind in enumerate(kinds)}


def _add(metric: Metric, rmse: Tensor) -> None:
    """Add images of one size: the mean of their squared RMSE is that over all of their pixels."""
    metric.update(rmse, torch.zeros_like(rmse))
