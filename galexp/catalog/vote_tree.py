"""The questions of Galaxy Zoo 2, their answers, which question follows, and what the answers must sum to."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float

ROUNDING = 1e-5


@dataclasses.dataclass(frozen=True)
class Answer:
    """One of the 37 answers.

    Args:
        name: Ours, question and answer: ``odd_type_merger``.
        kaggle: Name of the column in the Kaggle table: ``Class8.6``.
        identifier: In Table 2 of Willett et al. (2013): ``a24``.
        leads_to: Number of the question that a volunteer sees next, None at the end.
    """

    name: str
    kaggle: str
    identifier: str
    leads_to: int | None


@dataclasses.dataclass(frozen=True)
class Question:
    """One of the 11 questions.

    Args:
        number: From 1, as in Kaggle's columns.
        name: Ours.
        answers: In the order of the columns.
        columns: Where they stand among all 37.
        total: Which of the 37 the answers sum to; None where they sum to 1.
    """

    number: int
    name: str
    answers: tuple[Answer, ...]
    columns: slice
    total: int | None


_TREE = (
    ("smooth_or_features", None, "smooth a01 7, features_or_disk a02 2, star_or_artifact a03 -"),
    ("edge_on", "Class1.2", "yes a04 9, no a05 3"),
    ("bar", "Class2.2", "yes a06 4, no a07 4"),
    ("spiral", "Class2.2", "yes a08 10, no a09 5"),
    ("bulge_prominence", "Class2.2", "none a10 6, just_noticeable a11 6, obvious a12 6, dominant a13 6"),
    ("odd", None, "yes a14 8, no a15 -"),
    ("roundness", "Class1.1", "completely_round a16 6, in_between a17 6, cigar_shaped a18 6"),
    (
        "odd_type",
        "Class6.1",
        "ring a19 -, lens_or_arc a20 -, disturbed a21 -, irregular a22 -, other a23 -, merger a24 -, dust_lane a38 -",
    ),
    ("edge_on_bulge", "Class2.1", "rounded a25 6, boxy a26 6, none a27 6"),
    ("arm_winding", "Class4.1", "tight a28 11, medium a29 11, loose a30 11"),
    ("arm_number", "Class4.1", "1 a31 5, 2 a32 5, 3 a33 5, 4 a34 5, more_than_4 a36 5, cannot_tell a37 5"),
)


def _answers(number: int, question: str, text: str) -> tuple[Answer, ...]:
    words = [answer.split() for answer in text.split(", ")]
    return tuple(
        Answer(f"{question}_{name}", f"Class{number}.{place}", identifier, None if after == "-" else int(after))
        for place, (name, identifier, after) in enumerate(words, start=1)
    )


def _questions() -> tuple[Question, ...]:
    answers = [_answers(number, name, text) for number, (name, _, text) in enumerate(_TREE, start=1)]
    place = {answer.kaggle: column for column, answer in enumerate(sum(answers, ()))}
    return tuple(
        Question(number, name, own, slice(place[own[0].kaggle], place[own[-1].kaggle] + 1), place.get(total or ""))
        for number, ((name, total, _), own) in enumerate(zip(_TREE, answers, strict=True), start=1)
    )


QUESTIONS = _questions()
ANSWERS = tuple(answer for question in QUESTIONS for answer in question.answers)
ANSWER_NAMES = [answer.name for answer in ANSWERS]


def reaching(votes: Float[np.ndarray, "galaxy 37"]) -> Float[np.ndarray, "galaxy 11"]:
    """Return what the answers of each question must sum to: the probability that a volunteer reaches it.

    A vote fraction of the Kaggle table is the share of an answer times the probability of the path to its question.
    The smooth branch reaches roundness, features reach edge_on, an edge-on disk edge_on_bulge, any other disk bar,
    spiral and bulge_prominence, a spiral the questions on arms, and an odd galaxy odd_type. The table gives ``odd`` a
    total of 1, although those who saw a star or an artifact are not asked.

    Args:
        votes: In the order of ``ANSWERS``; NaN gives NaN.

    References:
        Willett et al. 2013, MNRAS 435, 2835, Table 2, for the tree; the sums are those of the competition's table.
    """
    totals = [np.ones(len(votes)) if question.total is None else votes[:, question.total] for question in QUESTIONS]
    return np.stack(totals, axis=1)


def closure_errors(votes: Float[np.ndarray, "galaxy 37"]) -> Float[np.ndarray, "galaxy 11"]:
    """Return, per question, the sum of its answers minus the probability of reaching it; 0 where the votes are whole.

    Args:
        votes: In the order of ``ANSWERS``; NaN gives NaN.

    Example:
        A galaxy that everybody calls round and smooth, and that somebody forgot to call odd or not:

        >>> votes = np.zeros((1, 37))
        >>> votes[0, [0, 15]] = 1
        >>> closure_errors(votes)[0].tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    sums = [votes[:, question.columns].sum(axis=1) for question in QUESTIONS]
    return np.stack(sums, axis=1) - reaching(votes)
