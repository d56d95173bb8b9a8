"""The loss of a variational autoencoder: how wrong its images are, and how far from the prior its latent space is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from torch import nn

from galexp.loss.base import precise

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


def squared_error(
    image: Float[Tensor, " batch *shape"], target: Float[Tensor, " batch *shape"]
) -> Float[Tensor, " batch"]:
    """Compute the squared error of each image, summed over its pixels and bands.

    sum over elements of (x - x')^2: the mean per element times their number. Up to a constant it is -log p(x | z) of a
    Gaussian with a variance of 1/2 in each element, which is wide for images in [0, 1]: beside the KL divergence faint
    structure is not worth its nats, and a ``beta`` below 1 is the same as a smaller variance.

    Args:
        image: As it was reconstructed, of any precision; the error is taken in float32 at least.
        target: As it is.

    Returns:
        One number an image; NaN where anything of it is NaN.

    Raises:
        ValueError: If the shapes differ, which might broadcast.

    Example:
        >>> import torch
        >>> squared_error(torch.zeros(2, 1, 4, 4), torch.full((2, 1, 4, 4), 0.5)).tolist()
        [4.0, 4.0]
    """
    if image.shape != target.shape:
        raise ValueError(
            f"the images have shape {list(image.shape)}, those to come near {list(target.shape)}; expected equal"
        )
    return (precise(image) - precise(target)).square().flatten(1).sum(1)


def kl_divergence(
    mean: Float[Tensor, "batch latent"], log_variance: Float[Tensor, "batch latent"]
) -> Float[Tensor, " batch"]:
    """Compute the Kullback-Leibler divergence of a diagonal Gaussian from the standard normal distribution.

    KL(N(mu, sigma^2) || N(0, 1)) = 1/2 sum over dimensions of (mu^2 + sigma^2 - 1 - log sigma^2). It says how much the
    latent space tells of an image; a dimension whose share is near 0 over all images is not used.

    Args:
        mean: mu of each image.
        log_variance: log sigma^2 of each image.

    Returns:
        One number an image [nat], never negative; NaN where anything of it is NaN.

    Example:
        >>> import torch
        >>> kl_divergence(torch.tensor([[2.0, 0.0]]), torch.zeros(1, 2)).item()
        2.0

    References:
        Kingma & Welling 2014 (arXiv:1312.6114), appendix B.
    """
    mean, log_variance = precise(mean), precise(log_variance)
    return (mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2


class NegativeELBO(nn.Module):
    """Weigh the two parts of the evidence lower bound, with its sign turned.

    mean over images of (squared error + w KL), w = ``beta`` min(1, e / ``warm_up``) in epoch e from 0 on. Without the
    warm-up the KL divergence may win before the decoder has learned to use the latent space, and what it has closed it
    rarely opens again. The weight is a function of the epoch alone, so that a broken run goes on alike; losses of the
    warm-up are not to be compared with later ones.

    Args:
        beta: Weight of the KL divergence: 1 is the bound itself.
        warm_up: Epochs until the weight is whole; 0 for none.

    Raises:
        ValueError: If one of them is negative or not finite.

    Example:
        >>> [NegativeELBO(beta=0.5, warm_up=5).kl_weight(epoch) for epoch in (0, 1, 5, 9)]
        [0.0, 0.1, 0.5, 0.5]

    References:
        Higgins et al. 2017, ICLR, for beta; Bowman et al. 2016 (arXiv:1511.06349), for the warm-up.
    """

    def __init__(self, beta: float = 1.0, warm_up: int = 5) -> None:
        super().__init__()
        if not (0 <= beta < math.inf and 0 <= warm_up < math.inf):
            raise ValueError(f"loss.beta is {beta} and loss.warm_up {warm_up}; expected numbers of at least 0")
        self.beta, self.warm_up = beta, warm_up

    def kl_weight(self, epoch: int) -> float:
        """Return the weight of the KL divergence in an epoch."""
        return self.beta if epoch >= self.warm_up else self.beta * epoch / self.warm_up

    def forward(
        self, error: Float[Tensor, " batch"], divergence: Float[Tensor, " batch"], epoch: int
    ) -> Float[Tensor, ""]:
        """Return the loss of a batch.

        Args:
            error: :func:`squared_error` of each image.
            divergence: :func:`kl_divergence` of each image.
            epoch: From 0 on.
        """
        return (error + self.kl_weight(epoch) * divergence).mean()
