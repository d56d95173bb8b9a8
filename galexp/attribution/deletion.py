"""Does an output change where a map says that it would? Squares of the image are taken away, or given, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from galexp.attribution.method import sky_level

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Int64
    from torch import Tensor

SQUARES = 16
"""Squares along a side of the image."""


class Curves(NamedTuple):
    """What an output does while an image is taken apart and put together, galaxy by galaxy.

    Attributes:
        fraction: Of the image that was taken away, or given.
        deletion: Output after so much of the image was replaced by its sky.
        insertion: Output after so much of the image was put into its sky.
    """

    fraction: Float[np.ndarray, " step"]
    deletion: Float[np.ndarray, "galaxy step"]
    insertion: Float[np.ndarray, "galaxy step"]


def squares_of(height: int, width: int, squares: int = SQUARES) -> Int64[Tensor, "height width"]:
    """Return the number of the square that each pixel lies in, row by row.

    Example:
        >>> squares_of(4, 4, 2).tolist()
        [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
    """
    down, across = (torch.arange(side) * min(squares, side) // side for side in (height, width))
    return down[:, None] * min(squares, width) + across


def order_of(maps: Float[Tensor, "galaxy height width"]) -> Int64[Tensor, "galaxy square"]:
    """Return the rank of each square of each image by the mean of the map over it, 0 for the highest.

    Args:
        maps: As large as the image.

    Example:
        >>> order_of(torch.tensor([[[0.0, 3.0], [2.0, 1.0]]])).tolist()
        [[3, 0, 1, 2]]
    """
    place = squares_of(*maps.shape[1:]).flatten().to(maps.device)
    sums = torch.zeros(len(maps), int(place.max()) + 1, device=maps.device).index_add_(1, place, maps.flatten(1))
    return (sums / torch.bincount(place)).argsort(dim=1, descending=True, stable=True).argsort(dim=1)


def random_order(galaxies: int, height: int, width: int, seed: int) -> Int64[Tensor, "galaxy square"]:
    """Return ranks by chance, what any map must be better than."""
    number = int(squares_of(height, width).max()) + 1
    rng = np.random.default_rng(seed)
    return torch.from_numpy(np.stack([rng.permutation(number) for _ in range(galaxies)]))


def center_order(galaxies: int, height: int, width: int) -> Int64[Tensor, "galaxy square"]:
    """Return ranks from the center of the image outward, what a map must beat to know more than where galaxies are."""
    y, x = (torch.arange(side) - (side - 1) / 2 for side in (height, width))
    return order_of(-torch.hypot(y[:, None], x[None, :])[None]).expand(galaxies, -1)


@torch.no_grad()
def deletion_curves(
    output: Callable[[Tensor], Tensor],
    images: Float[Tensor, "galaxy band height width"],
    order: Int64[Tensor, "galaxy square"],
    steps: int = 16,
) -> Curves:
    """Take images apart square by square, and put them together again, and see what an output says.

    Deletion replaces the squares of the lowest ranks by :func:`galexp.attribution.method.sky_level`; insertion begins
    with that sky alone and puts the same squares in. Squares of a sixteenth of the side stand for single pixels, a
    choice: single missing pixels are a noise that no galaxy shows, and break a network by it. An image with holes is
    none that it has learned from either, so that a curve is to be compared with that of another order, not read alone.

    Args:
        output: From images in [0, 1] to one number each, such as the probability of a class.
        images: In [0, 1].
        order: Rank of each square, as :func:`order_of` gives it.
        steps: Parts of equal size in which squares go.

    Returns:
        ``steps`` + 1 values a galaxy; the first of deletion is the image as it is, as is the last of insertion.

    Raises:
        ValueError: where there is no rank for each square.

    Example:
        >>> image = torch.zeros(1, 1, 16, 16)
        >>> image[..., 8, 8] = 1.0
        >>> found = deletion_curves(lambda images: images.sum((1, 2, 3)), image, order_of(image[:, 0]), steps=2)
        >>> found.deletion.tolist(), found.insertion.tolist()
        ([[1.0, 0.0, 0.0]], [[0.0, 1.0, 1.0]])

    References:
        Petsiuk et al. 2018 (arXiv:1806.07421).
    """
    place = squares_of(*images.shape[-2:]).to(images.device)
    number = int(place.max()) + 1
    if order.shape != (len(images), number):
        raise ValueError(f"order has shape {list(order.shape)} for {len(images)} images of {number} squares; rank each")
    rank, sky = order.to(images.device)[:, place][:, None], sky_level(images)
    fraction = np.linspace(0, 1, steps + 1)
    taken = [rank < round(float(part) * number) for part in fraction]
    deletion = [output(torch.where(gone, sky, images)) for gone in taken]
    insertion = [output(torch.where(given, images, sky)) for given in taken]
    columns = (torch.stack(values, 1).double().cpu().numpy() for values in (deletion, insertion))
    return Curves(fraction, *columns)


def area(curve: Float[np.ndarray, "galaxy step"], fraction: Float[np.ndarray, " step"]) -> Float[np.ndarray, " galaxy"]:
    """Return the area under each curve, its mean over the fraction, by the trapezoidal rule.

    Example:
        >>> area(np.array([[1.0, 0.0]]), np.array([0.0, 1.0])).tolist()
        [0.5]
    """
    return np.trapezoid(curve, fraction, axis=1)
