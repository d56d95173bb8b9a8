"""A plain convolutional network for Galaxy Zoo votes, such as a student of the Berkeley lab would build first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import nn

from galexp.model.shallow_cnn import ConvBlocks

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class LabCNN(nn.Module):
    """Blocks of convolution, batch normalization, ReLU and max-pooling, then two linear layers on the whole map.

    The lab asks for a network of one's own with an error of at most 0.11 over 37 vote fractions; this one is ours.
    Votes depend on where things are, such as a companion beside the galaxy, so that the map is flattened, not averaged;
    it is brought to `grid` x `grid` cells before, which changes nothing at 64 to 79 px and lets any other size in.

    Args:
        in_chans: Bands of the image.
        num_classes: Outputs; 0 leaves out the last layer.
        widths: Channels after each block.
        grid: Cells of the map along each side that the first linear layer sees.
        hidden: Width between the linear layers.
        dropout: Probability that a feature is dropped before the last layer.

    Attributes:
        num_features: Channels of the last feature map.
        head_hidden_size: Inputs of the last layer.

    Raises:
        ValueError: If `widths` is empty.

    Example:
        >>> blocks = 9 * (3 * 32 + 32 * 64 + 64 * 128 + 128 * 256) + 2 * (32 + 64 + 128 + 256)
        >>> linear = (256 * 4**2 + 1) * 512 + (512 + 1) * 37
        >>> sum(parameter.numel() for parameter in LabCNN(num_classes=37).parameters()) == blocks + linear
        True
    """

    def __init__(
        self,
        in_chans: int = 3,
        num_classes: int = 1,
        widths: Sequence[int] = (32, 64, 128, 256),
        grid: int = 4,
        hidden: int = 512,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.body = ConvBlocks(in_chans, widths)
        self.in_chans, self.num_features, self.head_hidden_size = in_chans, self.body.num_features, hidden
        layers = [nn.AdaptiveAvgPool2d(grid), nn.Flatten(), nn.Linear(self.num_features * grid**2, hidden)]
        self.head: Any = nn.Module()
        self.head.hidden = nn.Sequential(*layers, nn.ReLU(inplace=True), nn.Dropout(dropout))
        self.reset_classifier(num_classes)

    def forward_features(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch feature map_height map_width"]:
        """Return the last feature map, a 16th of the image in each direction after four blocks."""
        return self.body.forward_features(x)

    def forward_head(
        self, x: Float[Tensor, "batch feature map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Flatten a feature map and predict from it; with `pre_logits` return what the classifier would see."""
        hidden = self.head.hidden(x)
        return hidden if pre_logits else self.head.fc(hidden)

    def forward(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch output"]:
        """Predict from images."""
        return self.forward_head(self.forward_features(x))

    def get_classifier(self) -> nn.Module:
        """Return the last layer."""
        return self.head.fc

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer."""
        self.num_classes = num_classes
        self.head.fc = nn.Linear(self.head_hidden_size, num_classes) if num_classes else nn.Identity()
