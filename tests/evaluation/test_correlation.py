"""Claims about how labels depend on each other, and what the decision tree makes of that."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr

from galexp.catalog.vote_tree import ANSWERS, QUESTIONS
from galexp.evaluation.correlation import answer_pairs, conditional_fractions, correlation


def poll(galaxies, seed=0):
    """Ask volunteers, who disagree at random, and weigh each answer with the probability of the path to it."""
    rng = np.random.default_rng(seed)
    votes = np.zeros((galaxies, len(ANSWERS)))
    reached = {number: np.zeros(galaxies) for number in range(1, 12)} | {1: np.ones(galaxies), 6: np.ones(galaxies)}
    for number in (1, 7, 2, 9, 3, 4, 10, 11, 5, 6, 8):
        question = QUESTIONS[number - 1]
        shares = rng.dirichlet(np.full(len(question.answers), 0.5), galaxies)
        votes[:, question.columns] = shares * reached[number][:, None]
        for answer, probability in zip(question.answers, votes[:, question.columns].T, strict=True):
            if answer.leads_to not in (None, 6):
                reached[answer.leads_to] = reached[answer.leads_to] + probability
    return votes


def test_a_correlation_is_that_of_scipy_for_each_pair():
    labels = np.random.default_rng(0).normal(size=(50, 3)) @ np.array([[1, 1, 0], [0, 1, 2], [0, 0, 1.0]])
    found = correlation(labels)
    for first in range(3):
        for second in range(3):
            assert found[first, second] == pytest.approx(pearsonr(labels[:, first], labels[:, second]).statistic)


def test_a_correlation_changes_neither_with_units_nor_with_the_order_of_galaxies():
    labels = np.random.default_rng(0).normal(size=(40, 4))
    again = (10 * labels - 3)[np.random.default_rng(1).permutation(40)]
    np.testing.assert_allclose(correlation(again), correlation(labels), atol=1e-12)


def test_a_label_that_is_the_same_everywhere_has_no_correlation_and_leaves_the_others_alone():
    labels = np.array([[0.1, 1.0, 2.0], [0.1, 2.0, 4.0], [0.1, 4.0, 8.0]])
    found = correlation(labels)
    assert np.isnan(found[0]).all()
    assert found[1, 2] == pytest.approx(1)
    assert np.isnan(correlation(labels[:, :1])).all()


def test_too_few_complete_galaxies_are_refused():
    with pytest.raises(ValueError, match="1 of 2 galaxies have all labels; a correlation needs two or more"):
        correlation(np.array([[1.0, 2.0], [np.nan, 3.0]]))


def test_of_two_answers_only_odd_excludes_itself_since_everybody_is_asked():
    pairs = {pair.question: pair for pair in answer_pairs(poll(400))}
    assert list(pairs) == ["edge_on", "bar", "spiral", "odd"]
    assert pairs["odd"].expected == -1
    assert pairs["odd"].correlation == pytest.approx(-1)
    assert pairs["odd"].sum_scatter == pytest.approx(0, abs=1e-12)
    for name in ("edge_on", "bar", "spiral"):
        assert np.isnan(pairs[name].expected)
        assert pairs[name].correlation > -0.9
        assert pairs[name].sum_scatter > 0.1


def test_shares_of_those_asked_exclude_each_other_in_every_question_of_two():
    for pair in answer_pairs(poll(300)):
        assert pair.conditional == pytest.approx(-1)


def test_a_correlation_is_what_the_variance_of_the_sum_says():
    votes = poll(300)
    for pair in answer_pairs(votes):
        (question,) = (question for question in QUESTIONS if question.name == pair.question)
        first, second = votes[:, question.columns].T
        said = (pair.sum_scatter**2 - first.var() - second.var()) / (2 * first.std() * second.std())
        assert pair.correlation == pytest.approx(said)


def test_shares_sum_to_one_where_anybody_was_asked_and_are_undefined_elsewhere():
    votes = poll(50)
    votes[:10, 1:3], votes[:10, 0], votes[:10, 3:13] = 0, 1, 0
    shares = conditional_fractions(votes)
    for question in QUESTIONS:
        asked = votes[:, question.columns].sum(axis=1) > 0
        np.testing.assert_allclose(shares[asked][:, question.columns].sum(axis=1), 1)
        assert np.isnan(shares[~asked][:, question.columns]).all()
    (edge_on, *_) = answer_pairs(votes)
    assert edge_on.asked == 40


def test_galaxies_nobody_asked_leave_pairs_undefined():
    votes = np.zeros((5, 37))
    votes[:, 0] = 1
    for pair in answer_pairs(votes):
        assert np.isnan([pair.correlation, pair.conditional]).all()
        assert pair.asked == 0
    assert np.isnan(answer_pairs(np.full((3, 37), np.nan))[0].sum_scatter)
