import itertools

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from galexp.figure.confusion import confusion
from galexp.shard.origin import Origin

LABELS = np.array([0, 0, 0, 0, 1, 1, 2, np.nan])
PREDICTED = np.array([0, 0, 0, 1, 1, 0, 2, 0])
NAMES = ["smooth", "disk", "star", "merger"]


def draw(labels=LABELS, predicted=PREDICTED, classes=NAMES):
    return confusion(labels, np.eye(len(classes))[predicted], classes, origin=Origin.OBSERVED).axes[0]


def printed(axes):
    return np.array([text.get_text() for text in axes.texts]).reshape(4, 4)


def test_rows_are_true_and_columns_predicted_classes():
    axes = draw()
    cells = printed(axes)
    assert cells[0, :2].tolist() == ["3\n75 %", "1\n25 %"]
    assert cells[1, :2].tolist() == ["1\n50 %", "1\n50 %"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true class", "predicted class")
    assert [label.get_text() for label in axes.get_yticklabels()] == NAMES


def test_the_color_is_the_share_of_the_true_class():
    shares = draw().images[0].get_array()
    np.testing.assert_allclose(shares[:3].sum(1), 1)
    assert shares[0, 0] == 0.75
    assert draw().images[0].get_clim() == (0, 1)


def test_the_counts_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(0, 4, (2, 500))
    found = [[int(cell.split()[0]) for cell in row] for row in printed(draw(labels, predicted))]
    np.testing.assert_array_equal(found, confusion_matrix(labels, predicted))


def test_a_class_without_a_member_is_gray_and_has_no_shares():
    axes = draw()
    assert axes.images[0].get_array().mask[3].all()
    assert printed(axes)[3].tolist() == ["0"] * 4


def test_the_accuracy_is_that_of_the_galaxies_with_a_class():
    assert draw().get_title("left") == "accuracy: 0.714, n = 7, 1 without a class left out"


def test_without_a_class_the_accuracy_is_undefined():
    axes = draw(np.full(8, np.nan))
    assert axes.get_title("left") == "accuracy: undefined, n = 0, 8 without a class left out"
    assert axes.images[0].get_array().mask.all()


def test_many_classes_are_an_image_with_a_tick_every_ten_and_a_scale_of_its_own():
    labels = np.arange(142) % 71
    half_wrong = (labels + (np.arange(142) >= 71)) % 71
    axes, bar = draw(labels, half_wrong, list(map(str, range(71)))).figure.axes
    assert not axes.texts
    assert [label.get_text() for label in axes.get_xticklabels()] == list(map(str, range(0, 71, 10)))
    assert axes.images[0].get_clim() == (0, 0.5)
    assert bar.get_ylabel() == "share of the true class"


@pytest.mark.parametrize(("number", "rotation"), [(2, 0), (10, 40)])
def test_names_are_turned_where_they_would_touch(number, rotation):
    names = [f"a galaxy {place}" for place in range(number)]
    axes = draw(np.zeros(3), np.zeros(3, dtype=int), names)
    axes.figure.draw_without_rendering()
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {rotation}
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()] if not rotation else []
    assert all(first.x1 < second.x0 for first, second in itertools.pairwise(boxes))


def test_numbers_lie_inside_their_cells():
    axes = draw(np.zeros(12345), np.zeros(12345, dtype=int), list("abcdefghij"))
    axes.figure.draw_without_rendering()
    width = axes.get_window_extent().width / 10
    assert max(text.get_window_extent().width for text in axes.texts) < width


def test_names_must_match_the_probabilities():
    with pytest.raises(ValueError, match="3 names of classes"):
        confusion(LABELS, np.eye(4)[PREDICTED], NAMES[:3], origin=Origin.OBSERVED)


def test_labels_must_be_classes():
    with pytest.raises(ValueError, match="4 is no class"):
        draw(LABELS + 2)
