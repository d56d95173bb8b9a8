import itertools

import numpy as np
import pytest
import torch
from sklearn import metrics
from torchmetrics.functional.classification import multiclass_calibration_error

from galexp.metric import classification
from galexp.metric.classification import (
    accuracy,
    average_precision,
    balanced_accuracy,
    brier,
    expected_calibration_error,
    log_loss,
    mean_absolute_class_error,
    roc_auc,
    within_k,
)

METRICS = [
    accuracy,
    balanced_accuracy,
    log_loss,
    brier,
    roc_auc,
    average_precision,
    expected_calibration_error,
    mean_absolute_class_error,
    within_k,
]
every_metric = pytest.mark.parametrize("metric", METRICS)


def draw(classes, rows=240, seed=0):
    """Return probabilities, many of them equal, and labels that they know something of."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(classes, (rows,), generator=generator)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64)
    logits[torch.arange(rows), labels] += 1
    return (2 * logits).round().div(2).softmax(1), labels


def one_against_rest(metric, probabilities, labels):
    occurring = np.unique(labels)
    return np.mean([metric(labels == label, probabilities[:, label]) for label in occurring])


def calibration_error_by_definition(probabilities, labels):
    confidence, is_right = probabilities.max(1), probabilities.argmax(1) == labels
    edges, error = np.linspace(0, 1, 16), 0.0
    for low, high in itertools.pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs(is_right[inside].mean() - confidence[inside].mean())
    return error


REFERENCES = {
    accuracy: lambda p, y: metrics.accuracy_score(y, p.argmax(1)),
    balanced_accuracy: lambda p, y: metrics.recall_score(y, p.argmax(1), labels=np.unique(y), average="macro"),
    log_loss: lambda p, y: metrics.log_loss(y, p, labels=range(p.shape[1])),
    brier: lambda p, y: metrics.brier_score_loss(y, p, labels=range(p.shape[1]), scale_by_half=True),
    roc_auc: lambda p, y: (
        metrics.roc_auc_score(y, p[:, 1]) if p.shape[1] == 2 else one_against_rest(metrics.roc_auc_score, p, y)
    ),
    average_precision: lambda p, y: (
        metrics.average_precision_score(y, p[:, 1])
        if p.shape[1] == 2
        else one_against_rest(metrics.average_precision_score, p, y)
    ),
    expected_calibration_error: lambda p, y: calibration_error_by_definition(p, y),
    mean_absolute_class_error: lambda p, y: metrics.mean_absolute_error(y, p.argmax(1)),
    within_k: lambda p, y: np.mean(np.abs(y - p.argmax(1)) <= 1),
}


@pytest.mark.parametrize("classes", [2, 3, 12])
@every_metric
def test_each_metric_equals_the_reference(metric, classes):
    probabilities, labels = draw(classes)
    expected = float(REFERENCES[metric](probabilities.numpy(), labels.numpy()))
    assert metric(probabilities, labels).item() == pytest.approx(expected, rel=1e-9)


@every_metric
def test_classes_that_do_not_occur_are_not_averaged_over(metric):
    probabilities, labels = draw(6)
    kept = (labels != 0) & (labels != 4)
    expected = float(REFERENCES[metric](probabilities[kept].numpy(), labels[kept].numpy()))
    assert metric(probabilities[kept], labels[kept]).item() == pytest.approx(expected, rel=1e-9)


def test_the_calibration_error_is_that_of_torchmetrics_away_from_the_edges_of_bins():
    labels = draw(3)[1]
    probabilities = torch.rand(240, 3, generator=torch.Generator().manual_seed(2))
    probabilities /= probabilities.sum(1, keepdim=True)
    expected = multiclass_calibration_error(probabilities, labels, num_classes=3, n_bins=15)
    torch.testing.assert_close(expected_calibration_error(probabilities, labels), expected)


@every_metric
def test_the_order_of_rows_does_not_matter(metric):
    probabilities, labels = draw(4)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(metric(probabilities[order], labels[order]), metric(probabilities, labels))


@every_metric
def test_what_is_right_and_sure_is_perfect(metric):
    labels = torch.tensor([0, 1, 2, 3, 3, 0])
    is_error = metric in (log_loss, brier, expected_calibration_error, mean_absolute_class_error)
    assert metric(torch.eye(4)[labels], labels).item() == pytest.approx(0 if is_error else 1, abs=1e-6)


def test_the_frequencies_as_probabilities_score_what_is_known_in_closed_form():
    labels = torch.tensor([0] * 30 + [1] * 10)
    probabilities = torch.tensor([[0.75, 0.25]]).expand(40, 2)
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    expected = {
        accuracy: 0.75,
        balanced_accuracy: 0.5,
        log_loss: entropy,
        brier: 0.75 * 0.25,
        roc_auc: 0.5,
        average_precision: 0.25,
        expected_calibration_error: 0.0,
    }
    assert {metric: metric(probabilities, labels).item() for metric in expected} == pytest.approx(expected, abs=1e-6)


def test_of_two_classes_the_last_is_sought_and_either_has_the_same_auc():
    probabilities, labels = draw(2)
    swapped = probabilities.flip(1), 1 - labels
    assert roc_auc(*swapped).item() == pytest.approx(roc_auc(probabilities, labels).item())
    assert average_precision(*swapped).item() != pytest.approx(average_precision(probabilities, labels).item())


def test_a_ranking_that_is_turned_round_has_the_complementary_auc():
    probabilities, labels = draw(2)
    torch.testing.assert_close(roc_auc(probabilities.flip(1), labels), 1 - roc_auc(probabilities, labels))


def test_a_class_called_impossible_costs_a_finite_loss():
    worst = log_loss(torch.tensor([[1.0, 0.0]]), torch.tensor([1])).item()
    assert worst == pytest.approx(-np.log(np.finfo(np.float32).eps))


def test_a_sure_row_is_in_the_highest_bin_with_the_almost_sure():
    probabilities = torch.tensor([[1.0, 0.0], [0.96, 0.04]], dtype=torch.float64)
    labels = torch.tensor([1, 0])
    assert expected_calibration_error(probabilities, labels).item() == pytest.approx(abs(1.96 - 1) / 2)


def test_steps_between_classes_count_as_they_are_far():
    labels = torch.tensor([0, 1, 2, 3])
    off_by_two = torch.eye(6)[labels + 2]
    assert mean_absolute_class_error(off_by_two, labels).item() == 2
    assert [within_k(off_by_two, labels, k).item() for k in (0, 1, 2)] == [0, 0, 1]


def test_within_more_classes_are_never_fewer_rows():
    probabilities, labels = draw(12)
    shares = [within_k(probabilities, labels, k).item() for k in range(12)]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert shares[0] == accuracy(probabilities, labels).item()


@every_metric
def test_no_rows_give_nan_and_no_warning(metric):
    assert metric(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)).isnan()


@pytest.mark.parametrize("metric", [roc_auc, average_precision])
def test_a_ranking_of_one_class_is_not_defined(metric):
    assert metric(torch.tensor([[0.3, 0.7], [0.6, 0.4]]), torch.tensor([1, 1])).isnan()


@every_metric
def test_a_missing_probability_shows(metric):
    probabilities, labels = draw(3)
    probabilities[7, 1] = torch.nan
    assert metric(probabilities, labels).isnan()


@every_metric
def test_half_precision_is_computed_in_float32_and_its_rounded_sums_are_borne(metric):
    probabilities, labels = draw(3)
    coarse = probabilities.bfloat16()
    assert metric(coarse, labels).dtype == torch.float32
    assert torch.equal(metric(coarse, labels), metric(coarse.float(), labels))


@every_metric
def test_logits_are_refused(metric):
    with pytest.raises(ValueError, match=r"probabilities run from -1 to 3 and rows sum to 0 to 3.* apply a softmax"):
        metric(torch.tensor([[-1.0, 1.0], [0.0, 3.0]]), torch.tensor([0, 1]))


@every_metric
def test_labels_that_are_no_class_are_refused(metric):
    probabilities = torch.full((2, 4), 0.25)
    with pytest.raises(ValueError, match="labels run from 1 to 4; expected 0 to 3, as there are 4 classes"):
        metric(probabilities, torch.tensor([1, 4]))
    with pytest.raises(ValueError, match="labels run from -1 to 0"):
        metric(probabilities, torch.tensor([-1, 0]))
    with pytest.raises(ValueError, match=r"labels are torch\.float32; expected whole numbers"):
        metric(probabilities, torch.tensor([1.0, torch.nan]))


@every_metric
def test_shapes_that_do_not_belong_together_are_refused(metric):
    with pytest.raises(ValueError, match=r"probabilities have shape \[4\], labels \[4\]; expected \[sample, class\]"):
        metric(torch.zeros(4), torch.zeros(4, dtype=torch.long))
    with pytest.raises(ValueError, match=r"probabilities have shape \[4, 2\], labels \[3\]"):
        metric(torch.full((4, 2), 0.5), torch.zeros(3, dtype=torch.long))


def test_every_metric_of_the_module_is_tested():
    own = [value for value in vars(classification).values() if getattr(value, "__module__", "") == accuracy.__module__]
    assert {function for function in own if not function.__name__.startswith("_")} == set(METRICS)
