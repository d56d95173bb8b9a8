"""Input normalization that travels with the network: a checkpoint needs no second file to be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Normalize(nn.Module):
    """Shift and scale each band: (x - mean) / std.

    Args:
        mean: Mean of each band of images in [0, 1].
        std: Standard deviation of each band; all above zero.

    Attributes:
        mean: Buffer [band 1 1].
        std: Buffer [band 1 1].

    Raises:
        ValueError: If mean and std differ in length, or a standard deviation is not positive.

    Example:
        >>> Normalize([0.5], [0.25])(torch.ones(1, 1, 1, 1)).item()
        2.0
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        if len(mean) != len(std):
            raise ValueError(f"mean has {len(mean)} bands and std {len(std)}; give one number a band to each")
        if not all(value > 0 for value in std):
            raise ValueError(f"std is {list(std)}; every band needs one above zero (is a band constant?)")
        self.register_buffer("mean", torch.tensor([float(value) for value in mean]).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor([float(value) for value in std]).view(-1, 1, 1))

    def forward(self, x: Float[Tensor, "*batch band height width"]) -> Float[Tensor, "*batch band height width"]:
        """Normalize images in [0, 1]."""
        return (x - self.mean) / self.std


class NormalizedModel(nn.Module):
    """Put the input normalization before a network and keep the protocol of timm around both.

    Args:
        model: Network with the protocol of timm.
        mean: Mean of each band of images in [0, 1]; of the monochrome image with `monochrome`.
        std: Standard deviation likewise.
        monochrome: Whether a network of one band sees the mean of all bands: their sum, kept within [0, 1]. Images of
            any number of bands are taken, and one band alone is its own mean.

    Attributes:
        in_chans: Bands that the network itself takes.

    Raises:
        ValueError: If mean and std do not have one positive number for each band of the network, or `monochrome` is
            asked of a network that takes more than one.

    Example:
        >>> network = nn.AdaptiveAvgPool2d(1)
        >>> monochrome = NormalizedModel(network, [0.5], [0.25], monochrome=True)
        >>> monochrome(torch.tensor([0.0, 1.0, 1.0, 1.0]).view(1, 4, 1, 1)).item()
        1.0
    """

    def __init__(self, model: nn.Module, mean: Sequence[float], std: Sequence[float], monochrome: bool = False) -> None:
        super().__init__()
        in_chans = getattr(model, "in_chans", len(mean))
        if len(mean) != in_chans:
            raise ValueError(f"mean has {len(mean)} bands, the network takes {in_chans}; give one number a band")
        if monochrome and in_chans != 1:
            raise ValueError(f"monochrome gives one band, the network takes {in_chans}; make it with in_chans=1")
        self.normalize = Normalize(mean, std)
        self.model: Any = model
        self.in_chans, self.monochrome = in_chans, monochrome

    @property
    def num_classes(self) -> int:
        """Number of outputs."""
        return self.model.num_classes

    @property
    def num_features(self) -> int:
        """Channels of the last feature map."""
        return self.model.num_features

    def forward_features(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch feature *map"]:
        """Return the last feature map of images in [0, 1]."""
        return self.model.forward_features(self._seen(x))

    def forward_head(
        self, x: Float[Tensor, "batch feature *map"], pre_logits: bool = False
    ) -> Float[Tensor, "batch output"]:
        """Pool a feature map and predict from it; with `pre_logits` return what the classifier would see."""
        return self.model.forward_head(x, pre_logits=pre_logits)

    def forward(self, x: Float[Tensor, "batch band height width"]) -> Float[Tensor, "batch output"]:
        """Predict from images in [0, 1]."""
        return self.model(self._seen(x))

    def get_classifier(self) -> nn.Module:
        """Return the last layer of the network."""
        return self.model.get_classifier()

    def reset_classifier(self, num_classes: int) -> None:
        """Replace the last layer of the network."""
        self.model.reset_classifier(num_classes)

    def _seen(self, x: Tensor) -> Tensor:
        return self.normalize(x.mean(1, keepdim=True) if self.monochrome else x)
