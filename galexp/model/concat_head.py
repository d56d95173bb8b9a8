"""The head of fastai 0.7, which follows any body: maximum and average pooled side by side, then two linear layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from galexp.model.backbone import timm_body

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class ConcatHead(nn.Module):
    """Predict from the maximum and the average of each channel.

    [max, avg] -> batch norm -> dropout -> linear -> ReLU -> batch norm -> dropout -> linear. Both linear layers start
    from kaiming_normal (fan-in, gain of ReLU) and a bias of 0. After 512 channels and with one output it has 528,385
    parameters.

    Args:
        num_features: Channels of the feature map.
        num_classes: Outputs; 0 leaves out the last layer.
        hidden: Width between the linear layers.
        dropout: Probabilities that a feature is dropped before each linear layer.

    Attributes:
        fc: The last layer.

    Raises:
        ValueError: If `dropout` has not two numbers.

    Example:
        >>> sum(parameter.numel() for parameter in ConcatHead(512, 1).parameters())
        528385
    """

    def __init__(
        self, num_features: int, num_classes: int, hidden: int = 512, dropout: Sequence[float] = (0.25, 0.5)
    ) -> None:
        super().__init__()
        if len(dropout) != 2:
            raise ValueError(f"dropout is {list(dropout)}; expected two probabilities, one before each linear layer")
        self.num_features, self.hidden_size = num_features, hidden
        self.hidden = nn.Sequential(
            nn.BatchNorm1d(2 * num_features),
            nn.Dropout(dropout[0]),
            _kaiming(nn.Linear(2 * num_features, hidden)),
            nn.ReLU(inplace=True),
            nn.BatchNorm1d(hidden),
            nn.Dropout(dropout[1]),
        )
        self.reset(num_classes)

    def forward(
        self, x: Float[Tensor, "batch feature map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Pool a feature map and predict from it; with `pre_logits` return what the last layer would see.

        Raises:
            ValueError: If the body gives no map of its features.
        """
        if x.ndim != 4 or x.shape[1] != self.num_features:
            raise ValueError(
                f"the features have shape {list(x.shape)}; expected [batch, {self.num_features}, height, width], so "
                "choose a convolutional body"
            )
        hidden = self.hidden(torch.cat([x.amax((2, 3)), x.mean((2, 3))], dim=1))
        return hidden if pre_logits else self.fc(hidden)

    def reset(self, num_classes: int) -> None:
        """Replace the last layer."""
        self.fc: nn.Module = _kaiming(nn.Linear(self.hidden_size, num_classes)) if num_classes else nn.Identity()


class ConcatNetwork(nn.Module):
    """Put the head of fastai 0.7 on a body.

    Args:
        body: With `in_chans`, `num_features` and `forward_features`, which gives a feature map.
        num_classes: Outputs; 0 leaves out the last layer.
        hidden: Width between the linear layers of the head.
        dropout: Probabilities that a feature is dropped before each of them.

    Attributes:
        num_features: Channels of the last feature map.
        head_hidden_size: Inputs of the last layer.

    Raises:
        ValueError: If `dropout` has not two numbers.
    """

    def __init__(
        self, body: nn.Module, num_classes: int = 1, hidden: int = 512, dropout: Sequence[float] = (0.25, 0.5)
    ) -> None:
        super().__init__()
        self.body = cast("Any", body)
        self.in_chans, self.num_features = self.body.in_chans, self.body.num_features
        self.num_classes, self.head_hidden_size = num_classes, hidden
        self.head = ConcatHead(self.num_features, num_classes, hidden, dropout)

    def forward_features(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch feature map_height map_width"]:
        """Return the last feature map."""
        return self.body.forward_features(x)

    def forward_head(
        self, x: Float[Tensor, "batch feature map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Pool a feature map and predict from it; with `pre_logits` return what the classifier would see."""
        return self.head(x, pre_logits)

    def forward(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch output"]:
        """Predict from images."""
        return self.forward_head(self.forward_features(x))

    def get_classifier(self) -> nn.Module:
        """Return the last layer."""
        return self.head.fc

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer."""
        self.num_classes = num_classes
        self.head.reset(num_classes)


def timm_concat(
    name: str,
    num_classes: int = 1,
    in_chans: int = 3,
    hidden: int = 512,
    dropout: Sequence[float] = (0.25, 0.5),
    pretrained: bool = False,
    body_weights: str | None = None,
    **kwargs: Any,
) -> ConcatNetwork:
    """Put the head of fastai 0.7 on a convolutional backbone of timm.

    Wu & Boada (2019) read metallicities off images with `resnet34`, started from ImageNet: a body of 21,284,672
    parameters and a head of 528,385.

    Args:
        name: Name in timm.
        num_classes: Outputs.
        in_chans: Bands of the image.
        hidden: Width between the linear layers of the head.
        dropout: Probabilities that a feature is dropped before each of them.
        pretrained: Whether the body starts from published weights.
        body_weights: File with weights of the body in timm's format, in place of the published ones.
        **kwargs: What else the backbone takes.

    Raises:
        ValueError: As :func:`galexp.model.backbone.timm_backbone`, or if `dropout` has not two numbers.
        FileNotFoundError: If `body_weights` is not a file.
        ConnectionError: If the published weights are nowhere to be had.

    References:
        Wu & Boada 2019 (arXiv:1810.12913), section 3.
    """
    body = timm_body(name, in_chans, pretrained, body_weights, **kwargs)
    return ConcatNetwork(body, num_classes, hidden, dropout)


def _kaiming(linear: nn.Linear) -> nn.Linear:
    nn.init.kaiming_normal_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear
