import numpy as np
import pytest
from scipy.stats import norm
from sklearn.calibration import calibration_curve

from galexp.figure.reliability import reliability
from galexp.shard.origin import Origin


@pytest.fixture
def binary():
    rng = np.random.default_rng(0)
    score = rng.beta(1, 3, 2000)
    return (rng.uniform(size=2000) < score).astype(float), np.stack([1 - score, score], axis=1)


def draw(labels, probabilities, classes=("other", "odd spiral")):
    return reliability(labels, probabilities, classes, origin=Origin.OBSERVED).axes


def points(axes):
    return np.array(axes.containers[0].lines[0].get_data())


def test_of_two_classes_the_points_are_those_of_scikit_learn_for_the_last(binary):
    labels, probabilities = binary
    frequency, confidence = calibration_curve(labels, probabilities[:, 1], n_bins=15)
    np.testing.assert_allclose(points(draw(labels, probabilities)[0]), [confidence, frequency])


def test_right_probabilities_lie_on_the_line_and_doubled_odds_do_not(binary):
    labels, probabilities = binary
    confidence, frequency = points(draw(labels, probabilities)[0])
    assert np.abs(frequency - confidence)[:7].max() < 0.06
    sure = probabilities**3 / (probabilities**3).sum(1, keepdims=True)
    confidence, frequency = points(draw(labels, sure)[0])
    assert (frequency[:5] > confidence[:5] + 0.1).all()


def test_error_bars_are_those_of_wilson_and_do_not_vanish_where_all_are_right():
    axes, _ = draw(np.ones(10), np.tile([0.1, 0.9], (10, 1)))
    (segment,) = axes.containers[0].lines[2][0].get_segments()
    z = norm.ppf(0.5 + 0.682689492 / 2)
    np.testing.assert_allclose(sorted(segment[:, 1]), [10 / (10 + z**2), 1], atol=1e-6)


def test_of_many_classes_the_share_is_that_of_right_predictions():
    probabilities = np.tile([0.6, 0.2, 0.2], (10, 1))
    axes, lower = draw(np.array([0] * 7 + [1, 2, 2.0]), probabilities, list("abc"))
    np.testing.assert_allclose(points(axes), [[0.6], [0.7]])
    assert axes.texts[0].get_text() == "ECE = 0.100\nn = 10"
    assert lower.get_xlabel() == "probability of the most probable class"


def test_the_histogram_holds_every_galaxy_and_the_rest_is_counted(binary):
    labels, probabilities = binary
    labels[:7] = np.nan
    upper, lower = draw(labels, probabilities)
    assert sum(patch.get_height() for patch in lower.patches) == 1993
    assert upper.texts[0].get_text().splitlines()[1:] == ["n = 1,993", "7 without a class left out"]
    assert lower.get_xlabel() == "predicted probability of odd spiral"


def test_without_a_galaxy_there_is_no_error_of_calibration():
    axes, _ = draw(np.full(3, np.nan), np.full((3, 2), 0.5))
    assert axes.texts[0].get_text() == "ECE: undefined\nn = 0\n3 without a class left out"
    assert not axes.containers


@pytest.mark.parametrize(
    ("labels", "probabilities", "match"),
    [
        (np.zeros(3), np.full((2, 2), 0.5), "names of classes"),
        (np.full(2, 2.0), np.full((2, 2), 0.5), "2 is no class"),
        (np.zeros(2), np.full((2, 2), 3.0), "expected 0 to 1 and a sum of 1"),
    ],
)
def test_what_is_no_probability_of_a_class_is_refused(labels, probabilities, match):
    with pytest.raises(ValueError, match=match):
        draw(labels, probabilities)
