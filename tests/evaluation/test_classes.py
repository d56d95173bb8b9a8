"""Claims about the scores of a classification."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.evaluation.classes import class_score_table, class_scores, probabilities_of

CLASSES = ["no", "yes"]


def table_of(probability, truth, limits=None):
    table = Table({"id": np.arange(len(truth)).astype(str), "true_k": truth})
    for infix in ("", "tta_"):
        table[f"prob_{infix}no"], table[f"prob_{infix}yes"] = 1 - probability, probability
    if limits is not None:
        table["hi_is_limit"] = limits
    return table


@pytest.fixture
def coin():
    """Return 2,000 galaxies whose probabilities are true."""
    rng = np.random.default_rng(0)
    probability = rng.uniform(size=2000)
    return table_of(probability, (rng.uniform(size=2000) < probability).astype(float))


def test_true_probabilities_need_no_other_temperature(coin):
    scores = class_score_table(coin, "k", CLASSES, {}, draws=0, seed=0, learned=coin)["k"]["all"]["network"]
    assert scores["temperature"] == pytest.approx(1, abs=0.1)
    assert scores["log_loss_tempered"] == pytest.approx(scores["log_loss"], abs=1e-3)
    assert scores["roc_auc"] == pytest.approx(5 / 6, abs=0.02)
    assert scores["expected_calibration_error"] < 0.04


def test_the_bootstrap_error_of_the_accuracy_is_the_binomial_one(coin):
    scores = class_score_table(coin[:400], "k", CLASSES, {}, draws=300, seed=0)["k"]["all"]["network"]
    accuracy = scores["accuracy"]
    assert scores["accuracy_error"] == pytest.approx(np.sqrt(accuracy * (1 - accuracy) / 400), rel=0.15)
    assert 0 < scores["roc_auc_error"] < 0.04


def test_rows_without_a_class_are_not_counted_and_samples_are_kept_apart():
    table = table_of(np.array([0.9, 0.1, 0.2]), np.array([1.0, 0.0, np.nan]), limits=[True, False, False])
    scores = class_score_table(table, "k", CLASSES, {"majority": np.full((3, 2), 0.5)}, draws=0, seed=0)["k"]
    assert scores["all"]["network"]["n"] == 2
    assert scores["all"]["network"]["accuracy"] == 1
    assert scores["all"]["majority"]["log_loss"] == pytest.approx(np.log(2))
    assert scores["detections"]["network_tta"]["n"] == 1
    assert class_score_table(table[2:], "k", CLASSES, {}, draws=0, seed=0) == {"k": {}}


def test_classes_in_order_have_a_distance_in_the_unit_of_their_width():
    probabilities = np.eye(4)[[0, 1, 3, 3]]
    scores = class_scores(probabilities, np.array([0.0, 2.0, 3.0, 0.0]), ordered=True, width=5.0)
    assert scores["mean_absolute_class_error"] == 1
    assert scores["mae"] == 5
    assert (scores["within_1"], scores["within_2"]) == (0.75, 0.75)
    assert "mae" not in class_scores(probabilities, np.zeros(4), ordered=True)


def test_classes_without_an_order_have_no_distance_and_few_are_not_all_near():
    assert "within_1" not in class_scores(np.eye(4)[[0, 1]], np.zeros(2))
    assert "within_1" not in class_scores(np.eye(2), np.array([0.0, 1.0]), ordered=True)
    three = class_scores(np.eye(3)[[0, 1]], np.array([0.0, 1.0]), ordered=True)
    assert "within_1" in three
    assert "within_2" not in three


def test_probabilities_are_read_in_the_order_of_the_classes():
    found = probabilities_of(table_of(np.array([0.9]), np.array([1.0])), ["yes", "no"], "tta_")
    assert found.tolist() == [[0.9, pytest.approx(0.1)]]
