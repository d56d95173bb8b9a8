"""Claims about learning curves against images seen."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.figure.images_seen import COLORS, Course, images_seen
from galexp.shard.origin import Origin

IMAGES = np.array([100.0, 200.0])


def course(first, last):
    return Course(IMAGES, np.array([first, last]) - 0.01, np.array([first, last]))


def test_each_training_is_two_lines_in_the_color_of_its_group():
    groups = {"one": [course(0.2, 0.15), course(0.21, 0.14)], "two": [course(0.2, 0.1)]}
    figure = images_seen(groups, "RMSE", {"goal": 0.11}, origin=Origin.MOCK)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    *curves, goal = axes.lines
    assert [line.get_color() for line in curves] == [COLORS[0]] * 4 + [COLORS[1]] * 2
    np.testing.assert_array_equal(curves[4].get_ydata(), [0.2, 0.1])
    np.testing.assert_array_equal(curves[4].get_xdata(), IMAGES)
    assert list(goal.get_ydata()) == [0.11, 0.11]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "two", "val", "train"]
    band = [text for text in figure.texts if text.get_text() == "MOCK DATA"]
    legend = axes.get_legend().get_window_extent()
    assert legend.y1 < band[0].get_window_extent().y0


def test_an_error_that_falls_by_much_is_logarithmic():
    figure = images_seen({"a": [course(1.0, 0.1)]}, "RMSE", origin=Origin.OBSERVED)
    assert figure.axes[0].get_yscale() == "log"


def test_a_training_without_validation_is_drawn_by_its_training_error_alone():
    without = Course(IMAGES, np.array([0.3, 0.2]), np.full(2, np.nan))
    figure = images_seen({"a": [without]}, "RMSE", origin=Origin.OBSERVED)
    figure.draw_without_rendering()
    assert figure.axes[0].get_ylim()[0] < 0.2


@pytest.mark.parametrize("number", [0, len(COLORS) + 1])
def test_no_groups_and_more_than_there_are_colors_are_refused(number):
    with pytest.raises(ValueError, match=f"{number} groups were given; expected 1 to {len(COLORS)}"):
        images_seen({str(place): [course(0.2, 0.1)] for place in range(number)}, "RMSE", origin=Origin.OBSERVED)
