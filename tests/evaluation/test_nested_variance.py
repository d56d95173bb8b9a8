import math

import numpy as np
import pytest
from scipy import stats

from galexp.evaluation.nested_variance import nested_variance


def simulated(split_sd, training_sd, splits, trainings, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(0, split_sd, (splits, 1)) + rng.normal(0, training_sd, (splits, trainings))


def test_components_of_two_by_two_are_those_worked_out_by_hand():
    found = nested_variance([[1.0, 3.0], [5.0, 7.0]])
    # Means 2 and 6: MS_between = 2 (4 + 4) / 1 = 16, MS_within = (2 + 2) / 2 = 2, (16 - 2) / 2 = 7.
    assert (found.mean, found.training_variance, found.split_variance, found.f) == (4.0, 2.0, 7.0, 8.0)
    assert found.redrawn_sd == 3.0
    assert (found.splits, found.scores) == (2, 4)


def test_f_and_its_p_value_are_those_of_scipys_analysis_of_variance():
    uneven = [[0.31, 0.34, 0.29], [0.36, 0.38], [0.27, 0.30, 0.33, 0.28]]
    reference = stats.f_oneway(*uneven)
    found = nested_variance(uneven)
    assert (found.f, found.p_value) == pytest.approx((reference.statistic, reference.pvalue))


@pytest.mark.parametrize(("split_sd", "training_sd"), [(0.05, 0.02), (0.0, 0.03)])
def test_the_estimates_are_unbiased(split_sd, training_sd):
    found = [nested_variance(simulated(split_sd, training_sd, 5, 2, seed)) for seed in range(600)]
    scale = split_sd**2 + training_sd**2
    assert np.mean([one.split_estimate for one in found]) == pytest.approx(split_sd**2, abs=0.1 * scale)
    assert np.mean([one.training_variance for one in found]) == pytest.approx(training_sd**2, abs=0.1 * scale)


def test_the_p_value_is_uniform_where_splits_do_not_differ():
    found = [nested_variance(simulated(0, 1, 5, 2, seed)).p_value for seed in range(300)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_a_negative_estimate_is_reported_and_counts_as_no_variance():
    found = nested_variance([[1.0, 3.0], [1.0, 3.0]])
    assert (found.split_estimate, found.split_variance) == (-1.0, 0.0)
    assert found.redrawn_sd == pytest.approx(math.sqrt(2))


def test_neither_an_offset_nor_the_order_of_splits_matters():
    scores = simulated(1, 1, 4, 3, 0)
    found, moved = nested_variance(scores), nested_variance(scores[::-1] + 8.9)
    assert moved[1:] == pytest.approx(found[1:])


def test_trainings_that_do_not_differ_leave_no_doubt():
    assert nested_variance([[1.0, 1.0], [2.0, 2.0]]).f == math.inf
    assert nested_variance([[1.0, 1.0], [2.0, 2.0]]).p_value == 0
    assert math.isnan(nested_variance([[1.0, 1.0], [1.0, 1.0]]).f)


@pytest.mark.parametrize("scores", [[[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], []]])
def test_scores_that_cannot_be_told_apart_are_refused(scores):
    with pytest.raises(ValueError, match="give two splits or more, each with a score and one with several"):
        nested_variance(scores)


def test_a_failed_score_is_refused():
    with pytest.raises(ValueError, match="are not all finite; leave out what failed"):
        nested_variance([[1.0, math.nan], [1.0, 2.0]])
