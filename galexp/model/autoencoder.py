"""The two halves of a fully convolutional autoencoder: from an image to a small map, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from galexp.model.backbone import timm_body

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

WIDTHS = (32, 64, 128, 256, 256)
SIMPLE = "simple"


class Encoder(nn.Module):
    """Bring an image to a map of a few channels: a body that halves it again and again, and a 1x1 convolution.

    A block of the simple body is a 3x3 convolution of stride 2, batch normalization and SiLU; any convolutional network
    of timm may take its place. Nothing is flattened, so that an image of any size goes through whose sides can be
    halved so often: five times need sides divisible by 32. Each channel of the map is standardized over the batch, as
    batch normalization without factors does it: a map has no unit of its own, and an error on it is then one in units
    of its spread, which no encoder can shrink. The authors of DeepGalaxy publish no layers of theirs; these are ours.

    Args:
        in_chans: Bands of the image.
        channels: Of the map.
        widths: Channels after each block of the simple body.
        backbone: ``simple``, or the name of a network in timm, such as `resnet18` or `efficientnet_b0`, of which all up
            to its last map is taken.
        pretrained: Whether a network of timm starts from published weights.

    Attributes:
        stride: Pixels of the image along a side of one cell of the map, 2^halvings.

    Raises:
        ValueError: If `widths` is empty, published weights are asked of the simple body, or as
            :func:`galexp.model.backbone.timm_backbone` does; or, when called, for an image with a side that `stride`
            does not divide, or a network of timm that gives no map.

    Example:
        >>> Encoder(3, 16)(torch.zeros(2, 3, 64, 96)).shape
        torch.Size([2, 16, 2, 3])

    References:
        Cai et al. 2020 (arXiv:2010.11630), for an autoencoder with a map in the middle.
    """

    def __init__(
        self,
        in_chans: int,
        channels: int,
        widths: Sequence[int] = WIDTHS,
        backbone: str = SIMPLE,
        pretrained: bool = False,
    ) -> None:
        super().__init__()
        if not widths:
            raise ValueError(f"widths is empty; give the channels after each block, such as {list(WIDTHS)}")
        if backbone == SIMPLE:
            if pretrained:
                raise ValueError("model.pretrained is true and backbone=simple has no published weights; set it false")
            self.blocks: nn.Module = nn.Sequential(
                *(_block(before, after, stride=2) for before, after in pairwise([in_chans, *widths]))
            )
            self.stride, features = 2 ** len(widths), widths[-1]
        else:
            self.blocks = timm_body(backbone, in_chans=in_chans, pretrained=pretrained)
            self.stride, features = _reduction(self.blocks), int(cast("Any", self.blocks).num_features)
        self.backbone = backbone
        self.to_map = nn.Conv2d(features, channels, 1)
        self.standardize = nn.BatchNorm2d(channels, affine=False)

    @property
    def has_learned(self) -> bool:
        """Whether it ever saw a batch in training."""
        return bool(cast("Tensor", self.standardize.num_batches_tracked) > 0)

    def forward(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch channel map_height map_width"]:
        """Return the map."""
        if any(side % self.stride for side in x.shape[-2:]):
            sides = " x ".join(str(side) for side in x.shape[-2:])
            raise ValueError(
                f"the image has {sides} px; expected sides divisible by {self.stride}, for "
                f"{round(math.log2(self.stride))} halvings; set datamodule.image_size to a multiple of {self.stride}"
            )
        features = self.blocks(x) if self.backbone == SIMPLE else cast("Any", self.blocks).forward_features(x)
        if features.ndim != 4 or features.shape[-1] * self.stride != x.shape[-1]:
            raise ValueError(
                f"{self.backbone} makes features of shape {list(features.shape[1:])} of an image; expected a map, so "
                "set model.backbone to a convolutional network such as resnet18 or efficientnet_b0"
            )
        return self.standardize(self.to_map(features))


class Decoder(nn.Module):
    """Bring a map back to an image in [0, 1]: what the simple body of :class:`Encoder` does, mirrored.

    A block doubles the map by repeating cells, then come a 3x3 convolution, batch normalization and SiLU; a last
    convolution and a sigmoid give the bands. Repeating before the convolution leaves no checkerboard, as a transposed
    convolution does.

    Args:
        channels: Of the map.
        out_chans: Bands of the image.
        widths: Those of the encoder, from the image on.

    Raises:
        ValueError: If `widths` is empty.

    Example:
        >>> image = Decoder(16, 3)(torch.zeros(2, 16, 2, 3))
        >>> image.shape, bool(((image >= 0) & (image <= 1)).all())
        (torch.Size([2, 3, 64, 96]), True)

    References:
        Odena et al. 2016, Distill, doi:10.23915/distill.00003, for the checkerboard.
    """

    def __init__(self, channels: int, out_chans: int, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        if not widths:
            raise ValueError(f"widths is empty; give those of the encoder, such as {list(WIDTHS)}")
        pairs = pairwise([channels, *reversed(widths)])
        self.blocks = nn.Sequential(
            *(nn.Sequential(nn.Upsample(scale_factor=2), *_block(before, after)) for before, after in pairs)
        )
        self.to_image = nn.Conv2d(widths[0], out_chans, 3, padding=1)

    def forward(
        self, x: Float[Tensor, "batch channel map_height map_width"]
    ) -> Float[Tensor, "batch band height width"]:
        """Return the image, in float32 at least: bfloat16 has steps of 1/256 below 1, as wide as those of 8 bits."""
        logits = self.to_image(self.blocks(x))
        return logits.to(torch.promote_types(logits.dtype, torch.float32)).sigmoid()


def _block(before: int, after: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after), nn.SiLU(inplace=True))


def _reduction(body: nn.Module) -> int:
    """Return by what a network of timm divides the side of an image."""
    return int(cast("Any", body).feature_info[-1]["reduction"])
