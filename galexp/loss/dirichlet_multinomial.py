"""Counts of votes, question by question, by a likelihood that knows how few volunteers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from galexp.catalog.vote_tree import QUESTIONS
from galexp.loss.base import VoteLikelihood, precise
from galexp.model.vote_head import sigmoid, walk

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

LOWEST, SPAN = 1.0, 100.0


def dirichlet_multinomial_nll(
    counts: Float[Tensor, "*shape answer"], concentrations: Float[Tensor, "*shape answer"]
) -> Float[Tensor, "*shape"]:
    """Compute the negative log-probability of counts whose shares are drawn from a Dirichlet distribution.

    With N = sum(n) and A = sum(a), the probability is the multinomial coefficient N! / prod(n!) times
    G(A) / G(N + A) prod(G(n + a) / G(a)), G being the gamma function. Shares have the mean a / A and scatter the less
    the larger A is; as A grows it becomes the multinomial. The coefficient is in it, so that whole counts have a
    probability; it does not depend on the network. Counts need not be whole: the gamma function carries over.

    Args:
        counts: Votes for each answer, not negative.
        concentrations: Of the Dirichlet distribution, positive.

    Returns:
        One number a question [nat]; 0 where nobody was asked; NaN where anything is NaN.

    Example:
        Shares of which nothing is known make all 11 outcomes of 10 votes equally probable:

        >>> dirichlet_multinomial_nll(torch.tensor([3.0, 7.0]), torch.ones(2)).exp().round(decimals=3).item()
        11.0
    """
    total, whole = counts.sum(-1), concentrations.sum(-1)
    asked = torch.lgamma(total + whole) - torch.lgamma(whole) - torch.lgamma(total + 1)
    answered = torch.lgamma(counts + concentrations) - torch.lgamma(concentrations) - torch.lgamma(counts + 1)
    return asked - answered.sum(-1)


class DirichletMultinomial(VoteLikelihood):
    """The likelihood of the votes on each question, given how many were asked, summed over questions.

    A question that two volunteers reached weighs less than one that forty did, and the network says how sure it is.
    As in Zoobot the concentrations are 1 + 100 sigmoid(output), between 1 and 101, and questions are independent of
    each other. Zoobot has counts; the Kaggle table has only fractions with the path in them, so counts are taken to be
    ``voters`` times the fraction, the same number for every galaxy and not rounded: a choice of ours that makes widths
    as wrong as the number of voters is. The loss is a mean over galaxies, right for ranks with batches of one size.

    Args:
        voters: Who answer the first question; 44 is the median of Galaxy Zoo 2.

    Raises:
        ValueError: If ``voters`` is not positive.

    References:
        Walmsley et al. 2022, MNRAS 509, 3966, for likelihood and concentrations; Willett et al. 2013, MNRAS 435, 2835,
        for the median.
    """

    def __init__(self, voters: float = 44.0) -> None:
        super().__init__()
        if not voters > 0:
            raise ValueError(f"voters is {voters}; expected the number of volunteers per galaxy, above 0")
        self.voters = voters

    def concentrations(self, outputs: Float[Tensor, "batch 37"]) -> Float[Tensor, "batch 37"]:
        """Return the parameters of the Dirichlet distributions, 1 + 100 sigmoid(output).

        Raises:
            ValueError: If there are not 37 outputs.
        """
        return LOWEST + SPAN * sigmoid(outputs)

    def read(self, outputs: Float[Tensor, "batch 37"]) -> Float[Tensor, "batch 37"]:
        """Return the expected vote fractions, the means of the shares multiplied along the path to each question."""
        concentrations = self.concentrations(outputs)
        parts = [concentrations[:, question.columns] for question in QUESTIONS]
        return walk(torch.cat([part / part.sum(1, keepdim=True) for part in parts], 1))

    def forward(self, outputs: Float[Tensor, "batch 37"], votes: Float[Tensor, "batch 37"]) -> Float[Tensor, ""]:
        """Return the negative log-likelihood of a galaxy's votes, its mean over the batch; NaN if a vote is NaN.

        Raises:
            ValueError: If the shapes differ.
        """
        concentrations, counts = self.concentrations(outputs), self.voters * precise(votes)
        if counts.shape != concentrations.shape:
            raise ValueError(f"outputs have shape {list(outputs.shape)}, votes {list(votes.shape)}; they must be equal")
        losses = [
            dirichlet_multinomial_nll(counts[:, question.columns], concentrations[:, question.columns])
            for question in QUESTIONS
        ]
        return torch.stack(losses).sum(0).mean()
