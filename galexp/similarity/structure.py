"""How alike two images look, pixel by pixel with their surroundings: SSIM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.loss.image import structural_similarity

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Int64, UInt8
    from torch import Tensor

WINDOW = 11  # [pixel], that of a Gaussian of 1.5
_PAIRS = 256  # at a time


@torch.inference_mode()
def pair_similarity(
    first: UInt8[Tensor, "pair band height width"], second: UInt8[Tensor, "pair band height width"]
) -> Float[np.ndarray, " pair"]:
    """Return the structural similarity of pairs of images of 8 bits.

    See :func:`galexp.loss.image.structural_similarity`, which it is of images in [0, 1].

    It is 1 for equal images. Where both are nearly black it is near 1 whatever the galaxies are, so that images with
    much sky have a high one with any other: read it beside that of random pairs. It knows nothing of orientation: a
    galaxy and the same one turned have a low one.

    Args:
        first: One of each pair.
        second: The other.

    Returns:
        One number a pair, at most 1.

    Raises:
        ValueError: If the shapes differ, or a side is below 11 pixels.

    Example:
        >>> black, white = torch.zeros(1, 1, 16, 16, dtype=torch.uint8), torch.full((1, 1, 16, 16), 255).byte()
        >>> pair_similarity(black, black).tolist(), pair_similarity(black, white).round(6).tolist()
        ([1.0], [0.0001])
    """
    if first.shape != second.shape:
        raise ValueError(f"images of {list(first.shape)} are compared with {list(second.shape)}; give pairs alike")
    if min(first.shape[-2:]) < WINDOW:
        raise ValueError(
            f"images of {first.shape[-2]} x {first.shape[-1]} px are smaller than the window of SSIM, {WINDOW} px"
        )
    parts = zip(first.split(_PAIRS), second.split(_PAIRS), strict=True)
    found = [structural_similarity(one.float() / 255, other.float() / 255) for one, other in parts]
    return torch.cat(found).double().numpy()


def neighbor_similarity(
    queries: UInt8[Tensor, "query band height width"],
    gallery: Callable[[list[int]], UInt8[Tensor, "point band height width"]],
    place: Int64[np.ndarray, "query neighbor"],
) -> Float[np.ndarray, "query neighbor"]:
    """Return the structural similarity of each query and each of its neighbors; NaN where there is none.

    Args:
        queries: Images.
        gallery: Gives the images of a list of places.
        place: Of the neighbors in the gallery; -1 for none.
    """
    found = np.full(place.shape, np.nan)
    query, neighbor = np.nonzero(place >= 0)
    for start in range(0, len(query), _PAIRS):
        some = slice(start, start + _PAIRS)
        others = gallery(place[query[some], neighbor[some]].tolist())
        found[query[some], neighbor[some]] = pair_similarity(queries[query[some].tolist()], others)
    return found
