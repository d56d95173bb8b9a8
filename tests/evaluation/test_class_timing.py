"""Claims about how well times are told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import binned_statistic

from galexp.evaluation.class_timing import timing_along, timing_scores
from galexp.metric import classification


def test_of_classes_the_shares_are_those_of_the_metrics():
    rng = np.random.default_rng(0)
    labels, told = rng.integers(0, 71, 400), rng.integers(0, 71, 400)
    near = np.clip(labels + rng.integers(-3, 4, 400), 0, 70)
    told[:300] = near[:300]
    scores = timing_scores(13.0 * (told - labels), interval=13.0)
    preds, truth = torch.eye(71)[told], torch.from_numpy(labels)
    assert scores.exact == pytest.approx(float(classification.accuracy(preds, truth)))
    assert scores.within_1 == pytest.approx(float(classification.within_k(preds, truth, 1)))
    assert scores.within_2 == pytest.approx(float(classification.within_k(preds, truth, 2)))
    assert scores.mae == pytest.approx(13 * float(classification.mean_absolute_class_error(preds, truth)))


def test_a_number_counts_as_the_snapshot_that_it_would_be_rounded_to():
    scores = timing_scores(np.array([2.4, -2.4, 2.6, 7.4, 12.6]), interval=5.0)
    assert (scores.exact, scores.within_1, scores.within_2) == (0.4, 0.8, 0.8)


def test_frames_without_a_time_are_not_counted():
    assert timing_scores(np.array([np.nan, 3.0]), 5.0) == timing_scores(np.array([3.0]), 5.0)
    empty = timing_scores(np.array([np.nan]), 5.0)
    assert empty.n == 0
    assert np.isnan(empty[1:]).all()


def test_without_an_interval_there_is_an_error_and_no_share():
    scores = timing_scores(np.array([3.0, -1.0]), np.nan)
    assert (scores.mae, scores.bias) == (2.0, 1.0)
    assert np.isnan([scores.exact, scores.within_1, scores.within_2]).all()


def test_the_profile_is_that_of_scipy():
    rng = np.random.default_rng(1)
    times, errors, edges = rng.uniform(0, 100, 500), rng.normal(size=500), np.linspace(0, 100, 8)
    profile = timing_along(times, errors, edges)
    np.testing.assert_allclose(profile.mae, binned_statistic(times, np.abs(errors), "mean", edges)[0])
    np.testing.assert_allclose(profile.median, binned_statistic(times, errors, "median", edges)[0])
    assert profile.n.sum() == 500


def test_the_last_frame_of_a_merger_is_in_the_last_bin_and_few_frames_make_no_number():
    profile = timing_along(np.array([0.0] * 4 + [70.0] * 5), np.zeros(9), np.array([0.0, 35.0, 70.0]))
    assert profile.n.tolist() == [4, 5]
    assert np.isnan(profile.mae).tolist() == [True, False]


def test_whoever_names_the_middle_errs_inward_at_both_ends():
    times = np.linspace(0, 70, 71)
    profile = timing_along(times, 35 - times, np.linspace(0, 70, 6))
    assert profile.median[0] > 0 > profile.median[-1]


def test_times_and_errors_belong_together():
    with pytest.raises(ValueError, match="2 times have 3 errors; give one of each a frame"):
        timing_along(np.zeros(2), np.zeros(3), np.array([0.0, 1.0]))


@pytest.mark.parametrize("edges", [[0.0], [0.0, 0.0]])
def test_edges_rise(edges):
    with pytest.raises(ValueError, match="expected two or more that rise"):
        timing_along(np.zeros(2), np.zeros(2), np.array(edges))
