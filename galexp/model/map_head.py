"""From a map to predictions, as a network of its own whose images are maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

HEADS = ("pooled", "flat", "latent")


class MapHead(nn.Module):
    """Predict from a map: pool or flatten it, then a hidden layer, ReLU, dropout and a linear layer.

    Of latent means, which come as a map of a single cell, it is the linear layer alone.

    Beside weight and bias the linear layer has a buffer ``unit``, mean and spread of the training targets that a
    regression standardized (0 and 1 where it did not): what its outputs are in goes with its weights.

    Args:
        channels: Of the map; of latent means their number.
        num_classes: Outputs; 0 leaves out the last layer.
        side: Of a square map that is flattened [cell].
        kind: ``pooled`` for the mean of each channel, ``flat`` for all cells, ``latent`` for latent means.
        hidden: Width of the hidden layer.
        dropout: Probability that a number of it is dropped.

    Attributes:
        in_chans: Channels of the map.
        head_hidden_size: Inputs of the last layer.

    Raises:
        ValueError: If `kind` is unknown.

    Example:
        >>> import torch
        >>> head = MapHead(4, 2).eval()
        >>> maps = torch.randn(3, 4, 5, 5)
        >>> torch.allclose(head(maps), head(maps.mean((2, 3), keepdim=True)), atol=1e-6)
        True
    """

    def __init__(
        self,
        channels: int,
        num_classes: int,
        side: int = 1,
        kind: str = "pooled",
        hidden: int = 256,
        dropout: float = 0.4,
    ) -> None:
        super().__init__()
        if kind not in HEADS:
            raise ValueError(f"model.head is {kind!r}; choose {', '.join(HEADS)}")
        self.in_chans, self.kind = channels, kind
        self.head_hidden_size = channels if kind == "latent" else hidden
        self.hidden: nn.Module = nn.Identity()
        if kind != "latent":
            seen = channels * side**2 if kind == "flat" else channels
            self.hidden = nn.Sequential(nn.Linear(seen, hidden), nn.ReLU(inplace=True), nn.Dropout(dropout))
        self.reset_classifier(num_classes)

    @property
    def num_features(self) -> int:
        """Channels of the map that it sees."""
        return self.in_chans

    def forward_features(
        self, x: Float[Tensor, "batch channel map_height map_width"]
    ) -> Float[Tensor, "batch channel map_height map_width"]:
        """Return the map as it is."""
        return x

    def forward_head(
        self, x: Float[Tensor, "batch channel map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Predict from a map; with `pre_logits` return what the last layer would see."""
        hidden = self.hidden(x.mean((2, 3)) if self.kind == "pooled" else x.flatten(1))
        return hidden if pre_logits else self.fc(hidden)

    def forward(self, x: Float[Tensor, "batch channel map_height map_width"]) -> Float[Tensor, "batch output"]:
        """Predict from maps."""
        return self.forward_head(x)

    def get_classifier(self) -> nn.Module:
        """Return the last layer."""
        return self.fc

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer."""
        self.num_classes = num_classes
        self.fc: nn.Module = nn.Linear(self.head_hidden_size, num_classes) if num_classes else nn.Identity()
        if num_classes:
            self.fc.register_buffer("unit", torch.stack([torch.zeros(num_classes), torch.ones(num_classes)]))
