"""A variational autoencoder, whose latent means are the features of an image that nobody has labeled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from galexp.model.autoencoder import WIDTHS, Decoder, Encoder

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Reconstructed(NamedTuple):
    """An image as the decoder gives it, in [0, 1], and the Gaussian in the latent space that it was drawn from."""

    image: Float[Tensor, "batch band height width"]
    mean: Float[Tensor, "batch latent"]
    log_variance: Float[Tensor, "batch latent"]


class VAE(nn.Module):
    """Describe an image by a Gaussian over a few numbers, from which it can be drawn again.

    The encoder's map is flattened and goes through a hidden layer to mu and log sigma^2 of q(z | x) = N(mu, sigma^2);
    the decoder mirrors both, from z = mu + sigma epsilon. Means are the features: the classifier, one linear layer,
    sees mu alone, so that a regression on a VAE is a linear one while the layers before are frozen.

    No prediction goes through the decoder or through log sigma^2. A network with a classifier therefore has them, so
    that it fits the weights of one without, and does not train them.

    Args:
        image_size: Side of the square images [pixel], a multiple of the encoder's stride (32 with five blocks); a
            flattened map has a fixed size.
        in_chans: Bands of the image.
        num_classes: Outputs; 0 leaves out the classifier, so that the network returns mu.
        latent_dim: Numbers that describe an image, 16 or 32 in DeepGalaxy.
        channels: Of the encoder's map.
        hidden: Width between the flattened map and the latent space, on either way.
        widths: Channels after each block of the encoder.

    Attributes:
        num_features: Channels of the encoder's map.
        head_hidden_size: Inputs of the classifier, `latent_dim`.

    Raises:
        ValueError: If `widths` is empty; or, when called, for an image of another size, or one that cannot be halved.

    Example:
        >>> network = VAE(image_size=32, latent_dim=16).eval()
        >>> images = torch.zeros(2, 3, 32, 32)
        >>> found = network.reconstruct(images, sample=False)
        >>> found.image.shape, found.mean.shape
        (torch.Size([2, 3, 32, 32]), torch.Size([2, 16]))
        >>> hidden = network.forward_head(network.forward_features(images), pre_logits=True)
        >>> torch.equal(hidden, found.mean)
        True

    References:
        Kingma & Welling 2014 (arXiv:1312.6114).
    """

    def __init__(
        self,
        image_size: int,
        in_chans: int = 3,
        num_classes: int = 1,
        latent_dim: int = 32,
        channels: int = 64,
        hidden: int = 512,
        widths: Sequence[int] = WIDTHS,
    ) -> None:
        super().__init__()
        self.in_chans, self.num_features, self.head_hidden_size = in_chans, channels, latent_dim
        self.encoder = Encoder(in_chans, channels, widths)
        side = max(image_size // self.encoder.stride, 1)
        self.map_side, cells = side, channels * side**2
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(cells, hidden), nn.ReLU(inplace=True))
        self.to_mean = nn.Linear(hidden, latent_dim)
        self.to_log_variance = nn.Linear(hidden, latent_dim)
        self.to_map = nn.Sequential(
            nn.Linear(latent_dim, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, cells),
            nn.Unflatten(1, (channels, side, side)),
        )
        self.decoder = Decoder(channels, in_chans, widths)
        self.reset_classifier(num_classes)

    def forward_features(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch feature map_height map_width"]:
        """Return the encoder's map."""
        features = self.encoder(x)
        if features.shape[-2:] != (self.map_side, self.map_side):
            side = self.map_side * self.encoder.stride
            raise ValueError(
                f"an image of {x.shape[-2]} x {x.shape[-1]} px came to a VAE that was made for {side} x {side} px and "
                "flattens its map; give it such images, or make it with their image_size"
            )
        return features

    def forward_head(
        self, x: Float[Tensor, "batch feature map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Predict from the means of a map; with `pre_logits` return the means."""
        mean = self.to_mean(self.hidden(x))
        return mean if pre_logits else self.fc(mean)

    def forward(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch output"]:
        """Predict from images."""
        return self.forward_head(self.forward_features(x))

    def reconstruct(self, x: Float[Tensor, "batch band height width"], sample: bool) -> Reconstructed:
        """Draw images again.

        Args:
            x: Images, as normalized as the network sees them.
            sample: Whether z is drawn from the Gaussian of each image, as training needs it, or is its mean.
        """
        hidden = self.hidden(self.forward_features(x))
        mean, log_variance = self.to_mean(hidden), self.to_log_variance(hidden)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean) if sample else mean
        return Reconstructed(self.decode(z), mean, log_variance)

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch band height width"]:
        """Return the image in [0, 1] of each point of the latent space."""
        return self.decoder(self.to_map(z))

    def get_classifier(self) -> nn.Module:
        """Return the last layer."""
        return self.fc

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer; what only a reconstruction needs trains where there is none."""
        self.num_classes = num_classes
        self.fc: nn.Module = nn.Linear(self.head_hidden_size, num_classes) if num_classes else nn.Identity()
        for part in (self.to_log_variance, self.to_map, self.decoder):
            part.requires_grad_(num_classes == 0)
