"""Self-attention over the pixels of a feature map, without queries and keys of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class SelfAttention(nn.Module):
    """Add a feature map's own covariance, applied to a projection of it.

    y = x + gamma (x x^T) W x, with x [channel, pixel], W of spectral norm 1, and gamma starting at 0, so that the
    layer starts as the identity. The product costs channel^2 * pixel, not pixel^2 * channel.

    Args:
        channels: Channels of the feature map.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.projection = spectral_norm(nn.Linear(channels, channels, bias=False))
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch channel height width"]:
        """Mix every pixel with all the others."""
        pixels = x.flatten(2)
        projected = torch.einsum("oc,bcn->bon", self.projection.weight, pixels)
        return x + self.gamma * (pixels @ pixels.transpose(1, 2) @ projected).view_as(x)
