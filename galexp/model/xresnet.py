"""The XResNet family: residual networks with a three-layer stem, zero-initialized branches and Mish."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import torch
from torch import nn

from galexp.model.self_attention import SelfAttention

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

ACTIVATIONS: dict[str, type[nn.Module]] = {"mish": nn.Mish, "relu": nn.ReLU, "swish": nn.SiLU, "gelu": nn.GELU}
WIDTHS = (64, 128, 256, 512)


def conv_norm(
    in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1, act: type[nn.Module] | None = None
) -> nn.Sequential:
    """Build a convolution without bias, batch normalization and, if asked for, an activation."""
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding=kernel_size // 2, bias=False)
    layers: list[nn.Module] = [conv, nn.BatchNorm2d(out_channels)]
    return nn.Sequential(*layers, act()) if act else nn.Sequential(*layers)


class ResidualBlock(nn.Module):
    """Basic block (expansion 1) or bottleneck (expansion 4) whose branch starts at zero: act(branch(x) + shortcut(x)).

    The stride sits on the 3x3 convolution; the shortcut averages before it projects, so that no pixel is dropped.

    Args:
        in_channels: Channels that come in.
        width: Channels of the 3x3 convolutions.
        expansion: Output channels in units of `width`; above 1 the block is a bottleneck.
        stride: Factor by which the block shrinks the image.
        act: Activation class.
    """

    def __init__(self, in_channels: int, width: int, expansion: int, stride: int, act: type[nn.Module]) -> None:
        super().__init__()
        out_channels = width * expansion
        if expansion == 1:
            branch, last = [conv_norm(in_channels, width, 3, stride, act)], conv_norm(width, width)
        else:
            branch = [conv_norm(in_channels, width, 1, act=act), conv_norm(width, width, 3, stride, act)]
            last = conv_norm(width, out_channels, 1)
        nn.init.constant_(last.get_parameter("1.weight"), 0)
        shortcut: list[nn.Module] = [nn.AvgPool2d(stride, ceil_mode=True)] if stride > 1 else []
        if in_channels != out_channels:
            shortcut.append(conv_norm(in_channels, out_channels, 1))
        self.branch = nn.Sequential(*branch, last)
        self.shortcut = nn.Sequential(*shortcut)
        self.act = act()

    def forward(
        self, x: Float[Tensor, "batch channel height width"]
    ) -> Float[Tensor, "batch out new_height new_width"]:
        """Add the branch to the shortcut, then activate."""
        return self.act(self.branch(x) + self.shortcut(x))


class XResNet(nn.Module):
    """Residual network after "Bag of Tricks", as used with Mish for H I masses of galaxies.

    Every convolution and the linear layer start from kaiming_normal (fan-in, gain of ReLU), the linear bias from 0; the
    classifier that `reset_classifier` makes keeps PyTorch's uniform start instead, as in the studies that swap the
    head of an existing network. Parameters with one output: 11,223,969 (18 layers), 21,332,129 (34), 23,557,025 (50).

    Args:
        layers: Blocks in each of the four stages.
        expansion: 1 for basic blocks, 4 for bottlenecks.
        in_chans: Bands of the image.
        num_classes: Outputs; 0 leaves out the classifier.
        act: Activation after every normalization but the last of a branch.
        stem: Widths of the three 3x3 convolutions before the first stage; (32, 32, 64) is the more common choice.
        pool: Global average, or the maximum and the average side by side.
        self_attention: Whether self-attention follows the first stage.

    Attributes:
        num_features: Channels of the last feature map.
        head_hidden_size: Inputs of the classifier; twice `num_features` where the maximum is pooled too.

    Raises:
        ValueError: If `act` or `pool` is unknown.

    References:
        He et al. 2019, Bag of tricks for image classification (arXiv:1812.01187); Misra 2019, Mish (arXiv:1908.08681);
        Wu 2020 (arXiv:2001.00018).
    """

    def __init__(
        self,
        layers: Sequence[int],
        expansion: int,
        in_chans: int = 3,
        num_classes: int = 1,
        act: Literal["mish", "relu", "swish", "gelu"] = "mish",
        stem: Sequence[int] = (32, 64, 64),
        pool: Literal["avg", "concat"] = "avg",
        self_attention: bool = False,
    ) -> None:
        super().__init__()
        if act not in ACTIVATIONS:
            raise ValueError(f"act is {act!r}; expected one of {sorted(ACTIVATIONS)}")
        if pool not in ("avg", "concat"):
            raise ValueError(f"pool is {pool!r}; expected 'avg' or 'concat'")
        self.in_chans, self.num_classes, self.pool = in_chans, num_classes, pool
        self.num_features = WIDTHS[-1] * expansion
        self.head_hidden_size = self.num_features * (2 if pool == "concat" else 1)
        activation = ACTIVATIONS[act]
        self.stem = _stem([in_chans, *stem], activation)
        stages = _stages(layers, stem[-1], expansion, activation)
        if self_attention:
            stages[0].append(SelfAttention(WIDTHS[0] * expansion))
        self.stages = nn.Sequential(*stages)
        self.fc = self._classifier()
        self.apply(_initialize)

    def forward_features(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch feature map_height map_width"]:
        """Return the last feature map, a 32nd of the image in each direction."""
        return self.stages(self.stem(x))

    def forward_head(
        self, x: Float[Tensor, "batch feature map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Pool a feature map and predict from it; with `pre_logits` return what the classifier would see."""
        pooled = x.mean((2, 3))
        if self.pool == "concat":
            pooled = torch.cat([x.amax((2, 3)), pooled], dim=1)
        return pooled if pre_logits else self.fc(pooled)

    def forward(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch output"]:
        """Predict from images."""
        return self.forward_head(self.forward_features(x))

    def get_classifier(self) -> nn.Module:
        """Return the last layer."""
        return self.fc

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer; the new one starts as PyTorch starts a linear layer."""
        self.num_classes = num_classes
        self.fc = self._classifier()

    def _classifier(self) -> nn.Module:
        return nn.Linear(self.head_hidden_size, self.num_classes) if self.num_classes else nn.Identity()


def _stem(widths: Sequence[int], act: type[nn.Module]) -> nn.Sequential:
    convs = [conv_norm(before, after, 3, 1 if i else 2, act) for i, (before, after) in enumerate(pairwise(widths))]
    return nn.Sequential(*convs, nn.MaxPool2d(3, stride=2, padding=1))


def _stages(layers: Sequence[int], in_channels: int, expansion: int, act: type[nn.Module]) -> list[nn.Sequential]:
    stages = []
    for index, (blocks, width) in enumerate(zip(layers, WIDTHS, strict=True)):
        stage = nn.Sequential()
        for block in range(blocks):
            stride = 2 if block == 0 and index > 0 else 1
            stage.append(ResidualBlock(in_channels, width, expansion, stride, act))
            in_channels = width * expansion
        stages.append(stage)
    return stages


def _initialize(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
