"""Gaussian likelihood with a width of each galaxy's own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from galexp.loss.base import Likelihood, check_outputs, inverse_softplus, precise

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


def gaussian_nll(
    mean: Float[Tensor, "*shape"], sigma: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Compute the negative logarithm of a Gaussian density.

    log(sigma) + ((t - mean) / sigma)^2 / 2 + log(2 pi) / 2. It is a density's: with a small sigma it falls below 0, and
    it changes by log(c) when the unit of the target changes by c.

    Args:
        mean: Of the Gaussian.
        sigma: Its standard deviation, positive.
        target: Where the density is taken.

    Returns:
        One number each [nat]; NaN where anything is NaN.

    Example:
        >>> round(gaussian_nll(torch.tensor(1.0), torch.tensor(2.0), torch.tensor(1.0)).item(), 4)
        1.6121
        >>> round(math.log(2 * math.sqrt(2 * math.pi)), 4)
        1.6121
    """
    return sigma.log() + ((target - mean) / sigma).square() / 2 + math.log(2 * math.pi) / 2


class GaussianNLL(Likelihood):
    """A mean and a width per target, learned by maximum likelihood.

    sigma = softplus(second output) + floor. The width is what the image does not tell and knows nothing of galaxies
    unlike the training set. The loss is a mean over rows and targets, so that the average of the gradients of ranks
    with batches of one size is that of the global batch.

    A likelihood cares less for rows that it has given up on: where sigma is large the slope of the mean is small, and
    a width that grew early keeps the mean from being learned. With ``beta`` each row is weighed by sigma^(2 beta), held
    fixed in the gradient: at 0 the likelihood itself, at 1 the mean learns as with the squared error, 0.5 between.

    Args:
        floor: Smallest width, in the unit that the loss sees; without one a row that is fitted exactly has no bound.
        beta: Exponent of the weight, from 0 to 1.

    Raises:
        ValueError: If ``floor`` is not positive or ``beta`` not within 0 to 1.

    References:
        Nix & Weigend 1994, Proc. IEEE ICNN 1, 55, for the network; Seitzer et al. 2022, ICLR, for beta.
    """

    outputs = 2
    columns = ("pred", "sigma")
    widths = frozenset({"sigma"})

    def __init__(self, floor: float = 1e-3, beta: float = 0.0) -> None:
        super().__init__()
        if not (floor > 0 and 0 <= beta <= 1):
            raise ValueError(f"floor is {floor} and beta {beta}; expected a floor above 0 and a beta from 0 to 1")
        self.floor, self.beta = floor, beta

    def read(self, outputs: Float[Tensor, "batch target 2"]) -> Float[Tensor, "batch target 2"]:
        """Return mean and standard deviation."""
        mean, width = precise(outputs).unbind(-1)
        return torch.stack([mean, F.softplus(width) + self.floor], -1)

    def forward(
        self, outputs: Float[Tensor, "batch target 2"], target: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the mean negative log-likelihood, weighed where ``beta`` is not 0.

        Raises:
            ValueError: If the shapes do not belong together.
        """
        check_outputs(outputs, target, self.outputs)
        mean, sigma = self.read(outputs).unbind(-1)
        return (gaussian_nll(mean, sigma, target) * sigma.detach() ** (2 * self.beta)).mean()

    def start(self, mean: Float[Tensor, " target"], std: Float[Tensor, " target"]) -> Float[Tensor, "target 2"]:
        """Return the outputs of mean and spread of the training targets; a spread below 2 floor starts at 2 floor."""
        return torch.stack([mean, inverse_softplus((std - self.floor).clamp(min=self.floor))], -1)
