import numpy as np
import pytest

from galexp.figure.labeled import labeled_rows


def test_galaxies_without_a_class_or_probabilities_are_left_out_and_counted():
    probabilities = np.array([[1, 0], [0.5, 0.5], [np.nan, 1], [0, 1]])
    shown = labeled_rows(np.array([0, np.nan, 1, 1.0]), probabilities, ["no", "yes"])
    assert shown.labels.tolist() == [0, 1]
    assert shown.labels.dtype == np.int64
    assert shown.probabilities.tolist() == [[1, 0], [0, 1]]
    assert shown.counts() == ["n = 2", "2 without a class left out"]


def test_a_complete_sample_says_nothing_of_missing_classes():
    assert labeled_rows(np.zeros(1200), np.ones((1200, 1)), ["all"]).counts() == ["n = 1,200"]


@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (3,)])
def test_labels_probabilities_and_names_must_match(shape):
    with pytest.raises(
        ValueError, match=r"have shape \(.*\) for 3 labels and 3 names of classes; give \[galaxy, class"
    ):
        labeled_rows(np.zeros(3), np.zeros(shape), ["a", "b", "c"])


@pytest.mark.parametrize("label", [-1.0, 0.5, 2.0])
def test_a_label_that_is_no_class_is_refused(label):
    with pytest.raises(ValueError, match=rf"{label:g} is no class; labels are whole numbers from 0 to 1, or NaN"):
        labeled_rows(np.array([0.0, label]), np.ones((2, 2)), ["no", "yes"])
