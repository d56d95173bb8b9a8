"""What augmentation does to the values of pixels, wherever they lie: brightness, contrast, color and noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from galexp.transform.random import normal
from galexp.transform.warp import chunks

if TYPE_CHECKING:
    from jaxtyping import Float, Int64
    from torch import Tensor


def light(
    images: Float[Tensor, "batch band height width"],
    brightness: Float[Tensor, " batch"],
    contrast: Float[Tensor, " batch"],
) -> Float[Tensor, "batch band height width"]:
    """Change brightness and contrast as fastai v0.7 does.

    x -> (x - mu) c + mu + b, cut to [0, 1], with mu the mean over all bands and pixels of the image, b its brightness,
    and c = 1 + u for a contrast u >= 0 or 1 / (1 - u) below: u and -u undo each other.

    Args:
        images: Values in [0, 1].
        brightness: b of each image, in units of the brightest value.
        contrast: u of each image.

    Returns:
        Values in [0, 1].

    Example:
        >>> image = torch.tensor([[[[0.25, 0.75]]]])
        >>> light(image, torch.tensor([0.125]), torch.tensor([-1.0]))
        tensor([[[[0.5000, 0.7500]]]])
    """
    factor = torch.where(contrast < 0, 1 / (1 - contrast), 1 + contrast).to(images)[:, None, None, None]
    mean = images.mean((1, 2, 3), keepdim=True)
    offset = mean - mean * factor + brightness.to(images)[:, None, None, None]
    return torch.addcmul(offset, images, factor).clamp_(0, 1)


def tint(
    images: Float[Tensor, "batch band height width"], strength: Float[Tensor, " batch"], color: Sequence[float]
) -> Float[Tensor, "batch band height width"]:
    """Move all bands of an image along one direction of color.

    x_band -> x_band + strength color_band, cut to [0, 1]. With a normal strength, `color` holds the standard deviation
    of each band; along the first principal component of the pixels' colors it changes how bright a galaxy is rather
    than its hue.

    Args:
        images: Values in [0, 1].
        strength: One number an image.
        color: One number a band, in units of the brightest value.

    Returns:
        Values in [0, 1].

    Raises:
        ValueError: If `color` has not one number for each band.

    Example:
        >>> tint(torch.full((1, 2, 1, 1), 0.5), torch.tensor([2.0]), [0.125, -0.25]).flatten()
        tensor([0.7500, 0.0000])
    """
    if len(color) != images.shape[1]:
        raise ValueError(f"color has {len(color)} numbers and the images {images.shape[1]} bands; give one a band")
    offset = strength.to(images)[:, None] * torch.tensor(list(color)).to(images)
    return (images + offset[..., None, None]).clamp_(0, 1)


def add_noise(
    images: Float[Tensor, "batch band height width"], sigma: float, keys: Int64[Tensor, " batch"], seed: int, epoch: int
) -> Float[Tensor, "batch band height width"]:
    """Add white Gaussian noise, another for each object and epoch.

    Nothing is cut off, so that the mean stays: values leave [0, 1] where the image is near black or white. The noise is
    a pure function of (seed, epoch, key), as `galexp.transform.random.normal` draws it.

    Args:
        images: Values in [0, 1].
        sigma: Standard deviation, in units of the brightest value.
        keys: One integer an object.
        seed: Seed of the run.
        epoch: Number of the epoch.

    Returns:
        The images with noise.

    Example:
        >>> noisy = add_noise(torch.zeros(1, 3, 64, 64), 0.08, torch.tensor([7]), seed=0, epoch=0)
        >>> round(noisy.std().item(), 2)
        0.08
    """
    output = torch.empty_like(images)
    for rows in chunks(torch.arange(len(images), device=images.device), images):
        drawn = normal(keys[rows], seed, epoch, images[0].numel())
        output[rows] = images[rows] + drawn.view_as(images[rows]).mul_(sigma)
    return output
