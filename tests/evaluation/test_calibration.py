"""Claims about the calibration of Gaussian predictions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from galexp.evaluation.calibration import (
    coverage,
    crps,
    negative_log_likelihood,
    pit,
    sharpness,
    sigma_scale,
)

SCORES = [negative_log_likelihood, crps, sigma_scale, lambda *sample: coverage(*sample, levels=[0.68]).share.item()]


@pytest.fixture
def calibrated():
    """Return predictions whose errors are drawn with the widths that they state."""
    rng = np.random.default_rng(0)
    preds, sigma = rng.normal(9, 1, 4000), rng.uniform(0.05, 0.4, 4000)
    return preds, sigma, preds + sigma * rng.normal(size=4000)


@pytest.mark.parametrize("levels", [(0.68, 0.95), (0.1, 0.5, 0.9, 0.99)])
def test_calibrated_widths_cover_what_they_say_within_the_binomial_error(levels, calibrated):
    found = coverage(*calibrated, levels=levels)
    assert found.level.tolist() == list(levels)
    assert (np.abs(found.share - found.level) < 3 * found.standard_error).all()
    np.testing.assert_allclose(found.standard_error, stats.binom(4000, levels).std() / 4000)


def test_widths_that_are_half_too_small_cover_one_sigma_where_two_should_be(calibrated):
    preds, sigma, truth = calibrated
    inside = coverage(preds, sigma / 2, truth, levels=[2 * stats.norm.cdf(2) - 1]).share.item()
    assert inside == pytest.approx(2 * stats.norm.cdf(1) - 1, abs=0.02)


def test_the_transform_of_calibrated_predictions_is_flat(calibrated):
    preds, sigma, truth = calibrated
    assert stats.kstest(pit(preds, sigma, truth), "uniform").pvalue > 0.01
    np.testing.assert_allclose(pit(preds, sigma, truth), stats.norm(preds, sigma).cdf(truth), rtol=1e-12)
    assert pit(preds, sigma / 3, truth).std() > 1.2 * np.sqrt(1 / 12)
    assert pit(preds, sigma * 3, truth).std() < 0.8 * np.sqrt(1 / 12)


def test_the_likelihood_is_that_of_scipy(calibrated):
    preds, sigma, truth = calibrated
    expected = -stats.norm(preds, sigma).logpdf(truth).mean()
    assert negative_log_likelihood(preds, sigma, truth) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("pred", "sigma", "truth"), [(0.0, 1.0, 0.0), (9.0, 0.2, 8.5), (-1.0, 3.0, 4.0)])
def test_the_ranked_probability_score_is_the_integral_that_defines_it(pred, sigma, truth):
    below = integrate.quad(lambda x: stats.norm(pred, sigma).cdf(x) ** 2, -60, truth, points=[pred])[0]
    above = integrate.quad(lambda x: stats.norm(pred, sigma).sf(x) ** 2, truth, 60, points=[pred])[0]
    ours = crps(np.array([pred]), np.array([sigma]), np.array([truth]))
    assert ours == pytest.approx(below + above, rel=1e-6)


def test_without_a_width_the_ranked_probability_score_is_the_absolute_error(calibrated):
    preds, _, truth = calibrated
    assert crps(preds, np.full(4000, 1e-9), truth) == pytest.approx(np.abs(preds - truth).mean(), rel=1e-6)


def test_the_sharpness_of_calibrated_predictions_is_their_rmse(calibrated):
    preds, sigma, truth = calibrated
    assert sharpness(sigma) == pytest.approx(np.sqrt(np.mean((preds - truth) ** 2)), rel=0.04)


def test_the_scale_of_the_widths_maximizes_the_likelihood_and_mends_a_wrong_one(calibrated):
    preds, sigma, truth = calibrated
    found = sigma_scale(preds, sigma / 2.5, truth)
    best = optimize.minimize_scalar(
        lambda scale: negative_log_likelihood(preds, scale * sigma / 2.5, truth),
        bounds=(0.1, 10),
        method="bounded",
        options={"xatol": 1e-8},
    ).x
    assert found == pytest.approx(best, rel=1e-6)
    assert found == pytest.approx(2.5, rel=0.05)
    assert sigma_scale(preds, found * sigma / 2.5, truth) == pytest.approx(1)


@pytest.mark.parametrize("score", SCORES)
def test_no_rows_and_missing_rows_give_nan_and_no_warning(score, calibrated):
    assert np.isnan(score(np.zeros(0), np.zeros(0), np.zeros(0)))
    for broken in range(3):
        sample = [values.copy() for values in calibrated]
        sample[broken][5] = np.nan
        assert np.isnan(score(*sample))
        assert np.isnan(pit(*sample)).sum() == 1


def test_no_rows_have_no_error_and_no_sharpness():
    assert np.isnan(coverage(np.zeros(0), np.zeros(0), np.zeros(0)).standard_error).all()
    assert np.isnan(sharpness(np.zeros(0)))


@pytest.mark.parametrize("score", SCORES)
def test_widths_that_are_none_and_shapes_that_would_broadcast_are_refused(score):
    with pytest.raises(ValueError, match=r"the least sigma is -1\.0; expected standard deviations above 0"):
        score(np.zeros(2), np.array([-1.0, 1.0]), np.zeros(2))
    with pytest.raises(ValueError, match=r"preds have shape \(4,\), sigma \(1,\), truth \(4,\); expected all \(n,\)"):
        score(np.zeros(4), np.ones(1), np.zeros(4))


@pytest.mark.parametrize("level", [0.0, 1.0, 68.0])
def test_levels_are_shares(level):
    with pytest.raises(ValueError, match=r"expected shares between 0 and 1, such as 0\.68"):
        coverage(np.zeros(2), np.ones(2), np.zeros(2), levels=[level])
