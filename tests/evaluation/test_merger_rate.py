"""Claims about merger fractions, their correction, and what they mean a Gyr."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import bootstrap

from galexp.evaluation.merger_rate import (
    corrected_fraction,
    expected_fraction,
    fit_truth,
    fraction_above,
    merger_rate,
)


def test_the_error_of_a_mean_is_its_standard_error():
    preds = np.random.default_rng(0).beta(1, 20, 400)
    found = expected_fraction(preds, draws=2000, seed=0)
    assert found.value == preds.mean()
    assert found.error == pytest.approx(preds.std() / math.sqrt(400), rel=0.05)
    reference = bootstrap((preds,), np.mean, n_resamples=2000, rng=np.random.default_rng(1), method="percentile")
    assert found.error == pytest.approx(reference.standard_error, rel=0.06)


def test_the_error_of_a_share_above_a_threshold_is_binomial():
    preds = np.repeat([0.1, 0.45, 0.9], [70, 20, 10])
    above = fraction_above(preds, 0.4, draws=2000, seed=0)
    assert above.value == 0.3
    assert above.error == pytest.approx(math.sqrt(0.3 * 0.7 / 100), rel=0.05)
    assert fraction_above(preds, 0.5, draws=0, seed=0).value == 0.1


def test_a_threshold_is_exclusive_and_rising_thresholds_never_count_more():
    preds = np.random.default_rng(0).uniform(size=100)
    shares = [fraction_above(preds, threshold, 0, 0).value for threshold in (0.0, 0.3, 0.5, 0.9)]
    assert shares == sorted(shares, reverse=True)
    assert fraction_above(np.array([0.4]), 0.4, 0, 0).value == 0


def test_without_draws_there_is_no_error():
    assert math.isnan(expected_fraction(np.array([0.1, 0.2]), draws=0, seed=0).error)
    assert math.isnan(expected_fraction(np.array([0.1, 0.2]), draws=1, seed=0).error)


def test_the_line_is_that_of_least_squares_of_truth_on_prediction():
    rng = np.random.default_rng(0)
    preds = rng.uniform(size=60)
    truth = 0.02 + 1.5 * preds + rng.normal(0, 0.1, 60)
    line = fit_truth(truth, preds)
    slope, intercept = np.polyfit(preds, truth, 1)
    assert (line.slope, line.intercept, line.galaxies) == (pytest.approx(slope), pytest.approx(intercept), 60)
    covariance = np.polyfit(preds, truth, 1, cov="unscaled")[1] * np.sum((truth - intercept - slope * preds) ** 2) / 58
    assert line.slope_error == pytest.approx(math.sqrt(covariance[0, 0]))
    assert line.intercept_error == pytest.approx(math.sqrt(covariance[1, 1]))


@pytest.mark.parametrize(
    ("truth", "preds"), [([0.1, 0.2], [0.1, 0.2]), ([0.0, 0.1, 0.2], [0.3] * 3), ([0.0] * 3, [0.1, 0.2, 0.3])]
)
def test_too_few_or_constant_galaxies_define_no_line_and_no_correction(truth, preds):
    truth, preds = np.array(truth), np.array(preds)
    assert fit_truth(truth, preds) is None
    assert np.isnan(corrected_fraction(np.array([0.1]), truth, preds, draws=5, seed=0)).all()


def test_a_correction_undoes_a_linear_bias_whatever_galaxies_are_asked():
    truth = np.random.default_rng(0).beta(1, 10, 500)
    biased = 0.05 + 0.6 * truth
    asked = np.random.default_rng(1).beta(2, 5, 300)
    found = corrected_fraction(0.05 + 0.6 * asked, truth, biased, draws=50, seed=0)
    assert found.value == pytest.approx(asked.mean())
    assert found.error == pytest.approx(asked.std() / math.sqrt(300), rel=0.3)


def test_the_error_of_a_correction_holds_that_of_the_line():
    rng = np.random.default_rng(0)
    known, asked = rng.uniform(0, 0.4, 40), rng.uniform(0.6, 1.0, 2000)
    truth = known + rng.normal(0, 0.1, 40)
    found = corrected_fraction(asked, truth, known, draws=1000, seed=0)
    line = fit_truth(truth, known)
    at_mean = 0.1**2 * (1 / 40 + (asked.mean() - known.mean()) ** 2 / np.sum((known - known.mean()) ** 2))
    of_mean = line.slope**2 * asked.var() / len(asked)
    assert found.error == pytest.approx(math.sqrt(at_mean + of_mean), rel=0.25)
    assert found.error > 5 * expected_fraction(asked, 200, 0).error


def test_a_rate_is_the_fraction_over_the_time_and_falls_with_each_assumption():
    assert merger_rate(0.06, 0.3) == pytest.approx(0.2)
    assert merger_rate(0.06, 0.6) == pytest.approx(0.1)
    assert merger_rate(0.06, 0.3, mergers_an_image=0.5, merging=0.5) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ({"observability": 0.0}, "observability is 0.0 Gyr; expected a time above 0"),
        ({"observability": math.nan}, "observability is nan Gyr"),
        ({"observability": 1.0, "mergers_an_image": 2.0}, r"mergers_an_image is 2.0; expected a share from 0 to 1"),
        ({"observability": 1.0, "merging": -0.1}, r"merging is -0.1; expected a share"),
    ],
)
def test_impossible_assumptions_are_refused(words, match):
    with pytest.raises(ValueError, match=match):
        merger_rate(0.1, **words)
