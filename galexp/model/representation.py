"""Three networks on one map of an image: an autoencoder that makes it, a VAE that shortens it, and a classifier."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from galexp.model.autoencoder import SIMPLE, WIDTHS, Decoder, Encoder
from galexp.model.map_head import MapHead
from galexp.model.part import CLASSIFIER, FCAE, PARTS, VAE
from galexp.model.vae import Gaussian, MapVAE

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class RepresentationNetwork(nn.Module):
    """Learn what images have in common without labels, and labels from the same map: the networks of DeepGalaxy.

    An encoder brings an image to a map, a decoder the map back to the image; a variational autoencoder describes the
    map by a few numbers, whose means are the features of an image; a classifier predicts from the map, or from these
    means. In the protocol of timm the network is encoder and classifier: any task can train it, which leaves decoder
    and VAE alone (they get no gradient), while :class:`galexp.task.representation.Representation` trains all three.

    Args:
        image_size: Side of the square images [pixel], a multiple of the encoder's stride (32 as a rule). The
            autoencoder takes any other multiple, too; the VAE and a flat head do not.
        in_chans: Bands of the image.
        num_classes: Outputs; 0 leaves out the last layer.
        backbone: As in :class:`galexp.model.autoencoder.Encoder`.
        pretrained: Likewise.
        channels: Of the map.
        latent_dim: Numbers that describe an image, 16 or 32 in DeepGalaxy.
        hidden: Width of the layers of the VAE.
        widths: Channels of the simple body, and of the decoder: one for each halving.
        head: What the classifier sees: the ``pooled`` map, the ``flat`` one, or the ``latent`` means, from which it is
            a linear layer.
        head_hidden: Width of the hidden layer of the classifier.
        dropout: Probability that a number of it is dropped.

    Attributes:
        num_features: Channels of the map.
        has_learned: Which of :data:`galexp.model.part.PARTS` were ever trained; it is saved with the weights.

    Raises:
        ValueError: If `widths` has not one width for each halving, or as :class:`galexp.model.autoencoder.Encoder` and
            :class:`galexp.model.map_head.MapHead` do.

    Example:
        >>> network = RepresentationNetwork(image_size=32, num_classes=2, channels=4, latent_dim=16).eval()
        >>> images = torch.zeros(2, 3, 32, 32)
        >>> network(images).shape, network.decode(torch.zeros(2, 16)).shape
        (torch.Size([2, 2]), torch.Size([2, 3, 32, 32]))

    References:
        Cai et al. 2020 (arXiv:2010.11630); numbers of layers are not published and are ours.
    """

    has_learned: Tensor

    def __init__(
        self,
        image_size: int,
        in_chans: int = 3,
        num_classes: int = 1,
        backbone: str = SIMPLE,
        pretrained: bool = False,
        channels: int = 16,
        latent_dim: int = 32,
        hidden: int = 512,
        widths: Sequence[int] = WIDTHS,
        head: str = "pooled",
        head_hidden: int = 256,
        dropout: float = 0.4,
    ) -> None:
        super().__init__()
        self.in_chans, self.num_features, self.latent_dim, self.head = in_chans, channels, latent_dim, head
        self.encoder = Encoder(in_chans, channels, widths, backbone, pretrained)
        _check_widths(self.encoder, widths)
        side = max(image_size // self.encoder.stride, 1)
        self.decoder = Decoder(channels, in_chans, widths)
        self.vae = MapVAE(channels, side, latent_dim, hidden)
        seen = latent_dim if head == "latent" else channels
        self.classifier = MapHead(seen, num_classes, side, head, head_hidden, dropout)
        self.register_buffer("has_learned", torch.zeros(len(PARTS), dtype=torch.bool))
        for part in (self.decoder, self.vae) if head != "latent" else (self.decoder, *_unseen(self.vae)):
            part.requires_grad_(False)

    @property
    def num_classes(self) -> int:
        """Number of outputs."""
        return self.classifier.num_classes

    @property
    def learned(self) -> tuple[str, ...]:
        """Names of the parts that were ever trained."""
        return tuple(part for part, has in zip(PARTS, self.has_learned.tolist(), strict=True) if has)

    def learn(self, parts: Collection[str]) -> None:
        """Let these parts be trained, and no other."""
        modules = {FCAE: (self.encoder, self.decoder), VAE: (self.vae,), CLASSIFIER: (self.classifier,)}
        for part, members in modules.items():
            for module in members:
                module.requires_grad_(part in parts)

    def mark_learned(self, parts: Collection[str]) -> None:
        """Keep in mind that these parts are trained; a classifier whose last layer was made anew knows nothing."""
        if not getattr(self, "head_is_learned", True):
            self.has_learned[PARTS.index(CLASSIFIER)] = False
        self.has_learned |= torch.tensor([part in parts for part in PARTS], device=self.has_learned.device)

    def forward_features(
        self, x: Float[Tensor, "batch band height width"]
    ) -> Float[Tensor, "batch feature map_height map_width"]:
        """Return the encoder's map."""
        return cast("Tensor", self.encoder(x))

    def forward_head(
        self, x: Float[Tensor, "batch feature map_height map_width"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Predict from a map; with `pre_logits` return what the last layer would see."""
        seen = self.vae.encode(x).mean[:, :, None, None] if self.head == "latent" else x
        return self.classifier.forward_head(seen, pre_logits)

    def forward(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch output"]:
        """Predict from images."""
        return self.forward_head(self.forward_features(x))

    def describe(self, x: Float[Tensor, "batch feature map_height map_width"]) -> Gaussian:
        """Return the Gaussian in the latent space of each map."""
        return self.vae.encode(x)

    def draw(self, x: Float[Tensor, "batch feature map_height map_width"]) -> Float[Tensor, "batch band height width"]:
        """Return the image in [0, 1] of each map."""
        return cast("Tensor", self.decoder(x))

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch band height width"]:
        """Return the image in [0, 1] of each point of the latent space."""
        return self.draw(self.vae.decode(z))

    def get_classifier(self) -> nn.Module:
        """Return the last layer."""
        return self.classifier.get_classifier()

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer."""
        self.classifier.reset_classifier(num_classes)


def _check_widths(encoder: Encoder, widths: Sequence[int]) -> None:
    halvings = round(math.log2(encoder.stride))
    if halvings != len(widths):
        raise ValueError(
            f"model.backbone={encoder.backbone} halves an image {halvings} times and model.widths has {len(widths)} "
            f"widths, {list(widths)}, for the decoder; give {halvings}"
        )


def _unseen(vae: MapVAE) -> tuple[nn.Module, ...]:
    """Return the layers of a VAE on which its means do not depend."""
    return vae.to_log_variance, vae.to_map
