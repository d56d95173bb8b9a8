"""Claims about predictions in bins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binned_statistic, median_abs_deviation

from galexp.evaluation.binned_scatter import (
    about_running_median,
    binned_scatter,
    gaussian_of_histogram,
    round_edges,
)


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0, 4, 500)
    return truth, truth + rng.normal(0.1, 0.3, 500)


def test_numbers_of_each_bin_are_those_of_scipy(sample):
    truth, prediction = sample
    edges = np.linspace(0, 4, 9)
    found = binned_scatter(truth, prediction, truth, edges)
    residual = prediction - truth

    def reference(values, statistic):
        return binned_statistic(truth, values, statistic, edges).statistic

    np.testing.assert_array_equal(found.n, reference(truth, "count"))
    np.testing.assert_allclose(found.median, reference(prediction, "median"))
    np.testing.assert_allclose(found.rmse, np.sqrt(reference(residual**2, "mean")))
    np.testing.assert_allclose(found.nmad, reference(residual, lambda x: 1.4826 * median_abs_deviation(x)))
    np.testing.assert_allclose(found.centers, np.arange(0.25, 4, 0.5))


def test_a_bin_holds_its_lower_edge_and_only_the_last_its_upper_one():
    by = np.array([0.0, 1.0, 1.0, 2.0, -0.1, 2.1])
    assert binned_scatter(by, by, by, np.array([0.0, 1.0, 2.0])).n.tolist() == [1, 3]


def test_bins_of_too_few_galaxies_are_counted_and_have_no_numbers():
    by = np.repeat([0.5, 1.5], [4, 5])
    found = binned_scatter(by, by, by, np.array([0.0, 1.0, 2.0, 3.0]))
    assert found.n.tolist() == [4, 5, 0]
    for values in (found.median, found.rmse, found.nmad):
        assert np.isfinite(values).tolist() == [False, True, False]


def test_a_constant_bias_moves_rmse_and_median_and_not_nmad(sample):
    truth, prediction = sample
    edges = np.array([0.0, 4.0])
    before, after = (binned_scatter(truth, prediction + shift, truth, edges) for shift in (0.0, 5.0))
    assert after.nmad == pytest.approx(before.nmad)
    assert after.median == pytest.approx(before.median + 5)
    assert after.rmse > 5


def test_galaxies_with_a_gap_are_in_no_bin(sample):
    truth, prediction = (values.copy() for values in sample)
    truth[0], prediction[1] = np.nan, np.inf
    assert binned_scatter(truth, prediction, truth, np.array([0.0, 4.0])).n.tolist() == [498]


def test_shapes_that_differ_and_edges_that_do_not_rise_are_refused(sample):
    truth, prediction = sample
    with pytest.raises(ValueError, match=r"by has shape \(500,\), prediction \(499,\), reference \(500,\)"):
        binned_scatter(truth, prediction[1:], truth, np.array([0.0, 1.0]))
    for edges in ([1.0], [0.0, 0.0], [1.0, 0.0]):
        with pytest.raises(ValueError, match="expected two or more that rise"):
            binned_scatter(truth, prediction, truth, np.array(edges))


def test_about_the_running_median_each_bin_has_the_median_zero(sample):
    truth, prediction = sample
    edges = np.linspace(0, 4, 5)
    residual = about_running_median(truth, prediction, edges)
    medians = binned_statistic(truth, residual, "median", edges).statistic
    np.testing.assert_allclose(medians, 0, atol=1e-12)
    outside = about_running_median(np.r_[truth, 9.0], np.r_[prediction, 9.0], edges)
    assert np.isnan(outside[-1])
    np.testing.assert_array_equal(outside[:-1], residual)


@given(low=st.floats(-1e3, 1e3), width=st.floats(1e-3, 1e3))
@settings(max_examples=60, deadline=None)
def test_round_edges_cover_the_range_in_about_as_many_bins_as_asked_for(low, width):
    edges = round_edges(low, low + width)
    step = edges[1] - edges[0]
    slack = 1e-5 * step + 1e-9
    assert edges[0] <= low + slack
    assert edges[-1] >= low + width - slack
    assert 6 <= len(edges) - 1 <= 21
    np.testing.assert_allclose(edges / step, np.round(edges / step), atol=1e-6 * np.abs(edges / step).max() + 1e-6)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (0.0, np.inf), (np.nan, 1.0)])
def test_an_empty_range_has_no_edges(low, high):
    with pytest.raises(ValueError, match="expected two numbers that rise"):
        round_edges(low, high)


def test_the_gaussian_follows_the_core_whatever_the_wings():
    rng = np.random.default_rng(1)
    core = rng.normal(0.1, 0.05, 20_000)
    values = np.r_[core, rng.normal(0.6, 0.05, 2000)]
    center, sigma = gaussian_of_histogram(values, np.linspace(-0.3, 1.0, 66))
    assert (center, sigma) == (pytest.approx(0.1, abs=0.003), pytest.approx(0.05, abs=0.003))
    assert values.mean() > 0.14


@pytest.mark.parametrize("values", [[], [1.0] * 9, [0.1, 0.2, 0.3, 0.4]])
def test_where_there_is_nothing_to_fit_there_is_no_gaussian(values):
    assert np.isnan(gaussian_of_histogram(np.array(values), np.linspace(0, 2, 5))).all()
