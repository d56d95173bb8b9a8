"""A variational autoencoder of maps: a few numbers for each, and a map from any such numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Gaussian(NamedTuple):
    """A diagonal Gaussian in the latent space."""

    mean: Float[Tensor, "batch latent"]
    log_variance: Float[Tensor, "batch latent"]

    def draw(self) -> Float[Tensor, "batch latent"]:
        """Return a point of each, mu + sigma epsilon, through which gradients go."""
        return self.mean + (self.log_variance / 2).exp() * torch.randn_like(self.mean)


class MapVAE(nn.Module):
    """Describe a map by a Gaussian over a few numbers, from which it can be drawn again.

    The map is flattened and goes through a hidden layer to mu and log sigma^2 of q(z | map) = N(mu, sigma^2); two
    layers mirror these, from z back to the map.

    Args:
        channels: Of the map.
        side: Of the square map [cell]; flattened, it has a fixed size.
        latent_dim: Numbers that describe a map, 16 or 32 in DeepGalaxy.
        hidden: Width between the flattened map and the latent space, on either way.

    Raises:
        ValueError: When called, for a map of another size.

    Example:
        >>> vae = MapVAE(channels=4, side=2, latent_dim=3)
        >>> vae.encode(torch.zeros(5, 4, 2, 2)).mean.shape, vae.decode(torch.zeros(5, 3)).shape
        (torch.Size([5, 3]), torch.Size([5, 4, 2, 2]))

    References:
        Kingma & Welling 2014 (arXiv:1312.6114).
    """

    def __init__(self, channels: int, side: int, latent_dim: int = 32, hidden: int = 512) -> None:
        super().__init__()
        self.side, cells = side, channels * side**2
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(cells, hidden), nn.ReLU(inplace=True))
        self.to_mean = nn.Linear(hidden, latent_dim)
        self.to_log_variance = nn.Linear(hidden, latent_dim)
        self.to_map = nn.Sequential(
            nn.Linear(latent_dim, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, cells),
            nn.Unflatten(1, (channels, side, side)),
        )

    def encode(self, x: Float[Tensor, "batch channel side side"]) -> Gaussian:
        """Return the Gaussian of each map."""
        if x.shape[-2:] != (self.side, self.side):
            raise ValueError(
                f"a map of {x.shape[-2]} x {x.shape[-1]} cells came to a VAE that was made for {self.side} x "
                f"{self.side} and flattens it; give images of the size that model.image_size says"
            )
        hidden = self.hidden(x)
        return Gaussian(self.to_mean(hidden), self.to_log_variance(hidden))

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch channel side side"]:
        """Return the map of each point of the latent space."""
        return self.to_map(z)
