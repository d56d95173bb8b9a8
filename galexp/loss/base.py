"""What the outputs of a network say of a number or of votes, and how wrong they are."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor


class Likelihood(nn.Module, abc.ABC):
    """What some outputs of a network say of one number, and how wrong they are.

    Numbers are in the unit in which the loss sees the target, raw or standardized. Each target has outputs of its own.

    Attributes:
        outputs: Number of outputs of the network per target.
        columns: Names of what is read from them; the first is ``pred``.
        widths: Those columns that have no zero point: back in the unit of the target they are scaled and not shifted.
    """

    outputs: int
    columns: tuple[str, ...]
    widths: frozenset[str] = frozenset()

    @abc.abstractmethod
    def read(self, outputs: Float[Tensor, "batch target output"]) -> Float[Tensor, "batch target column"]:
        """Return what the outputs mean, in the order of ``columns``."""

    @abc.abstractmethod
    def forward(
        self, outputs: Float[Tensor, "batch target output"], target: Float[Tensor, "batch target"]
    ) -> Float[Tensor, ""]:
        """Return the loss of a batch."""

    @abc.abstractmethod
    def start(self, mean: Float[Tensor, " target"], std: Float[Tensor, " target"]) -> Float[Tensor, "target output"]:
        """Return the outputs that describe the training targets when nothing is known of the galaxy.

        A last bias that starts here spends no epochs on finding offset and spread.

        Args:
            mean: Of the training targets.
            std: Of the training targets.
        """


class VoteLikelihood(nn.Module, abc.ABC):
    """What 37 outputs of a network say of the votes on a galaxy, and how wrong they are."""

    @abc.abstractmethod
    def read(self, outputs: Float[Tensor, "batch 37"]) -> Float[Tensor, "batch 37"]:
        """Return the vote fractions to expect, each with the probability of the path to its question in it."""

    @abc.abstractmethod
    def forward(self, outputs: Float[Tensor, "batch 37"], votes: Float[Tensor, "batch 37"]) -> Float[Tensor, ""]:
        """Return the loss of a batch."""


def precise(values: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return values in float32 at least: bfloat16 has three digits."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


def check_outputs(outputs: Float[Tensor, "*shape output"], target: Float[Tensor, "*shape"], per_target: int) -> None:
    """Refuse outputs that do not belong to these targets.

    Raises:
        ValueError: If the shapes are not (..., per_target) and (...), which might broadcast.
    """
    if outputs.shape != (*target.shape, per_target):
        raise ValueError(
            f"outputs have shape {list(outputs.shape)}, target {list(target.shape)}; "
            f"expected {[*target.shape, per_target]}, {per_target} outputs per target"
        )


def inverse_softplus(values: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return the x whose softplus, log(1 + exp(x)), is each value.

    Args:
        values: Positive.

    Returns:
        log(exp(value) - 1), without overflow; -inf at 0 and NaN below.

    Example:
        >>> round(inverse_softplus(nn.functional.softplus(torch.tensor(-3.0))).item(), 5)
        -3.0
    """
    return values + torch.log(-torch.expm1(-values))
