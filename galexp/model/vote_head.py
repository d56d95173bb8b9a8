"""From 37 outputs of a network to the votes on a galaxy, with or without the sums that the questions impose."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from galexp.catalog.vote_tree import ANSWERS, QUESTIONS

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    Outputs = Float[Tensor, "batch 37"]
    Votes = Float[Tensor, "batch 37"]

# Of the network that won the competition, whose shares are relu / (sum of relu + 1e-12).
EPSILON = 1e-12


def sigmoid(outputs: Outputs) -> Votes:
    """Squeeze each output into a vote fraction, 1 / (1 + exp(-x)).

    Each answer is on its own: the sums of the questions hold only as far as they are learned.

    Args:
        outputs: Of the network, in the order of `ANSWERS`.

    Returns:
        Votes in float32 at least; NaN where the output is NaN.

    Raises:
        ValueError: If there are not 37 outputs.

    Example:
        >>> sigmoid(torch.zeros(1, 37)).unique().tolist()
        [0.5]
    """
    return torch.sigmoid(_checked(outputs))


def softmax_tree(outputs: Outputs) -> Votes:
    """Share each question among its answers by a softmax, and multiply by the probability of reaching it.

    Args:
        outputs: Of the network, in the order of `ANSWERS`.

    Returns:
        Votes in float32 at least, which keep every sum of the tree to rounding. An output that is NaN or infinite makes
        its question NaN, and those that its answers lead to.

    Raises:
        ValueError: If there are not 37 outputs.

    Example:
        Without any knowledge a third looks smooth, and a ninth smooth and round:

        >>> [round(vote, 4) for vote in softmax_tree(torch.zeros(1, 37))[0, [0, 15]].tolist()]
        [0.3333, 0.1111]
    """
    values = _checked(outputs)
    return walk(torch.cat([values[:, question.columns].softmax(1) for question in QUESTIONS], 1))


def relu_tree(outputs: Outputs) -> Votes:
    """Share each question among its answers in proportion to the positive outputs, and multiply as in `softmax_tree`.

    The share of an answer is (relu(x) + e softmax(x)) / (sum of relu + e), with e = 1e-12. The winning network has it
    without the softmax, and its answers sum to 0 rather than 1 where no output of a question is positive; the softmax,
    a choice of ours, fills in what the e in the denominator takes away. It is nothing beside a positive output; where
    there is none it is the whole share, uniform among equal outputs and with a slope that leads out again.
    Unlike a softmax this reaches 0 and 1, to rounding.

    Args:
        outputs: Of the network, in the order of `ANSWERS`.

    Returns:
        As `softmax_tree`.

    Raises:
        ValueError: If there are not 37 outputs.

    Example:
        >>> outputs = torch.zeros(1, 37)
        >>> outputs[0, :3] = torch.tensor([3.0, 1.0, -5.0])
        >>> relu_tree(outputs)[0, :4].round(decimals=6).tolist()
        [0.75, 0.25, 0.0, 0.125]

    References:
        Dieleman, Willett & Dambre 2015, MNRAS 450, 1441, for the network.
    """
    values = _checked(outputs)
    return walk(torch.cat([_relu_shares(values[:, question.columns]) for question in QUESTIONS], 1))


def walk(shares: Float[Tensor, "batch 37"]) -> Votes:
    """Multiply the share of each answer among those who are asked by the probability of being asked.

    Args:
        shares: In the order of `ANSWERS`; those of a question sum to 1.

    Returns:
        Vote fractions of the Kaggle table, in which a question sums to the votes of the answers that lead to it.
    """
    votes: list[Tensor] = []
    for question in QUESTIONS:
        own = shares[:, question.columns]
        reached = own if question.total is None else own * votes[question.total][:, None]
        votes.extend(reached.unbind(1))
    return torch.stack(votes, 1)


VOTE_HEADS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": sigmoid,
    "softmax_tree": softmax_tree,
    "relu_tree": relu_tree,
}


def _relu_shares(values: Float[Tensor, "batch answer"]) -> Float[Tensor, "batch answer"]:
    positive = values.relu()
    return (positive + EPSILON * values.softmax(1)) / (positive.sum(1, keepdim=True) + EPSILON)


def _checked(outputs: Tensor) -> Tensor:
    if outputs.ndim != 2 or outputs.shape[1] != len(ANSWERS):
        raise ValueError(
            f"outputs have shape {list(outputs.shape)}; votes need [batch, {len(ANSWERS)}], one output an answer"
        )
    return outputs.to(torch.promote_types(outputs.dtype, torch.float32))
