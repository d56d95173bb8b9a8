"""Bring a stored image to the pixel scale of the network, once, with the margin that a rotation needs."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8
    from torch import Tensor

ANY_ROTATION = math.sqrt(2)


def size_with_margin(image_size: int, field_fraction: float = 1.0, margin: float = ANY_ROTATION) -> int:
    """Return the side that a cached image needs, or that its field allows.

    min(margin * image_size, image_size / field_fraction), with the parity of `image_size` so that both
    have one center.

    Args:
        image_size: Side that the network sees [pixel].
        field_fraction: Side that the network sees, as a fraction of the stored field's.
        margin: Factor by which the cached side may exceed `image_size`; sqrt 2 serves every rotation, 1 none.

    Returns:
        The side [pixel]; `image_size` itself where the network sees the whole field.

    Raises:
        ValueError: If `field_fraction` is not in (0, 1] or `margin` is below 1.

    Example:
        >>> size_with_margin(64), size_with_margin(64, field_fraction=0.5), size_with_margin(64, field_fraction=0.9)
        (64, 92, 70)
    """
    if not 0 < field_fraction <= 1:
        raise ValueError(f"field_fraction is {field_fraction}; expected above 0 and at most 1")
    if margin < 1:
        raise ValueError(f"margin is {margin}; expected a factor of at least 1")
    wanted = math.ceil((margin - 1) * image_size / 2)
    there = math.floor((1 / field_fraction - 1) * image_size / 2 + 1e-9)
    return image_size + 2 * min(wanted, there)


def resize_with_margin(
    image: UInt8[Tensor, "band height width"],
    image_size: int,
    field_fraction: float = 1.0,
    margin: float = ANY_ROTATION,
) -> UInt8[Tensor, "band side side"]:
    """Resize the center of a stored image so that the central fraction of its field spans `image_size` pixels.

    Every output pixel is the mean of the input over its area (exactly, at any ratio), or a linear interpolation where
    the image is enlarged. The field is the largest central square of the stored image.

    Args:
        image: Stored image.
        image_size: Side that the network sees [pixel].
        field_fraction: Side that the network sees, as a fraction of the field's; what lies outside makes the margin.
        margin: Factor by which the side may exceed `image_size`.

    Returns:
        8-bit image with the side that `size_with_margin` says.

    Raises:
        ValueError: If the image is not uint8, or as `size_with_margin` says.

    Example:
        >>> image = torch.tensor([[[10, 20, 0, 0], [30, 40, 0, 0], [0, 0, 8, 8], [0, 0, 8, 8]]], dtype=torch.uint8)
        >>> resize_with_margin(image, image_size=2)
        tensor([[[25,  0],
                 [ 0,  8]]], dtype=torch.uint8)
    """
    if image.dtype != torch.uint8:
        raise ValueError(f"image is {image.dtype}; expected uint8")
    side = size_with_margin(image_size, field_fraction, margin)
    height, width = image.shape[-2:]
    pixel = field_fraction * min(height, width) / image_size
    resized = _weights(height, side, pixel) @ image.to(torch.float32) @ _weights(width, side, pixel).T
    return resized.round().to(torch.uint8)


@lru_cache(maxsize=64)
def _weights(length: int, side: int, pixel: float) -> Float[Tensor, "side length"]:
    centers = (torch.arange(side, dtype=torch.float64) - (side - 1) / 2)[:, None] * pixel + length / 2
    cells = torch.arange(length, dtype=torch.float64)
    if pixel >= 1:
        low, high = centers - pixel / 2, centers + pixel / 2
        weights = (torch.minimum(high, cells + 1) - torch.maximum(low, cells)).clamp(min=0)
    else:
        weights = (1 - (centers.clamp(0.5, length - 0.5) - (cells + 0.5)).abs()).clamp(min=0)
    return (weights / weights.sum(1, keepdim=True)).to(torch.float32)
