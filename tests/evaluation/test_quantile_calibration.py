"""Claims about the calibration of predicted quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import mean_pinball_loss

from galexp.evaluation.calibration import coverage
from galexp.evaluation.quantile_calibration import mean_pinball, quantile_coverage

LEVELS = (0.05, 0.16, 0.5, 0.84, 0.95)


@pytest.fixture
def calibrated():
    rng = np.random.default_rng(0)
    preds, sigma = rng.normal(9, 1, 3000), rng.uniform(0.05, 0.4, 3000)
    return preds, sigma, preds + sigma * rng.normal(size=3000)


def test_quantiles_of_gaussians_cover_as_their_widths_do(calibrated):
    preds, sigma, truth = calibrated
    quantiles = stats.norm(preds[:, None], sigma[:, None]).ppf(LEVELS)
    found, expected = quantile_coverage(quantiles, LEVELS, truth), coverage(preds, sigma, truth, [0.9, 0.68])
    np.testing.assert_allclose(found.level, expected.level)
    np.testing.assert_allclose(found.share, expected.share)
    np.testing.assert_allclose(found.standard_error, expected.standard_error)
    assert (np.abs(found.share - found.level) < 3 * found.standard_error).all()


def test_levels_without_a_counterpart_make_no_interval():
    found = quantile_coverage(np.zeros((4, 2)), [0.5, 0.9], np.zeros(4))
    assert [len(values) for values in found] == [0, 0, 0]


def test_the_ends_belong_to_the_interval():
    assert quantile_coverage(np.array([[1.0, 2.0]] * 2), [0.16, 0.84], np.array([1.0, 2.0])).share.item() == 1


def test_the_pinball_loss_is_that_of_scikit_learn(calibrated):
    preds, _, truth = calibrated
    quantiles = preds[:, None] + np.linspace(-0.3, 0.3, 5)
    expected = [mean_pinball_loss(truth, quantiles[:, i], alpha=level) for i, level in enumerate(LEVELS)]
    assert mean_pinball(quantiles, LEVELS, truth) == pytest.approx(np.mean(expected), rel=1e-12)


def test_no_rows_and_missing_rows_give_nan_and_no_warning():
    assert np.isnan(mean_pinball(np.zeros((0, 2)), [0.16, 0.84], np.zeros(0)))
    assert np.isnan(quantile_coverage(np.zeros((0, 2)), [0.16, 0.84], np.zeros(0)).share).all()
    quantiles, truth = np.zeros((3, 2)), np.array([0.0, np.nan, 0.0])
    assert np.isnan(mean_pinball(quantiles, [0.16, 0.84], truth))
    assert np.isnan(quantile_coverage(quantiles, [0.16, 0.84], truth).share).all()


@pytest.mark.parametrize("function", [quantile_coverage, mean_pinball])
def test_quantiles_of_other_levels_or_galaxies_are_refused(function):
    with pytest.raises(ValueError, match=r"quantiles have shape \(4, 3\); expected 4 rows and 2 levels"):
        function(np.zeros((4, 3)), [0.16, 0.84], np.zeros(4))
    with pytest.raises(ValueError, match=r"levels are \[0\.0, 0\.84\]; expected shares between 0 and 1"):
        function(np.zeros((4, 2)), [0.0, 0.84], np.zeros(4))
