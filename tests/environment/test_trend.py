import numpy as np
import pytest

from galexp.environment.trend import redshift_trend, running_median


def test_both_ends_of_the_interval_are_left_out():
    redshift, values = np.array([0.0, 0.25, 0.5, 0.75, 1.0]), np.array([100.0, 1.0, 2.0, 4.0, 100.0])
    assert running_median(redshift, values, np.array([0.5]), half_width=0.5) == [2.0]


def test_the_running_median_equals_a_loop_over_nodes():
    rng = np.random.default_rng(0)
    redshift, values, grid = rng.uniform(0, 0.06, 500), rng.lognormal(size=500), np.arange(35) * 0.002
    values[::7] = np.nan
    reference = [np.nanmedian(values[(redshift > node - 0.01) & (redshift < node + 0.01)]) for node in grid]
    np.testing.assert_array_equal(running_median(redshift, values, grid), reference)


def test_the_trend_is_linear_between_nodes_and_constant_beyond_them():
    redshift, values = np.array([0.0, 1.0, 2.0]), np.array([10.0, 20.0, 50.0])
    at_redshift = np.array([-1.0, 0.0, 0.25, 1.5, 2.0, 9.0, np.nan])
    trend = redshift_trend(at_redshift, redshift, values, grid_step=1.0, half_width=0.5)
    np.testing.assert_allclose(trend, [10, 10, 12.5, 35, 50, 50, np.nan])


def test_the_trend_of_alpha40_is_constant_beyond_its_last_node():
    redshift = np.linspace(0, 0.2, 2001)
    trend = redshift_trend(np.array([0.068, 0.1, 0.2]), redshift, redshift, grid_stop=0.068)
    np.testing.assert_allclose(trend, 0.068)


def test_empty_nodes_are_bridged():
    trend = redshift_trend(np.array([0.05]), np.array([0.0, 0.1]), np.array([1.0, 3.0]))
    np.testing.assert_allclose(trend, 2.0)


@pytest.mark.parametrize("values", [np.array([]), np.array([np.nan, np.nan])])
def test_a_sample_without_values_has_no_trend(values):
    assert np.isnan(redshift_trend(np.array([0.03, 0.04]), np.full(len(values), 0.03), values)).all()
