"""What every task shares: a network, what it is fed, how it is optimized, and how its views are averaged."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, cast

import numpy as np
import pytorch_lightning as pl
import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from galexp import world
from galexp.datamodule import Batch, GalaxyDataModule
from galexp.model.head import classify_in_float32, initialize_bias
from galexp.model.layers import frozen_modules, hold_norms
from galexp.model.normalize import NormalizedModel
from galexp.optimizer.groups import decay_groups
from galexp.split.base import TRAIN
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor
    from torchmetrics import Metric

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
NORMALIZATIONS = ("train", "imagenet", "none")

Named = dict[tuple[str, str], np.ndarray]


class Predictions(NamedTuple):
    """Rows of the catalog with what the network says of them, from the image as it is and averaged over its views."""

    rows: Tensor
    preds: Tensor
    preds_tta: Tensor


class Task(pl.LightningModule, abc.ABC):
    """A network with what it is trained to do.

    A task says how many outputs it needs, what they mean, and which loss they have; the rest is the same for all.

    Args:
        model: Network with the protocol of timm and as many outputs as ``num_outputs`` says.
        targets: Names of the columns that hold the truth, in order.
        loss: What the task makes its objective of.
        optimizer: From parameter groups to an optimizer.
        schedule: From (optimizer, max_lr per group, total_steps) to a schedule by step, or by epoch if it waits for a
            plateau.
        augment: From (images, keys, seed, epoch, image_size) to images in [0, 1].
        tta: From (network, images, augmented) to averaged predictions; ``augmented`` gives the view of a number as
            training would show it.
        image_size: Side that the network sees [pixel].
        seed: Of augmentation.
        normalize: What bands are shifted and scaled by: ``train``, ``imagenet`` or ``none``.
        monochrome: Whether the network sees the mean of the bands instead of the bands.
        layer_rates: Factors on ``lr`` of groups of layers, from the image to the head; None for the optimizer's own
            rate throughout.
        lr: Learning rate that they are factors on.

    Attributes:
        losses: Classes of losses that it takes; of others, only those that galexp does not know.
        error: What is shown of the course of training, as ``train/<error>`` and ``val/<error>``; lower is better, and
            the best checkpoint has the lowest on the validation rows.
        train_error: Metric of the training batches, all of whose states are sums.
        learns_targets: Whether there must be targets.
        learns_unlabeled: Whether rows without a target are trained on, too.

    Raises:
        ValueError: for an unknown ``normalize``, or ImageNet's with other than three bands.
    """

    error: ClassVar[str] = "rmse"
    losses: ClassVar[tuple[type[nn.Module], ...]] = (nn.Module,)
    learns_targets: ClassVar[bool] = True
    learns_unlabeled: ClassVar[bool] = False
    train_error: Metric
    augment: Callable[..., Tensor]
    tta: Callable[..., Tensor]
    loss: nn.Module

    def __init__(
        self,
        model: nn.Module,
        targets: Sequence[str],
        loss: nn.Module,
        optimizer: Callable[..., torch.optim.Optimizer],
        schedule: Callable[..., Any],
        augment: Callable[..., Tensor],
        tta: Callable[..., Tensor],
        image_size: int,
        seed: int = 0,
        normalize: str = "train",
        monochrome: bool = False,
        layer_rates: Sequence[float] | None = None,
        lr: float | None = None,
    ) -> None:
        super().__init__()
        if normalize not in NORMALIZATIONS:
            raise ValueError(f"task.normalize is {normalize!r}; choose from {', '.join(NORMALIZATIONS)}")
        bands = int(model.in_chans)  # type: ignore[arg-type]
        if normalize == "imagenet" and bands != len(IMAGENET_MEAN):
            raise ValueError(f"task.normalize=imagenet needs 3 bands, this network sees {bands}; use train or none")
        mean, std = (IMAGENET_MEAN, IMAGENET_STD) if normalize == "imagenet" else ([0.0] * bands, [1.0] * bands)
        network = NormalizedModel(classify_in_float32(model) if model.num_classes else model, mean, std, monochrome)
        self.network = cast("Any", network).to(memory_format=torch.channels_last)
        self.targets = list(targets)
        self.loss = loss
        self.make_optimizer, self.make_schedule = optimizer, schedule
        self.augment, self.tta = augment, tta
        self.image_size, self.seed = image_size, seed
        self.normalize, self.layer_rates, self.lr = normalize, layer_rates, lr
        self.train()

    @classmethod
    @abc.abstractmethod
    def num_outputs(cls, settings: Mapping[str, Any], loss: nn.Module) -> int:
        """Return the number of outputs that the network needs, from the settings of the task and its loss."""

    @abc.abstractmethod
    def learn_targets(self, truth: Float[np.ndarray, "galaxy target"]) -> None:
        """Take from the targets of the training rows what the network must know before its first step."""

    @abc.abstractmethod
    def read(self, outputs: Float[Tensor, "batch output"]) -> Float[Tensor, "batch column"]:
        """Return what the outputs mean, in quantities that can be averaged over views."""

    @abc.abstractmethod
    def objective(
        self, outputs: Float[Tensor, "batch output"], truth: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the loss of a batch."""

    @abc.abstractmethod
    def update_train_error(self, outputs: Float[Tensor, "batch output"], truth: Float[Tensor, "batch target"]) -> None:
        """Add a training batch to ``train_error``."""

    @abc.abstractmethod
    def named(self, values: Float[np.ndarray, "galaxy column"]) -> Named:
        """Return what ``read`` gave as columns of a table: (kind, name) -> values, such as ("pred", "metallicity")."""

    @property
    def watched(self) -> str:
        """Metric on the validation rows by which the best checkpoint, and a plateau, is found."""
        return f"val/{self.error}"

    def learn_statistics(self, datamodule: GalaxyDataModule) -> None:
        """Take the normalization of bands and the start of the last layer from the training rows."""
        if self.normalize == "train":
            mean, std = datamodule.image_statistics(monochrome=self.network.monochrome)
            normalize = self.network.normalize
            normalize.mean.copy_(torch.tensor(mean).view_as(normalize.mean))
            normalize.std.copy_(torch.tensor(std).view_as(normalize.std))
        self.learn_targets(datamodule.truth[datamodule.rows(TRAIN)])

    def start_classifier(self, outputs: Float[Tensor, " output"]) -> None:
        """Let the last layer start by giving these outputs, unless it was taken over with learned weights."""
        if not getattr(self.network.model, "head_is_learned", False):
            initialize_bias(self.network.get_classifier(), outputs)

    def train(self, mode: bool = True) -> Self:
        """Switch between training and evaluation; layers that never train keep what their norms have measured."""
        super().train(mode)
        if mode:
            hold_norms(frozen_modules(self.network))
        return self

    def outputs(self, images: Float[Tensor, "batch band side side"]) -> Float[Tensor, "batch output"]:
        """Return the bare outputs of the network for images in [0, 1], in float32."""
        return self.network(images.contiguous(memory_format=torch.channels_last)).float()

    def features(self, images: Float[Tensor, "batch band side side"]) -> Float[Tensor, "batch feature"]:
        """Return what the last layer would see of images in [0, 1], by which galaxies are found alike, in float32."""
        features = self.network.forward_features(images.contiguous(memory_format=torch.channels_last))
        return self.network.forward_head(features, pre_logits=True).flatten(1).float()

    def forward(self, images: Float[Tensor, "batch band side side"]) -> Float[Tensor, "batch column"]:
        """Predict from images in [0, 1]."""
        return self.read(self.outputs(images))

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Seed what is random inside the network, such as dropout, by batch and rank: a broken run goes on alike."""
        moment = [self.seed, self.current_epoch, batch_idx, world.rank()]
        torch.manual_seed(int(np.random.SeedSequence(moment).generate_state(1)[0]))

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the loss of an augmented batch."""
        images = self.augment(batch.images, batch.keys, self.seed, self.current_epoch, self.image_size)
        outputs = self.outputs(images)
        loss = self.objective(outputs, batch.targets)
        self.update_train_error(outputs.detach(), batch.targets)
        self.log("train/loss", loss.detach(), batch_size=len(batch.rows))
        name = f"train/{self.error}"
        self.log(name, self.train_error, on_step=False, on_epoch=True, batch_size=len(batch.rows))
        return loss

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the sums of an unfinished epoch, those of each rank: its mean is of all its batches."""
        if not self.trainer.fit_loop.epoch_loop.batch_progress.is_last_batch:
            own = {name: float(getattr(self.train_error, name)) for name in self.train_error._defaults}
            checkpoint["train_sums"] = list(world.gathered(own))

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Go on with the sums of an unfinished epoch: each rank with its own, or the leader with all."""
        kept = checkpoint.get("train_sums", [])
        if len(kept) == world.size():
            sums = kept[world.rank()]
        elif kept and world.is_leader():
            sums = {name: sum(one[name] for one in kept) for name in kept[0]}
        else:
            return
        for name, value in sums.items():
            getattr(self.train_error, name).fill_(value)
        self.train_error._update_count = 1  # without which torchmetrics warns that nothing was added

    def predict_step(self, batch: Batch, batch_idx: int) -> Predictions:
        """Predict a batch, once and averaged over its views."""
        images = center_crop_to_float(batch.images, self.image_size)

        def augmented(number: int) -> Tensor:
            return self.augment(batch.images, batch.keys, self.seed, -1 - number, self.image_size)

        return Predictions(batch.rows, self(images), self.tta(self, images, augmented))

    def make_optimizer_and_schedule(self, total_steps: int) -> tuple[torch.optim.Optimizer, Any]:
        """Make the optimizer on decayed and undecayed parameters of each group of layers, and its schedule."""
        optimizer = self.make_optimizer(decay_groups(self.network, self.lr, self.layer_rates))
        rates = [group["lr"] for group in optimizer.param_groups]
        return optimizer, self.make_schedule(optimizer, max_lr=rates, total_steps=total_steps)

    def configure_optimizers(self) -> Any:
        """Return the optimizer with its schedule, which goes by step or, waiting for a plateau, by epoch.

        Raises:
            ValueError: where the schedule waits for a plateau and there are no validation rows.
        """
        optimizer, schedule = self.make_optimizer_and_schedule(int(self.trainer.estimated_stepping_batches))
        if not isinstance(schedule, ReduceLROnPlateau):
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
        if self.trainer.limit_val_batches == 0:
            raise ValueError(
                f"this schedule waits for a plateau of {self.watched}, and there are no validation rows; raise "
                "split.val_fraction or choose another schedule"
            )
        watching = {"scheduler": schedule, "interval": "epoch", "monitor": self.watched}
        return {"optimizer": optimizer, "lr_scheduler": watching}
