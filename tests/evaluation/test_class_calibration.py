"""Claims about the calibration of the probabilities of classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.calibration import calibration_curve

from galexp.evaluation.class_calibration import reliability, temperature, tempered
from galexp.metric.classification import expected_calibration_error, log_loss


def draw(classes, rows=3000):
    """Return probabilities and labels that are drawn with them."""
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(classes, 0.7), rows)
    return probabilities, np.array([rng.choice(classes, p=row) for row in probabilities])


def test_probabilities_that_labels_are_drawn_with_are_reliable_within_their_errors():
    found = reliability(*draw(3))
    assert found.rows.sum() == 3000
    assert (np.abs(found.frequency - found.confidence) < 3.5 * found.standard_error).all()
    assert np.mean(((found.frequency - found.confidence) / found.standard_error) ** 2) < 2


def test_for_one_class_it_is_the_curve_of_scikit_learn():
    probabilities, labels = draw(2)
    found = reliability(probabilities, labels, bins=10, of=1)
    frequency, confidence = calibration_curve(labels, probabilities[:, 1], n_bins=10)
    np.testing.assert_allclose(found.frequency, frequency)
    np.testing.assert_allclose(found.confidence, confidence)


@pytest.mark.parametrize("classes", [2, 5])
def test_its_gaps_add_up_to_the_expected_calibration_error(classes):
    probabilities, labels = draw(classes, rows=500)
    sure = tempered(probabilities, 0.3)
    found = reliability(sure, labels)
    gaps = np.sum(found.rows * np.abs(found.frequency - found.confidence)) / 500
    expected = expected_calibration_error(torch.tensor(sure), torch.tensor(labels))
    assert gaps == pytest.approx(expected.item(), rel=1e-9)


def test_the_error_of_a_bin_of_equal_probabilities_is_binomial():
    found = reliability(np.tile([0.7, 0.3], (50, 1)), np.zeros(50, dtype=int))
    assert found.standard_error.item() == pytest.approx(np.sqrt(0.7 * 0.3 / 50))


def test_sure_rows_share_the_highest_bin():
    found = reliability(np.array([[1.0, 0.0], [0.95, 0.05], [0.0, 1.0]]), np.array([0, 0, 0]), bins=10, of=0)
    assert found.rows.tolist() == [1, 2]
    assert found.confidence.tolist() == pytest.approx([0, 0.975])


def test_no_rows_fill_no_bin():
    found = reliability(np.zeros((0, 2)), np.zeros(0, dtype=int))
    assert [len(values) for values in found] == [0, 0, 0, 0]


@pytest.mark.parametrize("true_temperature", [0.4, 1.0, 3.0])
def test_the_temperature_is_found_again(true_temperature):
    probabilities, labels = draw(3)
    assert temperature(tempered(probabilities, 1 / true_temperature), labels) == pytest.approx(
        true_temperature, rel=0.06
    )


def test_no_other_temperature_has_a_lower_loss():
    probabilities, labels = draw(3, rows=200)
    sure = tempered(probabilities, 0.3)
    best = temperature(sure, labels)
    losses = [log_loss(torch.tensor(tempered(sure, best * factor)), torch.tensor(labels)) for factor in (1, 0.98, 1.02)]
    assert losses[0] < min(losses[1:])


def test_a_temperature_keeps_the_order_of_the_classes_and_one_keeps_all():
    probabilities, _ = draw(4, rows=50)
    np.testing.assert_allclose(tempered(probabilities, 1.0), probabilities, atol=1e-9)
    assert (tempered(probabilities, 2.5).argsort(1) == probabilities.argsort(1)).all()
    np.testing.assert_allclose(tempered(probabilities, 1e9), 0.25, rtol=1e-6)


def test_labels_that_are_all_as_predicted_or_never_have_a_temperature_at_the_end():
    probabilities = np.tile([0.9, 0.1], (20, 1))
    assert temperature(probabilities, np.zeros(20, dtype=int)) == pytest.approx(0.1)
    assert temperature(probabilities, np.ones(20, dtype=int)) == pytest.approx(10)


def test_a_class_called_impossible_leaves_a_finite_temperature():
    found = temperature(np.array([[1.0, 0.0]] * 99 + [[0.0, 1.0]]), np.zeros(100, dtype=int))
    assert found == pytest.approx(np.log(1e12) / np.log(99), rel=1e-4)


def test_a_missing_probability_stays_missing():
    assert np.isnan(tempered(np.array([[np.nan, 0.5], [0.5, 0.5]]), 2.0)).any(1).tolist() == [True, False]


@pytest.mark.parametrize("function", [reliability, temperature])
def test_what_is_no_probability_or_no_class_is_refused(function):
    half = np.full((2, 2), 0.5)
    with pytest.raises(ValueError, match="1 rows of probabilities hold NaN; leave rows without a prediction out"):
        function(np.array([[np.nan, 0.5], [0.5, 0.5]]), np.zeros(2, dtype=int))
    with pytest.raises(ValueError, match="apply a softmax"):
        function(3 * half, np.zeros(2, dtype=int))
    with pytest.raises(ValueError, match="labels run from 0 to 2; expected 0 to 1"):
        function(half, np.array([0, 2]))
    with pytest.raises(ValueError, match=r"probabilities have shape \[2, 2\], labels \[3\]"):
        function(half, np.zeros(3, dtype=int))


def test_a_temperature_of_no_rows_is_refused():
    with pytest.raises(ValueError, match="no rows to take a temperature from; leave some galaxies for validation"):
        temperature(np.zeros((0, 2)), np.zeros(0, dtype=int))
