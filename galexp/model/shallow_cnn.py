"""The shallow network whose last feature map is still fine enough to show where in a galaxy it looks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from torch import nn

from galexp.model.concat_head import ConcatNetwork

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

Order = Literal["conv-bn-relu", "conv-relu-bn"]
ORDERS = ("conv-bn-relu", "conv-relu-bn")


class ConvBlocks(nn.Module):
    """Blocks of a 3x3 convolution, batch normalization, ReLU and max-pooling, each of which halves the image.

    Args:
        in_chans: Bands of the image.
        widths: Channels after each block.
        order: `conv-bn-relu`, or `conv-relu-bn`; pooling follows. The convolution has a bias where the normalization
            does not come next and take it away.

    Attributes:
        num_features: Channels of the last feature map.

    Raises:
        ValueError: If `order` is unknown or `widths` is empty.
    """

    def __init__(self, in_chans: int, widths: Sequence[int], order: Order = "conv-bn-relu") -> None:
        super().__init__()
        if order not in ORDERS:
            raise ValueError(f"order is {order!r}; expected {' or '.join(ORDERS)}")
        if not widths:
            raise ValueError("widths is empty; give the channels after each block, such as [32, 64, 128]")
        self.in_chans, self.num_features = in_chans, widths[-1]
        self.blocks = nn.Sequential(*(_block(before, after, order) for before, after in pairwise([in_chans, *widths])))

    def forward_features(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch feature map_height map_width"]:
        """Return the last feature map."""
        return self.blocks(x)


def _block(in_channels: int, out_channels: int, order: Order) -> nn.Sequential:
    conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=order == "conv-relu-bn")
    norm, relu = nn.BatchNorm2d(out_channels), nn.ReLU(inplace=order == "conv-bn-relu")
    layers = [norm, relu] if order == "conv-bn-relu" else [relu, norm]
    return nn.Sequential(conv, *layers, nn.MaxPool2d(2))


def shallow_cnn(
    num_classes: int = 1,
    in_chans: int = 3,
    widths: Sequence[int] = (32, 64, 128),
    order: Order = "conv-bn-relu",
    hidden: int = 512,
    dropout: Sequence[float] = (0.25, 0.5),
) -> ConcatNetwork:
    """Make the network of a few blocks that Wu (2020) explains by Grad-CAM, with the head of fastai.

    Of 224 px three blocks leave a map of 28 x 28 x 128. The article says convolution, ReLU, batch normalization; its
    code has the last two in the other order. Which layers its published maps were drawn from cannot be told from
    either: three blocks with this map, pooled last, are a choice.

    Args:
        num_classes: Outputs.
        in_chans: Bands of the image.
        widths: Channels after each block.
        order: `conv-bn-relu` (the code's) or `conv-relu-bn` (the article's).
        hidden: Width between the linear layers of the head.
        dropout: Probabilities that a feature is dropped before each of them.

    Raises:
        ValueError: If `order` is unknown, `widths` is empty, or `dropout` has not two numbers.

    Example:
        >>> import torch
        >>> tuple(shallow_cnn().forward_features(torch.zeros(1, 3, 224, 224)).shape)
        (1, 128, 28, 28)

    References:
        Wu 2020 (arXiv:2001.00018), section 6.
    """
    return ConcatNetwork(ConvBlocks(in_chans, widths, order), num_classes, hidden, dropout)
