"""What is to be beaten: galaxies that are alike by their pixels, or by the directions in which pixels differ most."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from galexp.evaluation.baseline.pixels import principal_directions, small_pixels
from galexp.similarity.view import D4, over_views

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8
    from torch import Tensor

PCA, PIXELS = "pca", "pixels"
FITTED_UP_TO = 8192
"""Images of the gallery on which the principal directions are found, at most."""


def pixel_features(images: UInt8[Tensor, "image band side side"], image_size: int) -> Float[np.ndarray, "image pixel"]:
    """Return the pixels of the center that the network sees, averaged to at most 32 x 32, as features [0 to 255].

    Distances between them are root sums of squared differences. Two images of one galaxy, one of them turned, are far
    apart, and most of a distance is brightness and size.

    Args:
        images: As they are stored.
        image_size: Side of the center [pixel].
    """
    return small_pixels(images, image_size).astype(np.float32)


class Components(NamedTuple):
    """Directions in which the pixels of a gallery differ most.

    Attributes:
        mean: Of the pixels.
        directions: Orthonormal.
    """

    mean: Float[np.ndarray, " pixel"]
    directions: Float[np.ndarray, "component pixel"]

    def features(
        self, images: UInt8[Tensor, "image band side side"], image_size: int, views: str = D4
    ) -> Float[np.ndarray, "image feature"]:
        """Return the projections of images on the directions [0 to 255], over the same views as those of a network.

        Args:
            images: As they are stored.
            image_size: Side of the center [pixel].
            views: See :func:`galexp.similarity.view.over_views`.
        """

        def projected(seen: Tensor) -> Tensor:
            pixels = pixel_features(seen.contiguous(), image_size)
            return torch.from_numpy((pixels - self.mean) @ self.directions.T)

        return over_views(projected, images, views).numpy()


def principal_components(gallery: Float[np.ndarray, "point pixel"], seed: int) -> Components:
    """Find at most sixteen principal components of the pixels of a gallery.

    Args:
        gallery: Pixels; of many images some at random are looked at.
        seed: Of the draw, and of the decomposition.

    Example:
        >>> found = principal_components(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), seed=0)
        >>> found.mean.tolist(), np.abs(found.directions).round(6).tolist()
        ([3.0, 4.0], [[0.6, 0.8]])
    """
    rows = np.arange(len(gallery))
    if len(rows) > FITTED_UP_TO:
        rows = np.sort(np.random.default_rng(seed).choice(rows, FITTED_UP_TO, replace=False))
    return Components(*principal_directions(gallery[rows], seed))


def plane_of(
    gallery: Float[np.ndarray, "point feature"], queries: Float[np.ndarray, "query feature"]
) -> tuple[Float[np.ndarray, "point 2"], Float[np.ndarray, "query 2"], Float[np.ndarray, " 2"]]:
    """Return the first two principal components of features, found on the gallery, and their shares of its variance.

    What is near on the plane need not be near in all dimensions: the shares tell how much of the differences it shows.
    The sign of a component is of no meaning; it is chosen so that the largest projection is positive.

    Args:
        gallery: Features.
        queries: Likewise.

    Returns:
        Projections of gallery and queries, and the two shares; of features without any spread all are 0.

    Example:
        >>> points = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        >>> plane_of(points, points[:0])[2].round(9).tolist()
        [0.8, 0.2]
    """
    from sklearn.decomposition import PCA

    number = min(2, *gallery.shape)
    pca = PCA(number, random_state=0)
    with np.errstate(divide="ignore", invalid="ignore"):  # Shares of no variance at all.
        found = np.zeros((len(gallery), 2)), np.zeros((len(queries), 2))
        found[0][:, :number] = pca.fit_transform(gallery.astype(np.float64))
    if len(queries):
        found[1][:, :number] = pca.transform(queries.astype(np.float64))
    extreme = found[0][np.argmax(np.abs(found[0]), axis=0), [0, 1]]
    sign = np.where(extreme < 0, -1.0, 1.0)
    shares = np.zeros(2)
    shares[:number] = np.nan_to_num(pca.explained_variance_ratio_)
    return found[0] * sign, found[1] * sign, shares
