"""From a signed map of some cells to what is shown of it, and what share of it lies where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import interpolate

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


def enlarged(
    maps: Float[np.ndarray, "*galaxy map_height map_width"], height: int, width: int
) -> Float[np.ndarray, "*galaxy height width"]:
    """Bring maps to the size of the image, by bicubic interpolation between the centers of their cells.

    Args:
        maps: Of any number of galaxies and targets.
        height: Of the image [pixel].
        width: Of the image [pixel].

    Returns:
        float32; bicubic, it goes a little above and below the cells. Maps of that size come back as they are.

    Example:
        >>> enlarged(np.full((1, 2, 2), 3.0, dtype=np.float32), 4, 4).shape
        (1, 4, 4)
    """
    maps = np.asarray(maps, dtype=np.float32)
    if maps.shape[-2:] == (height, width):
        return maps
    flat = torch.from_numpy(maps.reshape(-1, 1, *maps.shape[-2:]))
    found = interpolate(flat, size=(height, width), mode="bicubic", align_corners=False)
    return found.numpy().reshape(*maps.shape[:-2], height, width)


def shown(
    maps: Float[np.ndarray, "*galaxy map_height map_width"],
    height: int,
    width: int,
    sign: int = 1,
    both: bool = False,
    brightest: float = 0.0,
) -> Float[np.ndarray, "*galaxy height width"]:
    """Return what is drawn of signed maps: one sign alone, between 0 and 1, as large as the image.

    H = max(sign * M, 0) over its own largest value, brought to the size of the image by bicubic interpolation and kept
    within 0 to 1. That is Grad-CAM as published and as Wu (2020) draws it. Each map has its own scale: a pale and a
    bright galaxy look alike, and so do a strong and a weak reason.

    Args:
        maps: Signed.
        height: Of the image [pixel].
        width: Of the image [pixel].
        sign: 1 for what raises the output, -1 for what lowers it.
        both: Whether the scale is that of |M|, so that the two signs of one galaxy can be compared: for numbers.
        brightest: Share of the cells that are all drawn as the brightest one: of a map of pixels, one of which stands
            out as a rule, a hundredth lets the others be seen (a choice).

    Returns:
        Zero throughout where nothing has that sign.

    Example:
        >>> maps = np.array([[[2.0, -4.0], [0.0, 1.0]]])
        >>> shown(maps, 2, 2).tolist(), shown(maps, 2, 2, sign=-1).tolist()
        ([[[1.0, 0.0], [0.0, 0.5]]], [[[0.0, 1.0], [0.0, 0.0]]])
        >>> shown(maps, 2, 2, both=True).tolist()
        [[[0.5, 0.0], [0.0, 0.25]]]
    """
    maps = np.asarray(maps, dtype=np.float32)
    wanted = np.maximum(sign * maps, 0)
    scale = np.quantile(np.abs(maps) if both else wanted, 1 - brightest, axis=(-2, -1), keepdims=True)
    return np.clip(enlarged(wanted / np.where(scale > 0, scale, 1), height, width), 0, 1)


def share_inside(
    maps: Float[np.ndarray, "galaxy height width"], inside: Bool[np.ndarray, "galaxy height width"]
) -> Float[np.ndarray, " galaxy"]:
    """Return which share of what raises the output lies inside an area: sum of max(M, 0) inside over that of all.

    By chance it is the share of the area itself, ``inside.mean()``, with which it must be compared.

    Args:
        maps: Signed or not, of one size with the areas.
        inside: Whether a pixel, or a cell, is.

    Returns:
        0 to 1; NaN where nothing raises the output.

    Example:
        >>> inside = np.array([[[True, False], [False, False]]])
        >>> share_inside(np.array([[[3.0, 1.0], [-2.0, 0.0]]]), inside).tolist()
        [0.75]
    """
    positive = np.maximum(maps, 0).astype(np.float64)
    total = positive.sum(axis=(1, 2))
    within = np.where(inside, positive, 0).sum(axis=(1, 2))
    return np.divide(within, total, out=np.full(len(maps), np.nan), where=total > 0)
