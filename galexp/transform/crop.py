"""The path of an image that is not augmented: crop its center and scale it to [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float, Int64, Num
    from torch import Tensor


def crop_start(stored_size: int, image_size: int) -> int:
    """Return the first pixel of the central crop along one side.

    Args:
        stored_size: Side of the stored image [pixel].
        image_size: Side of the crop [pixel].

    Returns:
        floor((stored_size - image_size) / 2), so that the odd pixel is left over on the far side.

    Raises:
        ValueError: If the stored image is smaller than the crop.

    Example:
        >>> crop_start(91, 64)
        13
    """
    if stored_size < image_size:
        raise ValueError(
            f"stored images have {stored_size} px, the network wants {image_size} px; "
            f"lower image_size, or store images of at least {image_size} px"
        )
    return (stored_size - image_size) // 2


def scale_to_unit(images: Num[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Scale stored images to [0, 1]: 8-bit ones are divided by 255, floating-point ones are there already.

    Args:
        images: uint8 or floating-point images.

    Returns:
        float32 for uint8, else the images as they came.

    Raises:
        ValueError: If the images are of another integer type.
    """
    if images.dtype == torch.uint8:
        return images.to(torch.float32).div_(255)
    if not images.is_floating_point():
        raise ValueError(f"images are {images.dtype}; expected uint8, or floats in [0, 1]")
    return images


def center_crop_to_float(
    images: Num[Tensor, "*batch band height width"], image_size: int
) -> Float[Tensor, "*batch band {image_size} {image_size}"]:
    """Crop the center of each image and scale it to [0, 1].

    Args:
        images: uint8, or floats in [0, 1].
        image_size: Side of the crop [pixel].

    Returns:
        Floats in [0, 1].

    Raises:
        ValueError: If the images are smaller than the crop, or integers other than uint8.

    Example:
        >>> center_crop_to_float(torch.full((1, 3, 6, 8), 255, dtype=torch.uint8), 4).mean().item()
        1.0
    """
    top, left = (crop_start(side, image_size) for side in images.shape[-2:])
    return scale_to_unit(images[..., top : top + image_size, left : left + image_size])


@dataclass(frozen=True)
class NoAugmentation:
    """Crop the center, whatever the object and the epoch; called as an augmentation is."""

    def __call__(
        self,
        images: Num[Tensor, "batch band height width"],
        keys: Int64[Tensor, " batch"],
        seed: int,
        epoch: int,
        image_size: int,
    ) -> Float[Tensor, "batch band {image_size} {image_size}"]:
        """Return the central crops as floats in [0, 1]; keys, seed and epoch change nothing."""
        return center_crop_to_float(images, image_size)
