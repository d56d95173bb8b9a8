"""Learn one or several numbers per galaxy from its image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import nn
from torchmetrics import MeanSquaredError

from galexp import world
from galexp.datamodule import Batch, GalaxyDataModule
from galexp.metric.sample import NMAD
from galexp.model.head import classify_in_float32, initialize_bias
from galexp.model.normalize import NormalizedModel
from galexp.optimizer.groups import decay_groups
from galexp.split.base import TRAIN
from galexp.task.base import Predictions, Task
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
NORMALIZATIONS = ("train", "imagenet", "none")


class Regression(Task):
    """Train a network on targets in their own units.

    The last bias starts at the mean of the training targets and the last layer runs in float32, so that a metallicity
    near 9 costs neither epochs nor digits. With ``standardize`` the network learns (target - mean) / std instead, which
    several targets of different spread need.

    Args:
        model: Network with the protocol of timm and one output per target.
        targets: Names of the targets.
        loss: Of predictions and truth.
        optimizer: From parameter groups to an optimizer.
        schedule: From (optimizer, max_lr per group, total_steps) to a schedule by step.
        augment: From (images, keys, seed, epoch, image_size) to images in [0, 1].
        tta: From (network, images) to averaged predictions.
        image_size: Side that the network sees [pixel].
        seed: Of augmentation.
        standardize: Whether the loss sees targets in units of their training spread.
        normalize: What bands are shifted and scaled by: ``train``, ``imagenet`` or ``none``.

    Raises:
        ValueError: for an unknown ``normalize``, or ImageNet's with other than three bands.
    """

    target_mean: Tensor
    target_std: Tensor
    loss: Callable[[Tensor, Tensor], Tensor]
    augment: Callable[..., Tensor]
    tta: Callable[..., Tensor]

    def __init__(
        self,
        model: nn.Module,
        targets: Sequence[str],
        loss: nn.Module,
        optimizer: Callable[..., torch.optim.Optimizer],
        schedule: Callable[..., torch.optim.lr_scheduler.LRScheduler],
        augment: Callable[..., Tensor],
        tta: Callable[..., Tensor],
        image_size: int,
        seed: int = 0,
        standardize: bool = False,
        normalize: str = "train",
    ) -> None:
        super().__init__()
        if normalize not in NORMALIZATIONS:
            raise ValueError(f"task.normalize is {normalize!r}; choose from {', '.join(NORMALIZATIONS)}")
        bands = int(model.in_chans)  # type: ignore[arg-type]
        if normalize == "imagenet" and bands != len(IMAGENET_MEAN):
            raise ValueError(f"task.normalize=imagenet needs 3 bands, these images have {bands}; use train or none")
        mean, std = (IMAGENET_MEAN, IMAGENET_STD) if normalize == "imagenet" else ([0.0] * bands, [1.0] * bands)
        network = NormalizedModel(classify_in_float32(model), mean, std)
        self.network = cast("Any", network).to(memory_format=torch.channels_last)
        self.targets = list(targets)
        self.loss = loss
        self.make_optimizer, self.make_schedule = optimizer, schedule
        self.augment, self.tta = augment, tta
        self.image_size, self.seed = image_size, seed
        self.standardize, self.normalize = standardize, normalize
        self.register_buffer("target_mean", torch.zeros(len(self.targets)))
        self.register_buffer("target_std", torch.ones(len(self.targets)))
        self.train_rmse = MeanSquaredError(squared=False)
        self.val_rmse = MeanSquaredError(squared=False)
        self.val_nmad = NMAD()

    def learn_statistics(self, datamodule: GalaxyDataModule) -> None:
        """Take the normalization of bands and the mean of targets from the training rows."""
        if self.normalize == "train":
            mean, std = datamodule.image_statistics()
            normalize = self.network.normalize
            normalize.mean.copy_(torch.tensor(mean).view_as(normalize.mean))
            normalize.std.copy_(torch.tensor(std).view_as(normalize.std))
        truth = datamodule.truth[datamodule.rows(TRAIN)]
        if self.standardize:
            self.target_mean.copy_(torch.from_numpy(truth.mean(axis=0)))
            self.target_std.copy_(torch.from_numpy(np.maximum(truth.std(axis=0), 1e-12)))
        else:
            initialize_bias(self.network.get_classifier(), truth.mean(axis=0).tolist())

    def forward(self, images: Float[Tensor, "batch band side side"]) -> Float[Tensor, "batch target"]:
        """Predict targets in their own units from images in [0, 1]."""
        outputs = self.network(images.contiguous(memory_format=torch.channels_last))
        return outputs.float() * self.target_std + self.target_mean

    def _loss(self, preds: Tensor, truth: Tensor) -> Tensor:
        return self.loss((preds - self.target_mean) / self.target_std, (truth - self.target_mean) / self.target_std)

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Seed what is random inside the network, such as dropout, by batch and rank: a broken run goes on alike."""
        moment = [self.seed, self.current_epoch, batch_idx, world.rank()]
        torch.manual_seed(int(np.random.SeedSequence(moment).generate_state(1)[0]))

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the loss of an augmented batch."""
        images = self.augment(batch.images, batch.keys, self.seed, self.current_epoch, self.image_size)
        preds = self(images)
        loss = self._loss(preds, batch.targets)
        self.train_rmse(preds.detach(), batch.targets)
        self.log("train/loss", loss.detach(), batch_size=len(batch.rows))
        self.log("train/rmse", self.train_rmse, on_step=False, on_epoch=True, batch_size=len(batch.rows))
        return loss

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the squared errors of an unfinished epoch, those of each rank: its mean is of all its batches."""
        if not self.trainer.fit_loop.epoch_loop.batch_progress.is_last_batch:
            own = float(self.train_rmse.sum_squared_error), int(self.train_rmse.total)
            checkpoint["train_squared_errors"] = list(world.gathered(own))

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on with the squared errors of an unfinished epoch: each rank with its own, or the leader with all."""
        kept = checkpoint.get("train_squared_errors", [])
        if len(kept) == world.size():
            total, number = kept[world.rank()]
        elif kept and world.is_leader():
            total, number = (sum(column) for column in zip(*kept, strict=True))
        else:
            return
        self.train_rmse.sum_squared_error.fill_(total)
        self.train_rmse.total.fill_(number)
        self.train_rmse._update_count = number  # without which torchmetrics warns that nothing was added

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Gather predictions of the validation rows."""
        preds = self(center_crop_to_float(batch.images, self.image_size))
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

    def predict_step(self, batch: Batch, batch_idx: int) -> Predictions:
        """Predict a batch, once and averaged over its views."""
        images = center_crop_to_float(batch.images, self.image_size)
        return Predictions(batch.rows, self(images), self.tta(self, images))

    def configure_optimizers(self) -> Any:
        """Make the optimizer on decayed and undecayed parameters, with its schedule by step."""
        optimizer = self.make_optimizer(decay_groups(self.network))
        rates = [group["lr"] for group in optimizer.param_groups]
        schedule = self.make_schedule(optimizer, max_lr=rates, total_steps=int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
