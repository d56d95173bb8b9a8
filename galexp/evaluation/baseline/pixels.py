"""Sixteen numbers of an image: its center on 32 x 32 pixels, along the directions in which images differ most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.transform.crop import crop_start
from galexp.transform.resize import resize_with_margin

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8
    from torch import Tensor

SIDE, COMPONENTS = 32, 16
"""Side to which images are averaged [pixel], and numbers that are kept of them, as in the public code of Wu (2020)."""


def small_pixels(
    images: UInt8[Tensor, "row band side side"], image_size: int | None = None
) -> UInt8[np.ndarray, " row pixel"]:
    """Average the center of each image to at most 32 x 32 pixels, exactly by area, and lay the pixels in a row.

    Args:
        images: As they are stored.
        image_size: Side of the center [pixel]; None for the whole image.

    Returns:
        Band after band, rounded to 8 bits; images below 32 px stay as they are.

    Raises:
        ValueError: If the images are smaller than `image_size`.

    Example:
        >>> import torch
        >>> small_pixels(torch.arange(64, dtype=torch.uint8).reshape(1, 1, 8, 8), image_size=2).tolist()
        [[27, 28, 35, 36]]
    """
    side = image_size or images.shape[-1]
    top, left = (crop_start(stored, side) for stored in images.shape[-2:])
    center = images[..., top : top + side, left : left + side]
    return np.asarray(resize_with_margin(center, min(SIDE, side)).flatten(1).numpy())


def principal_directions(
    pixels: UInt8[np.ndarray, " row pixel"], seed: int
) -> tuple[Float[np.ndarray, " pixel"], Float[np.ndarray, " component pixel"]]:
    """Return the mean image and at most sixteen orthonormal directions in which images differ most, the widest first.

    Args:
        pixels: Small images.
        seed: Of the randomized decomposition.

    Returns:
        Mean and directions; directions without any spread are left out, and images that are all alike have a single
        one of zeros.

    Example:
        >>> mean, directions = principal_directions(np.array([[0, 0], [3, 4], [6, 8]], dtype=np.uint8), seed=0)
        >>> mean.tolist(), directions.round(6).tolist()
        ([3.0, 4.0], [[0.6, 0.8]])
    """
    from sklearn.decomposition import PCA

    pca = PCA(min(COMPONENTS, *pixels.shape), svd_solver="randomized", random_state=seed)
    with np.errstate(divide="ignore", invalid="ignore"):  # Shares of no variance at all.
        pca.fit(pixels.astype(np.float64))
    spread = pca.singular_values_ > 1e-9 * max(pca.singular_values_[0], 1)
    directions = pca.components_[spread] if spread.any() else np.zeros((1, pixels.shape[1]))
    return pca.mean_, directions
