"""How the labels of a dataset depend on each other, and what the decision tree makes of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.catalog.vote_tree import QUESTIONS

if TYPE_CHECKING:
    from jaxtyping import Float


class AnswerPair(NamedTuple):
    """How the two answers of a question depend on each other.

    Attributes:
        question: Name.
        correlation: Of the two weighted vote fractions over all galaxies.
        sum_scatter: Standard deviation, over galaxies, of what they sum to.
        expected: -1 where the tree says that the sum is the same for all galaxies, NaN where it says nothing.
        conditional: Correlation of the shares of those who were asked; -1 where anybody was.
        asked: Galaxies in which somebody was asked.
    """

    question: str
    correlation: float
    sum_scatter: float
    expected: float
    conditional: float
    asked: int


def correlation(labels: Float[np.ndarray, "galaxy label"]) -> Float[np.ndarray, "label label"]:
    """Compute Pearson's correlation of every two labels over galaxies.

    rho(x, y) = cov(x, y) / (s_x s_y), with moments of the population (the correction for few galaxies cancels). Labels
    that are parts of one whole, such as answers to one question, are pushed towards negative values by that alone; it
    is no property of galaxies.

    Args:
        labels: One row a galaxy; rows with a NaN are left out whole.

    Returns:
        A symmetric matrix with ones on its diagonal; NaN in rows and columns of a label that is the same everywhere.

    Raises:
        ValueError: If fewer than two rows are complete.

    Example:
        >>> correlation(np.array([[0.0, 1.0], [0.25, 0.75], [1.0, 0.0], [np.nan, 9.0]])).round(12).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]
    """
    complete = labels[np.isfinite(labels).all(axis=1)]
    if len(complete) < 2:
        raise ValueError(f"{len(complete)} of {len(labels)} galaxies have all labels; a correlation needs two or more")
    varies = np.ptp(complete, axis=0) > 0
    found = np.full((labels.shape[1], labels.shape[1]), np.nan)
    if varies.any():
        found[np.ix_(varies, varies)] = np.corrcoef(complete[:, varies], rowvar=False)
    return found


def conditional_fractions(votes: Float[np.ndarray, "galaxy 37"]) -> Float[np.ndarray, "galaxy 37"]:
    """Return the share of each answer among those who were asked: the vote fraction over the sum of its question.

    Args:
        votes: Weighted vote fractions in the order of the tree.

    Returns:
        Shares that sum to 1 over each question; NaN where nobody was asked, or a vote of the question is NaN.

    Example:
        Of everybody, half see features, and a fifth of these an edge-on disk:

        >>> votes = np.zeros((1, 37))
        >>> votes[0, [0, 1, 3, 4]] = 0.5, 0.5, 0.1, 0.4
        >>> conditional_fractions(votes)[0, 3:5].round(12).tolist(), conditional_fractions(votes)[0, 5].item()
        ([0.2, 0.8], nan)
    """
    shares = np.full(votes.shape, np.nan)
    for question in QUESTIONS:
        answers = votes[:, question.columns]
        total = answers.sum(axis=1, keepdims=True)
        np.divide(answers, total, out=shares[:, question.columns], where=total > 0)
    return shares


def answer_pairs(votes: Float[np.ndarray, "galaxy 37"]) -> list[AnswerPair]:
    """Compare the questions of two answers with what the tree expects of them.

    The two answers x, y of a question have rho = (Var(x + y) - Var(x) - Var(y)) / (2 s_x s_y). Where the sum is the
    same for all galaxies that is -1; the table gives `odd` such a sum. Whoever sees no features is never asked about an
    edge-on disk, a bar or arms, so that those sums vary from galaxy to galaxy and their rho is not -1, whatever
    galaxies are like. Shares of those who were asked sum to 1 and have -1 again.

    Args:
        votes: Weighted vote fractions in the order of the tree; rows with a NaN are left out whole.

    Returns:
        One entry a question of two answers; a correlation is NaN where fewer than two galaxies, or no variation, is
        left.
    """
    complete = votes[np.isfinite(votes).all(axis=1)]
    shares = conditional_fractions(complete)
    found = []
    for question in QUESTIONS:
        if len(question.answers) == 2:
            answers, own = complete[:, question.columns], shares[:, question.columns]
            asked = own[np.isfinite(own).all(axis=1)]
            expected = -1.0 if question.total is None else np.nan
            scatter = float(answers.sum(axis=1).std()) if len(answers) else np.nan
            found.append(AnswerPair(question.name, _rho(answers), scatter, expected, _rho(asked), len(asked)))
    return found


def _rho(pairs: Float[np.ndarray, "galaxy 2"]) -> float:
    return float(correlation(pairs)[0, 1]) if len(pairs) > 1 else np.nan
