"""Learn what images have in common, from images alone or together with labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import nn
from torchmetrics import MeanMetric

from galexp.datamodule import Batch
from galexp.loss.image import dissimilarity, mean_squared_error
from galexp.loss.joint import JointLoss
from galexp.loss.vae import kl_divergence, squared_error
from galexp.model.part import CLASSIFIER, FCAE, PARTS, VAE
from galexp.model.representation import RepresentationNetwork
from galexp.task.base import Named, Task
from galexp.task.columns import joined, taken_apart, widths
from galexp.task.parts import check_parts, check_start, check_unfrozen, labels_kind, labels_task
from galexp.task.regression import Regression
from galexp.transform.crop import center_crop_to_float

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.task.classification import Classification

_DARKEST = 1e-3


class Representation(Task):
    """Train an autoencoder, a VAE of its map and a classifier on that map, or any of the three.

    The truth of the first two is the image itself in [0, 1], as augmentation shows it, so that rows without a label
    count; the classifier learns from those that have one. What its outputs mean, and how they are scored, is what a
    classification or a regression says, which is a task of its own within this one: its images are maps.

    Of each image the table of predictions holds ``reconstruction_rmse``, over pixels and bands, of the image that the
    decoder draws from the map; ``reconstruction_latent_rmse``, of the one that it draws from the latent means; these
    means, ``latent_00``, ``latent_01``, ...; and the predictions of the classifier: all of those parts that were ever
    trained, here or where the weights come from. Averaged over views the means depend less on how the galaxy lies, and
    an error is the mean of those of the views.

    The last bias of a new decoder starts where it gives the mean of each band, so that no epoch is spent on it.

    Args:
        targets: Columns to be learned, or the one that classes are made of; empty without labels.
        train_parts: Which of ``fcae``, ``vae`` and ``classifier`` are trained; the others stay as they are.
        stop_gradient: Whether the VAE takes the map as it is; without, its loss shapes the encoder, too.
        classes: As in :class:`galexp.task.classification.Classification`; None for numbers.
        ordered: Likewise.
        width_column: Likewise.
        standardize: As in :class:`galexp.task.regression.Regression`.
        **facts: As in :class:`galexp.task.base.Task`; the model is a
            :class:`galexp.model.representation.RepresentationNetwork` and the loss a
            :class:`galexp.loss.joint.JointLoss`.

    Attributes:
        labels: The task of the classifier; None without labels.

    Raises:
        ValueError: for another network, parts that are none or are not there or weigh nothing, frozen layers, or labels
            without a loss that fits them. Before the first step also for a part whose maps, or latent means, come from
            layers that have learned nothing and are not trained either, and for a classifier without any labeled row.
    """

    error = "joint_loss"
    losses = (JointLoss,)
    learns_targets = False
    learns_unlabeled = True
    loss: JointLoss

    def __init__(
        self,
        targets: Sequence[str],
        train_parts: Sequence[str],
        stop_gradient: bool = True,
        classes: Sequence[str] | Mapping[str, Any] | None = None,
        ordered: bool = False,
        width_column: str | None = None,
        standardize: bool = False,
        **facts: Any,
    ) -> None:
        network, loss = facts["model"], facts["loss"]
        if not isinstance(network, RepresentationNetwork):
            raise ValueError(
                f"{type(network).__name__} has no decoder; task=representation needs model=representation, whose "
                "model.backbone may be another"
            )
        check_parts(train_parts, targets, loss)
        check_unfrozen(network)
        labels: dict[str, Any] = {"targets": targets, "standardize": standardize}
        if classes is not None:
            labels = {"targets": targets, "classes": classes, "ordered": ordered, "width_column": width_column}
        super().__init__(targets=[], **facts)
        self.train_parts = [part for part in PARTS if part in train_parts]
        self.stop_gradient = stop_gradient
        self.model.learn(self.train_parts)
        self.labels: Classification | Regression | None = labels_task(labels, facts, self.model.classifier)
        self.targets = self.labels.targets if self.labels else []
        self.train_error = MeanMetric(nan_strategy="disable")  # to look for NaN is to wait for the device
        self.val_losses = nn.ModuleDict({part: _mean() for part in self.train_parts})
        self.val_error, self.val_kl = _mean(), _mean()
        self.train()

    @property
    def model(self) -> RepresentationNetwork:
        """The network within its normalization."""
        return cast("RepresentationNetwork", self.network.model)

    @classmethod
    def num_outputs(cls, settings: Mapping[str, Any], loss: nn.Module) -> int:
        """Return the number of outputs of the classifier; 0 without labels."""
        kind = labels_kind(settings)
        return kind.num_outputs(settings, cast("nn.Module", cast("JointLoss", loss).labels)) if kind else 0

    def learn_targets(self, truth: Float[np.ndarray, "galaxy target"]) -> None:
        """Start the classifier at the labels that there are, and the decoder at the mean of each band."""
        check_start(self.model, self.train_parts)
        is_new = FCAE in self.train_parts and FCAE not in self.model.learned
        if is_new and self.normalize == "train":
            mean = self.network.normalize.mean.flatten().clamp(_DARKEST, 1 - _DARKEST)
            with torch.no_grad():
                cast("Tensor", self.model.decoder.to_image.bias).copy_(mean.logit())
        if self.labels and CLASSIFIER in self.train_parts:
            known = np.isfinite(truth).all(axis=1)
            if not known.any():
                raise ValueError(
                    f"none of {len(truth)} training rows has a finite {', '.join(self.targets)}, and task.train_parts "
                    "has classifier; take it out, or name a column with labels in task.targets"
                )
            self.labels.learn_targets(truth[known])
        elif isinstance(self.labels, Regression):
            self.labels.take_unit()
        self.model.mark_learned(self.train_parts)

    @property
    def learned(self) -> tuple[str, ...]:
        """Parts that have learned, here or before; of a classifier only where its labels are asked for."""
        return tuple(part for part in self.model.learned if part != CLASSIFIER or self.labels)

    @property
    def predicted_labels(self) -> Classification | Regression | None:
        """The task of the classifier; None where there are no labels, or it has never learned."""
        return self.labels if CLASSIFIER in self.learned else None

    @property
    def parts(self) -> tuple[str, ...]:
        """Parts that say something of an image: those that are trained, in evaluation all that have learned."""
        return tuple(self.train_parts) if self.training else self.learned

    def outputs(self, images: Float[Tensor, "batch band side side"]) -> Float[Tensor, "batch output"]:
        """Return the columns that :func:`galexp.task.columns.widths` lists for :attr:`parts`, in float32.

        In training the latent point is drawn, in evaluation it is the mean.
        """
        images = images.contiguous(memory_format=torch.channels_last)
        seen = images.mean(1, keepdim=True) if self.network.monochrome else images
        model, parts = self.model, self.parts
        features = model.forward_features(self.network.normalize(seen))
        inside = features.detach() if self.stop_gradient else features
        found: dict[str, Tensor] = {}
        if FCAE in parts:
            drawn = model.draw(features)
            error = mean_squared_error(drawn, seen)
            unlike = dissimilarity(drawn, seen) if self.loss.dissimilarity else torch.zeros_like(error)
            found |= {"image": error, "dissimilarity": unlike}
        if VAE in parts:
            found |= self._described(inside, seen)
        if CLASSIFIER in parts:
            found["labels"] = model.forward_head(inside if model.head == "latent" else features)
        return joined(found)

    def _described(self, features: Tensor, seen: Tensor) -> dict[str, Tensor]:
        gaussian = self.model.describe(features)
        again = self.model.vae.decode(gaussian.draw() if self.training else gaussian.mean)
        found = {"map": squared_error(again, features), "divergence": kl_divergence(*gaussian)}
        if FCAE in self.parts:
            is_wanted = not self.training  # It is in no loss, and a decoder is dear.
            error = mean_squared_error(self.model.draw(again), seen) if is_wanted else torch.zeros_like(found["map"])
            found["latent_image"] = error
        return {**found, "mean": gaussian.mean}

    def features(self, images: Float[Tensor, "batch band side side"]) -> Float[Tensor, "batch feature"]:
        """Return the latent means of images in [0, 1] where a VAE was trained, else the pooled map, in float32."""
        features = self.network.forward_features(images.contiguous(memory_format=torch.channels_last))
        found = self.model.describe(features).mean if VAE in self.learned else features.mean((2, 3))
        return found.float()

    @torch.no_grad()
    def decode(self, latent: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch band side side"]:
        """Draw the image in [0, 1] of each point of the latent space; of a monochrome network it has one band.

        Raises:
            ValueError: where no autoencoder, or no VAE, was trained.
        """
        lacking = [part for part in (FCAE, VAE) if part not in self.learned]
        if lacking:
            raise ValueError(
                f"no image can be drawn from latent points: {' and '.join(lacking)} never learned; train a run with "
                f"task.train_parts=[{FCAE},{VAE}]"
            )
        return self.model.decode(latent)

    @torch.no_grad()
    def reconstruct(self, images: Float[Tensor, "batch band side side"]) -> dict[str, Tensor]:
        """Draw images in [0, 1] again: from their ``map``, and from their ``latent`` means where a VAE was trained."""
        found = {"map": self.model.draw(self.network.forward_features(images))} if FCAE in self.learned else {}
        return found | ({"latent": self.decode(self.features(images))} if found and VAE in self.learned else {})

    def read(self, outputs: Float[Tensor, "batch output"]) -> Float[Tensor, "batch column"]:
        """Return errors of the image, latent means, and what the labels' task reads."""
        found = self._apart(outputs)
        pieces: dict[str, Tensor] = {name: found[name].sqrt() for name in ("image", "latent_image") if name in found}
        pieces |= {"mean": found["mean"]} if "mean" in found else {}
        pieces |= {"labels": self.labels.read(found["labels"])} if self.labels and "labels" in found else {}
        return joined(pieces)

    def _apart(self, outputs: Tensor) -> dict[str, Tensor]:
        return taken_apart(outputs, widths(self.parts, self.model.latent_dim, self.model.num_classes))

    def objective(
        self, outputs: Float[Tensor, "batch output"], truth: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the joint loss of a training batch."""
        values, rows = self._losses(outputs, truth, self.current_epoch)
        return self.loss(values, rows)

    def _losses(self, outputs: Tensor, truth: Tensor, epoch: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the loss of each part that is trained, and of how many rows it is the mean."""
        found, count = self._apart(outputs), torch.tensor(len(outputs), device=outputs.device)
        values: dict[str, Tensor] = {}
        if FCAE in self.train_parts:
            values[FCAE] = (found["image"] + self.loss.dissimilarity * found["dissimilarity"]).mean()
        if VAE in self.train_parts:
            values[VAE] = self.loss.elbo(found["map"], found["divergence"], epoch)
        rows = dict.fromkeys(values, count)
        if CLASSIFIER in self.train_parts and self.labels:
            known = truth.isfinite().all(1)
            rows[CLASSIFIER] = known.sum()
            labels = found["labels"]
            values[CLASSIFIER] = self.labels.objective(labels[known], truth[known]) if known.any() else 0 * labels.sum()
        return values, rows

    def update_train_error(self, outputs: Tensor, truth: Tensor) -> None:
        """Add the joint loss of a batch, with the KL divergence in its whole weight."""
        values, rows = self._losses(outputs, truth, self.loss.elbo.warm_up)
        self.train_error.update(self.loss.weigh(_where_there_are(values, rows)), len(outputs))

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Add the losses of the validation rows."""
        outputs = self.outputs(center_crop_to_float(batch.images, self.image_size))
        values, rows = self._losses(outputs, batch.targets, self.loss.elbo.warm_up)
        for part, value in values.items():
            cast("MeanMetric", self.val_losses[part]).update(value, rows[part])
        found = self._apart(outputs)
        for name, metric in {"image": self.val_error, "divergence": self.val_kl}.items():
            if name in found:
                metric.update(found[name])

    def on_validation_epoch_end(self) -> None:
        """Log the joint loss of all validation rows, with the KL divergence in its whole weight, and what it is of."""
        losses = {part: cast("MeanMetric", metric).compute() for part, metric in self.val_losses.items()}
        self.log("val/joint_loss", self.loss.weigh(losses))
        self.log_dict({f"val/{part}_loss": value for part, value in losses.items()})
        if FCAE in self.learned:
            self.log("val/rmse", self.val_error.compute().sqrt())
        if VAE in self.learned:
            self.log("val/kl", self.val_kl.compute())
        for metric in (*self.val_losses.values(), self.val_error, self.val_kl):
            cast("MeanMetric", metric).reset()

    def named(self, values: Float[np.ndarray, "galaxy column"]) -> Named:
        """Return the errors of the image, the latent means ``latent_00``, ``latent_01``, ..., and the predictions."""
        parts, latent_dim = self.learned, self.model.latent_dim
        kinds = [("reconstruction", "rmse")] if FCAE in parts else []
        kinds += [("reconstruction", "latent_rmse")] if {FCAE, VAE} <= set(parts) else []
        kinds += [("latent", f"{number:02d}") for number in range(latent_dim)] if VAE in parts else []
        found: Named = {kind: values[:, number] for number, kind in enumerate(kinds)}
        labels = self.predicted_labels
        return found | (labels.named(values[:, len(kinds) :]) if labels else {})


def _mean() -> MeanMetric:
    return MeanMetric(nan_strategy="ignore")


def _where_there_are(values: Mapping[str, Tensor], rows: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return NaN for the mean over no rows."""
    return {part: torch.where(rows[part] > 0, value, torch.nan) for part, value in values.items()}
