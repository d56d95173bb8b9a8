"""What is explained of a trained task: its outputs by name, as they are before any softmax."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from galexp.model.part import CLASSIFIER, VAE
from galexp.task.base import Task
from galexp.task.classification import Classification
from galexp.task.morphology import Morphology
from galexp.task.regression import Regression
from galexp.task.representation import Representation

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.model.normalize import NormalizedModel

    Read = Callable[[Tensor], Tensor]


def _as_they_are(scores: Tensor) -> Tensor:
    return scores


class Explained(nn.Module):
    """Give the numbers of a network that heat maps are made of, one for each name.

    The network runs in evaluation mode and in float32, whatever it was trained in. Its last feature map goes through
    ``map``, a layer that changes nothing, so that it can be asked for like any other layer.

    Args:
        network: The network within its normalization.
        names: Of its scores.
        scores: From the bare outputs to one number a name, of which gradients are taken.
        head: From the last feature map to the bare outputs; None for the network's own ``forward_head``.
        values: From scores to what they mean: probabilities of classes, fractions of votes, numbers in their unit.
        are_classes: Whether the names are classes that exclude one another.

    Example:
        >>> from galexp.model.normalize import NormalizedModel
        >>> from galexp.model.small_cnn import SmallCNN
        >>> network = NormalizedModel(SmallCNN(width=2, num_classes=2), [0.5] * 3, [1.0] * 3)
        >>> explained = Explained(network, ["poor", "rich"], values=lambda scores: scores.softmax(1), are_classes=True)
        >>> images = torch.full((1, 3, 16, 16), 0.5)
        >>> torch.equal(explained(images), network(images))
        True
    """

    def __init__(
        self,
        network: NormalizedModel,
        names: Sequence[str],
        scores: Read = _as_they_are,
        values: Read = _as_they_are,
        are_classes: bool = False,
        head: Read | None = None,
    ) -> None:
        super().__init__()
        self.network, self.map = network, nn.Identity()
        self.names, self.are_classes = list(names), are_classes
        self._scores, self._values, self._head = scores, values, head
        self.eval()

    def forward(self, images: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch name"]:
        """Return the scores of images in [0, 1]."""
        images = images.contiguous(memory_format=torch.channels_last)
        if not hasattr(self.network.model, "forward_features"):
            return self._scores(self.network(images).float())
        features = self.map(self.network.forward_features(images))
        head = self._head or self.network.forward_head
        return self._scores(head(features).float())

    @torch.no_grad()
    def values(self, images: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch name"]:
        """Return what the scores of images in [0, 1] mean."""
        return self._values(self(images))


def explained(task: Task) -> Explained:
    """Return what is explained of a task.

    Of classes and of votes it is the output before softmax or head: a gradient of a probability near 1 is small
    wherever one looks. Of numbers it is the prediction in the target's unit, a linear function of the raw output. Of a
    representation without a classifier it is each latent mean, or each channel of the map where there is no VAE; of a
    task of one's own each bare output.

    Args:
        task: Trained; it is put into evaluation mode.

    References:
        Selvaraju et al. 2017 (arXiv:1610.02391).
    """
    network = task.network
    task.eval()
    if isinstance(task, Representation):
        return _of_representation(task)
    if isinstance(task, Classification):
        return Explained(network, task.classes, values=task.read, are_classes=True)
    if isinstance(task, Morphology):
        return Explained(network, task.targets, values=task.read)
    if isinstance(task, Regression):
        return Explained(network, task.targets, scores=_predictions(task))
    return Explained(network, [f"output_{number:02d}" for number in range(network.num_classes)])


def _predictions(task: Regression) -> Read:
    """Return what takes the predictions alone of what a regression reads."""
    columns = len(task.likelihood.columns)
    return lambda outputs: task.read(outputs)[:, ::columns]


def _of_representation(task: Representation) -> Explained:
    network, model = task.network, task.model
    if task.labels is not None and CLASSIFIER in model.learned:
        if isinstance(task.labels, Classification):
            return Explained(network, task.labels.classes, values=task.labels.read, are_classes=True)
        return Explained(network, task.labels.targets, scores=_predictions(task.labels))
    if VAE in model.learned:
        names = [f"latent_{number:02d}" for number in range(model.latent_dim)]
        return Explained(network, names, head=lambda features: model.describe(features).mean)
    names = [f"channel_{number:02d}" for number in range(model.num_features)]
    return Explained(network, names, head=lambda features: features.mean((2, 3)))
