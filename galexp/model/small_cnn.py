"""A small convolutional network, for demonstrations and tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class SmallCNN(nn.Module):
    """Blocks of convolution, normalization, ReLU and max-pooling, then a global average and a linear layer.

    Every block halves the image and doubles the channels, so that `depth` blocks need at least 2^depth pixels.

    Args:
        in_chans: Bands of the image.
        num_classes: Outputs; 0 leaves out the classifier.
        width: Channels after the first block.
        depth: Number of blocks.
        norm: Batch normalization, or group normalization, under which no image depends on its batch.
        dropout: Probability that a feature is dropped before the linear layer.

    Attributes:
        num_features: Channels of the last feature map.

    Raises:
        ValueError: If `norm` is unknown.
    """

    def __init__(
        self,
        in_chans: int = 3,
        num_classes: int = 1,
        width: int = 24,
        depth: int = 4,
        norm: Literal["batch", "group"] = "batch",
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if norm not in ("batch", "group"):
            raise ValueError(f"norm is {norm!r}; expected 'batch' or 'group'")
        widths = [in_chans, *(width * 2**block for block in range(depth))]
        self.in_chans, self.num_classes, self.num_features = in_chans, num_classes, widths[-1]
        self.blocks = nn.Sequential(*(_block(widths[i], widths[i + 1], norm) for i in range(depth)))
        self.dropout = nn.Dropout(dropout)
        self.reset_classifier(num_classes)

    def forward_features(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch feature map_height map_width"]:
        """Return the last feature map."""
        return self.blocks(x)

    def forward_head(
        self, x: Float[Tensor, "batch feature map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Pool a feature map and predict from it; with `pre_logits` return what the classifier would see."""
        pooled = self.dropout(x.mean((2, 3)))
        return pooled if pre_logits else self.fc(pooled)

    def forward(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch output"]:
        """Predict from images."""
        return self.forward_head(self.forward_features(x))

    def get_classifier(self) -> nn.Module:
        """Return the last layer."""
        return self.fc

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer."""
        self.num_classes = num_classes
        self.fc: nn.Module = nn.Linear(self.num_features, num_classes) if num_classes else nn.Identity()


def _block(in_channels: int, out_channels: int, norm: Literal["batch", "group"]) -> nn.Sequential:
    groups = math.gcd(8, out_channels)
    layer = nn.BatchNorm2d(out_channels) if norm == "batch" else nn.GroupNorm(groups, out_channels)
    conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
    return nn.Sequential(conv, layer, nn.ReLU(inplace=True), nn.MaxPool2d(2))
