import math

import numpy as np
import pytest

from galexp.evaluation.bootstrap import paired_bootstrap_difference
from galexp.evaluation.comparison import judge, mean_scores, paired_difference
from galexp.metric.regression import rmse


def errors(galaxies=300, members=1, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 0.4, (galaxies, members)), rng.normal(0.0, 0.3, (galaxies, members))


def test_of_one_member_it_is_the_paired_bootstrap_of_the_rmse_with_the_same_draws():
    first, second = errors()
    ours = paired_difference(first**2, second**2, is_root=True, draws=300, seed=5)
    other = paired_bootstrap_difference(rmse, first[:, 0], second[:, 0], np.zeros(300), 300, 5)
    np.testing.assert_allclose(np.array(ours), np.array(other), rtol=1e-9)


def test_a_member_alike_adds_nothing_and_unlike_ones_are_averaged():
    first, second = errors(members=2)
    pairs = [(first[:, [k]] ** 2, second[:, [k]] ** 2) for k in (0, 1)]
    alone = [paired_difference(*both, is_root=True, draws=50).value for both in pairs]
    assert paired_difference(first**2, second**2, is_root=True, draws=50).value == pytest.approx(np.mean(alone))
    doubled = [np.repeat(side, 2, axis=1) for side in pairs[0]]
    np.testing.assert_allclose(
        paired_difference(*doubled, is_root=True, draws=50), paired_difference(*pairs[0], is_root=True, draws=50)
    )


def test_galaxies_of_other_members_count_for_those_that_have_them_alone():
    first, second = errors(100, 2)
    first[:40, 1] = second[:40, 1] = np.nan
    expected = [np.sqrt(np.mean(first[:, 0] ** 2)), np.sqrt(np.mean(first[40:, 1] ** 2))]
    np.testing.assert_allclose(mean_scores(first**2, is_root=True), expected)


def test_the_interval_covers_the_true_difference_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(300):
        losses = rng.exponential([1.0, 1.5], (120, 2))
        found = paired_difference(losses[:, :1], losses[:, 1:], is_root=False, draws=100, seed=2)
        covered.append(found.low <= -0.5 <= found.high)
    assert np.mean(covered) == pytest.approx(0.68, abs=0.07)


def test_without_draws_there_is_a_difference_and_no_interval():
    found = paired_difference(np.full((4, 1), 4.0), np.full((4, 1), 1.0), is_root=True, draws=0)
    assert found.value == 1.0
    assert np.isnan([found.low, found.high, found.standard_error]).all()


def test_what_is_not_paired_is_refused():
    losses = np.ones((4, 2))
    with pytest.raises(ValueError, match=r"shapes \(4, 2\) and \(3, 2\); give the same galaxies"):
        paired_difference(losses, losses[:3], is_root=True)
    with pytest.raises(ValueError, match="on one side alone"):
        paired_difference(np.where(np.eye(4, 2), np.nan, 1.0), losses, is_root=True)


def test_errors_add_in_squares_and_an_unknown_spread_or_published_error_is_left_out():
    assert judge(1.0, 0.3, 0.4, 0.0).error == pytest.approx(0.5)
    assert judge(1.0, 0.3, math.nan, 0.0).error == pytest.approx(0.3)
    assert judge(1.0, 1.0, 2.0, 0.0, 2.0) == pytest.approx((1.0, 3.0, 1 / 3))


def test_the_spread_over_trainings_alone_judges_nothing():
    judged = judge(0.3, math.nan, 0.01, 0.2)
    assert judged.difference == pytest.approx(0.1)
    assert math.isnan(judged.error)
    assert math.isnan(judged.in_errors)
