import math

import numpy as np
import pytest
from scipy import stats

from galexp.evaluation.residual_trends import correlation, expected_with_truth, regression_to_mean


def conditional_mean(explained, galaxies=200_000, seed=0):
    """Return the best prediction of a truth of unit variance, of which an image tells a share, and the truth."""
    rng = np.random.default_rng(seed)
    preds = rng.normal(0, math.sqrt(explained), galaxies)
    return preds, preds + rng.normal(0, math.sqrt(1 - explained), galaxies)


def test_the_interval_is_fishers():
    rng = np.random.default_rng(1)
    x = rng.normal(size=50)
    y = 0.5 * x + rng.normal(size=50)
    found = correlation(x, y, level=0.9)
    z = np.arctanh(found.pearson)
    reach = stats.norm.ppf(0.95) / np.sqrt(47)
    assert (found.low, found.high) == pytest.approx((np.tanh(z - reach), np.tanh(z + reach)))
    assert found.spearman == pytest.approx(stats.pearsonr(stats.rankdata(x), stats.rankdata(y)).statistic)


def test_the_interval_covers_what_it_says():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 40))
    y = 0.6 * x + 0.8 * rng.normal(size=(200, 40))
    inside = [one.low < 0.6 < one.high for one in map(correlation, x, y)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.045)


def test_ranks_do_not_change_with_a_monotonic_scale():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 60))
    assert correlation(np.exp(3 * x), y).spearman == pytest.approx(correlation(x, y).spearman)


def test_pairs_without_a_value_are_left_out_and_not_counted():
    x, y = np.random.default_rng(4).normal(size=(2, 30))
    holes = np.where(np.arange(30) < 5, np.nan, x)
    assert correlation(holes, y) == pytest.approx(correlation(x[5:], y[5:]))
    assert correlation(holes, y).n == 25


@pytest.mark.parametrize(("x", "y"), [([1, 2, 3], [1, 2, 4]), ([1, 1, 1, 1, 1], [1, 2, 3, 4, 5])])
def test_too_few_or_constant_columns_have_no_correlation(x, y):
    found = correlation(np.array(x, dtype=float), np.array(y, dtype=float))
    assert found.n == len(x)
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_unequal_columns_and_impossible_levels_are_refused(level):
    with pytest.raises(ValueError, match="expected equal ones and 0 < level < 1"):
        correlation(np.arange(5.0), np.arange(5.0), level)
    with pytest.raises(ValueError, match=r"columns have shapes \(5,\) and \(4,\)"):
        correlation(np.arange(5.0), np.arange(4.0))


@pytest.mark.parametrize("explained", [0.2, 0.5, 0.82])
def test_residuals_of_the_best_prediction_fall_with_the_truth_and_not_with_the_prediction(explained):
    found = regression_to_mean(*conditional_mean(explained))
    assert found.expected_with_truth == pytest.approx(-math.sqrt(1 - explained), abs=0.005)
    assert found.with_truth.pearson == pytest.approx(found.expected_with_truth, abs=0.005)
    assert found.with_prediction.pearson == pytest.approx(0, abs=0.007)


def test_exaggeration_and_shrinkage_depart_from_it_to_either_side():
    preds, truth = conditional_mean(0.5)
    more, less = regression_to_mean(1.4 * preds, truth), regression_to_mean(0.6 * preds, truth)
    assert more.with_truth.pearson > more.expected_with_truth + 0.05
    assert less.with_truth.pearson < less.expected_with_truth - 0.05
    assert more.with_prediction.pearson > 0.1 > -0.1 > less.with_prediction.pearson


def test_the_published_correlation_is_about_what_the_published_error_makes_expected():
    assert expected_with_truth(0.2557, 0.6036) == pytest.approx(-0.444, abs=0.025)


def test_an_error_beyond_the_scatter_is_no_conditional_mean():
    assert math.isnan(expected_with_truth(0.7, 0.6))
    assert math.isnan(expected_with_truth(0.0, 0.0))


def test_without_any_truth_nothing_is_expected():
    assert math.isnan(regression_to_mean(np.zeros(5), np.full(5, np.nan)).expected_with_truth)
