"""How far an image is from another: pixel by pixel, and in its structure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from torchmetrics.functional.image import structural_similarity_index_measure

from galexp.loss.base import precise
from galexp.loss.vae import squared_error

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

_LEAST_SIDE = 6


def mean_squared_error(
    image: Float[Tensor, " batch *shape"], target: Float[Tensor, " batch *shape"]
) -> Float[Tensor, " batch"]:
    """Compute the squared error of each image, averaged over its pixels and bands.

    mean over elements of (x - x')^2. Where most of a field is empty it is small for any dark image: set it beside that
    of the mean image.

    Args:
        image: As it was reconstructed.
        target: As it is.

    Returns:
        One number an image; NaN where anything of it is NaN.

    Raises:
        ValueError: If the shapes differ, which might broadcast.

    Example:
        >>> import torch
        >>> mean_squared_error(torch.zeros(2, 1, 4, 4), torch.full((2, 1, 4, 4), 0.5)).tolist()
        [0.25, 0.25]
    """
    return squared_error(image, target) / target[0].numel()


def structural_similarity(
    image: Float[Tensor, "batch band height width"], target: Float[Tensor, "batch band height width"]
) -> Float[Tensor, " batch"]:
    """Compute the structural similarity of images in [0, 1], averaged over their pixels and bands: SSIM.

    SSIM = (2 mu_x mu_y + c1)(2 s_xy + c2) / ((mu_x^2 + mu_y^2 + c1)(s_x^2 + s_y^2 + c2)) with means, variances and
    covariance under a Gaussian of sigma 1.5 px in a window of 11 px, c1 = 0.01^2 and c2 = 0.03^2. Images go on beyond
    their edges as in a mirror. It is near 1 also for any two that are dark over most of their field.

    Args:
        image: One of each pair.
        target: The other.

    Returns:
        One number a pair, at most 1; NaN where anything of it is NaN.

    Raises:
        ValueError: If a side has fewer than 6 pixels, which the Gaussian is mirrored over.

    Example:
        >>> import torch
        >>> black, white = torch.zeros(1, 1, 8, 8), torch.ones(1, 1, 8, 8)
        >>> structural_similarity(white, white).item(), round(structural_similarity(black, white).item(), 6)
        (1.0, 0.0001)

    References:
        Wang et al. 2004, IEEE Transactions on Image Processing 13, 600, equation 13.
    """
    if min(target.shape[-2:]) < _LEAST_SIDE:
        raise ValueError(
            f"the images have {target.shape[-2]} x {target.shape[-1]} px; expected {_LEAST_SIDE} or more for SSIM; "
            "train on larger ones, or compare none: loss.dissimilarity=0, search.ssim_queries=0, explain.checked=0"
        )
    found = structural_similarity_index_measure(
        precise(image), precise(target), sigma=1.5, kernel_size=11, data_range=1.0, reduction="none"
    )
    return cast("Tensor", found).reshape(len(target))


def dissimilarity(
    image: Float[Tensor, "batch band height width"], target: Float[Tensor, "batch band height width"]
) -> Float[Tensor, " batch"]:
    """Compute one minus the structural similarity of each image: 0 for one that is the same.

    Args:
        image: As it was reconstructed, in [0, 1].
        target: As it is.

    Returns:
        One number an image, from 0 to 2; NaN where anything of it is NaN.

    Raises:
        ValueError: as :func:`structural_similarity` does.

    Example:
        >>> import torch
        >>> dissimilarity(torch.ones(1, 1, 8, 8), torch.ones(1, 1, 8, 8)).item()
        0.0
    """
    return 1 - structural_similarity(image, target)
