"""Claims about galaxies above a threshold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from galexp.evaluation.saturation import saturation


def test_the_best_predictor_of_gaussian_galaxies_finds_as_many_as_are_expected():
    rng = np.random.default_rng(0)
    seen, unseen = rng.normal(size=(2, 200_000))
    found = saturation(seen + unseen, seen, threshold=2.0)
    share = norm.sf(2.0, scale=1.0)
    assert found.predicted == pytest.approx(200_000 * share, rel=0.02)
    assert found.expected == pytest.approx(found.predicted, rel=0.03)
    assert found.true == pytest.approx(200_000 * norm.sf(2.0, scale=np.sqrt(2)), rel=0.02)


def test_a_perfect_prediction_finds_all_and_a_constant_one_shrinks_nothing():
    truth = np.arange(10.0)
    assert saturation(truth, truth, 6.5)[1:] == (10, 3, 3, 3)
    assert saturation(truth, np.full(10, 4.5), 6.5)[1:] == (10, 3, 0, 3)


def test_galaxies_without_a_value_are_not_counted():
    truth, prediction = np.array([1.0, np.nan, 3.0]), np.array([1.0, 2.0, np.nan])
    assert saturation(truth, prediction, 0.5).galaxies == 1
    assert saturation(truth[1:2], prediction[1:2], 0.5)[1:] == (0, 0, 0, 0)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"truth has shape \(2,\), prediction \(3,\); they must be equal"):
        saturation(np.zeros(2), np.zeros(3), 1.0)
