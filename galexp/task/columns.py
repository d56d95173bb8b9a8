"""What a representation says of an image, in columns side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from galexp.model.part import CLASSIFIER, FCAE, VAE

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

_MANY = ("mean", "labels")


def widths(parts: Sequence[str], latent_dim: int, num_classes: int) -> dict[str, int]:
    """Return the columns that some parts give of an image, and how many numbers each has.

    - autoencoder: ``image``, the mean squared error of what it draws, and ``dissimilarity``;
    - VAE: ``map``, the squared error of the map, ``divergence`` [nat], ``mean``, and with the autoencoder
      ``latent_image``, the mean squared error of what is drawn from the latent means;
    - classifier: ``labels``.

    Example:
        >>> widths(["vae"], latent_dim=16, num_classes=2)
        {'map': 1, 'divergence': 1, 'mean': 16}
    """
    found: dict[str, int] = {}
    if FCAE in parts:
        found |= {"image": 1, "dissimilarity": 1}
    if VAE in parts:
        found |= {"map": 1, "divergence": 1} | ({"latent_image": 1} if FCAE in parts else {}) | {"mean": latent_dim}
    return found | ({"labels": num_classes} if CLASSIFIER in parts else {})


def joined(pieces: Mapping[str, Float[Tensor, "batch ..."]]) -> Float[Tensor, "batch output"]:
    """Return columns side by side, in float32.

    Example:
        >>> joined({"map": torch.zeros(2), "mean": torch.ones(2, 3)}).shape
        torch.Size([2, 4])
    """
    return torch.cat([piece.float().view(len(piece), -1) for piece in pieces.values()], 1)


def taken_apart(outputs: Float[Tensor, "batch output"], widths: Mapping[str, int]) -> dict[str, Tensor]:
    """Return the columns of what :func:`joined` gave, those of one number without an axis for it.

    Raises:
        ValueError: If there are other numbers than these.

    Example:
        >>> found = taken_apart(torch.arange(4.0)[None], {"map": 1, "mean": 3})
        >>> found["map"].tolist(), found["mean"].tolist()
        ([0.0], [[1.0, 2.0, 3.0]])
    """
    if outputs.shape[1] != sum(widths.values()):
        raise ValueError(f"{outputs.shape[1]} outputs; expected {sum(widths.values())}, of {dict(widths)}")
    pieces = outputs.split(list(widths.values()), dim=1)
    return {name: piece if name in _MANY else piece[:, 0] for name, piece in zip(widths, pieces, strict=True)}
