"""Claims about the decision tree of Galaxy Zoo 2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.catalog.vote_tree import ANSWERS, QUESTIONS, closure_errors, reaching

FOLLOWING = {question.number: question for question in QUESTIONS}


def name(column):
    return None if column is None else ANSWERS[column].kaggle


def poll(seed, galaxies=20):
    """Ask volunteers, who disagree at random, and weigh each answer with the probability of the path to it."""
    rng = np.random.default_rng(seed)
    votes = np.zeros((galaxies, len(ANSWERS)))
    order = [1, 7, 2, 9, 3, 4, 10, 11, 5, 6, 8]
    reached = {number: np.zeros(galaxies) for number in order} | {1: np.ones(galaxies)}
    for number in order:
        question = FOLLOWING[number]
        shares = rng.dirichlet(np.full(len(question.answers), 0.5), galaxies)
        votes[:, question.columns] = shares * reached[number][:, None]
        for answer, probability in zip(question.answers, votes[:, question.columns].T, strict=True):
            if answer.leads_to is not None:
                reached[answer.leads_to] = reached[answer.leads_to] + probability
    return votes, np.stack([reached[question.number] for question in QUESTIONS], axis=1)


def test_there_are_eleven_questions_and_the_columns_of_the_published_table_in_its_order():
    counts = [3, 2, 2, 2, 4, 2, 3, 7, 3, 3, 6]
    columns = [f"Class{q}.{a}" for q, count in enumerate(counts, start=1) for a in range(1, count + 1)]
    assert [answer.kaggle for answer in ANSWERS] == columns
    assert [len(question.answers) for question in QUESTIONS] == counts
    assert [ANSWERS[question.columns] for question in QUESTIONS] == [question.answers for question in QUESTIONS]


def test_names_are_unique_and_identifiers_are_those_of_the_paper_which_skips_a35():
    assert len({answer.name for answer in ANSWERS}) == 37
    expected = {f"a{number:02d}" for number in range(1, 39)} - {"a35"}
    assert {answer.identifier for answer in ANSWERS} == expected
    assert ANSWERS[23].name == "odd_type_merger"


def test_the_totals_are_those_of_the_competition():
    assert [name(question.total) for question in QUESTIONS] == [
        None, "Class1.2", "Class2.2", "Class2.2", "Class2.2", None, "Class1.1", "Class6.1", "Class2.1", "Class4.1",
        "Class4.1",
    ]  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_votes_that_walk_down_the_tree_meet_every_sum_but_that_of_odd_which_stars_do_not_reach(seed):
    votes, reached = poll(seed)
    np.testing.assert_allclose(np.delete(reaching(votes), 5, axis=1), np.delete(reached, 5, axis=1), atol=1e-12)
    np.testing.assert_allclose(np.delete(closure_errors(votes), 5, axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(closure_errors(votes)[:, 5], -votes[:, 2], atol=1e-12)


def test_a_change_of_one_answer_shows_in_its_question_and_in_those_that_it_reaches():
    votes, _ = poll(0, galaxies=1)
    votes[:, 13:15] *= 1 / votes[:, 13:15].sum()
    votes[:, 18:25] *= votes[:, 13:14] / votes[:, 18:25].sum()
    assert np.abs(closure_errors(votes)).max() < 1e-12
    votes[0, 7] += 0.25
    assert closure_errors(votes)[0] == pytest.approx([0, 0, 0, 0.25, 0, 0, 0, 0, 0, -0.25, -0.25], abs=1e-12)


def test_a_gap_in_the_votes_is_a_gap_in_its_sums_alone():
    votes, _ = poll(1, galaxies=1)
    votes[0, 24] = np.nan
    assert np.isnan(closure_errors(votes)[0]).tolist() == [number == 8 for number in range(1, 12)]
