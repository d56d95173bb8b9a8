import numpy as np
import pytest
from scipy.stats import binned_statistic

from galexp.figure.cloud import POINTS_UP_TO, draw_cloud, robust_limits, running_quantiles
from galexp.figure.style import new_figure


def test_a_gaussian_loses_nobody():
    values = np.random.default_rng(0).normal(size=20_000)
    assert robust_limits(values, margin=0) == (values.min(), values.max())


def test_one_wild_value_does_not_stretch_the_axes():
    values = np.random.default_rng(0).normal(size=300)
    wild = np.append(values, 1e6)
    assert robust_limits(wild) == robust_limits(values)


def test_predictions_that_are_all_alike_do_not_hide_the_truth():
    truth = np.random.default_rng(0).normal(size=300)
    assert robust_limits(truth, np.zeros(300), margin=0) == (truth.min(), truth.max())


@pytest.mark.parametrize("values", [np.array([]), np.array([3.0]), np.zeros(5)])
def test_limits_are_never_empty(values):
    low, high = robust_limits(values)
    assert low < high


def test_the_running_median_is_scipys_binned_median():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 1, 400), rng.normal(size=400)
    centers, percentiles = running_quantiles(x, y, (0.0, 1.0))
    reference = binned_statistic(x, y, "median", bins=len(centers), range=(0, 1)).statistic
    np.testing.assert_allclose(percentiles[:, 1], reference)


def test_bins_of_fewer_than_five_galaxies_have_no_median():
    x = np.repeat([0.1, 0.5, 0.9], [4, 5, 0])
    _, percentiles = running_quantiles(x, x, (0.0, 1.0))
    assert np.isfinite(percentiles[:, 1]).tolist() == [False, True, False]


@pytest.mark.parametrize(("galaxies", "has_bar"), [(POINTS_UP_TO, False), (POINTS_UP_TO + 1, True)])
def test_many_galaxies_become_counts_with_a_bar(galaxies, has_bar):
    x = np.random.default_rng(0).uniform(size=galaxies)
    figure, axes = new_figure(1, 1, 4, 3)
    draw_cloud(axes[0, 0], x, x, (0, 1), (0, 1))
    assert len(figure.axes) == 1 + has_bar


def test_galaxies_outside_the_axes_are_counted():
    _, axes = new_figure(1, 1, 4, 3)
    x, y = np.array([0.5, 2.0, 0.5]), np.array([0.5, 0.5, -3.0])
    assert draw_cloud(axes[0, 0], x, y, (0, 1), (0, 1)) == 2


def test_the_counts_hold_every_galaxy_inside_the_axes():
    rng = np.random.default_rng(0)
    _, axes = new_figure(1, 1, 4, 3)
    outside = draw_cloud(axes[0, 0], *rng.normal(size=(2, 5000)), (-2, 2), (-2, 2))
    assert axes[0, 0].collections[0].get_array().sum() == 5000 - outside
