"""Claims about the numbers of a run."""

from __future__ import annotations

import math

import numpy as np
import pytest
from astropy.table import Table

from galexp.evaluation.metrics import flatten, score, score_table


def test_scores_of_a_constant_offset_are_known_in_closed_form():
    truth = np.array([1.0, 2.0, 3.0, 4.0])
    found = score(truth + 0.5, truth, draws=0, seed=0)
    assert (found["n"], found["rmse"], found["bias"]) == (4, 0.5, 0.5)
    assert found["pearson"] == pytest.approx(1)
    assert found["slope"] == pytest.approx(1)
    assert found["nmad"] == pytest.approx(0)
    assert found["scatter"] == pytest.approx(math.sqrt(5 / 3))
    assert "rmse_error" not in found


def test_rows_without_truth_are_neither_scored_nor_counted():
    truth = np.array([1.0, np.nan, 3.0, 5.0])
    assert score(np.array([2.0, 99.0, 4.0, 6.0]), truth, 0, 0) == score(
        np.array([2.0, 4.0, 6.0]), np.array([1.0, 3.0, 5.0]), 0, 0
    )


def test_the_error_of_equal_residuals_is_zero_and_a_seed_repeats_it():
    truth = np.arange(20.0)
    assert score(truth + 1, truth, draws=50, seed=0)["rmse_error"] == pytest.approx(0)
    noisy = truth + np.random.default_rng(0).normal(size=20)
    assert score(noisy, truth, 50, 1) == score(noisy, truth, 50, 1)


def table(**columns):
    truth = np.array([0.0, 1.0, 2.0, 4.0])
    return Table({"true_mass": truth, "pred_mass": truth + 1, "pred_tta_mass": truth + 2, **columns})


def test_every_method_is_scored_on_the_same_rows():
    found = score_table(table(), ["mass"], {"mean": np.full((4, 1), 1.75)}, draws=0, seed=0)
    scores = found["mass"]["all"]
    assert list(scores) == ["network", "network_tta", "mean"]
    assert [scores[name]["rmse"] for name in scores] == pytest.approx([1, 2, np.std([0, 1, 2, 4])])


def test_samples_are_the_rows_that_are_not_flagged():
    flagged = table(hi_is_limit=[True, False, False, True], hi_confused=[False, False, False, True])
    found = score_table(flagged, ["mass"], {}, 0, 0)["mass"]
    assert {sample: methods["network"]["n"] for sample, methods in found.items()} == {
        "all": 4,
        "detections": 2,
        "unconfused": 3,
    }


def test_a_sample_without_any_truth_is_left_out():
    flagged = table(hi_is_limit=[True] * 4)
    assert list(score_table(flagged, ["mass"], {}, 0, 0)["mass"]) == ["all"]
    flagged["true_mass"] = np.nan
    assert score_table(flagged, ["mass"], {}, 0, 0) == {"mass": {}}


def test_flattened_names_are_paths():
    nested = {"test": {"mass": {"all": {"network": {"rmse": 1.0}}}}}
    assert flatten(nested, "") == {"test/mass/all/network/rmse": 1.0}
    assert flatten({"rmse": 1.0}, "run") == {"run/rmse": 1.0}
