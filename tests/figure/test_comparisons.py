"""What the figures of comparisons and of the sky show."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.figure.gap import GapLine, gap_lines
from galexp.figure.learning_curves import learning_curves
from galexp.figure.paired import Difference, paired_differences
from galexp.figure.sky_map import central_longitude, sky_map
from galexp.shard.origin import Origin

OBSERVED = {"origin": Origin.OBSERVED}


def test_a_difference_stands_where_it_is_with_its_interval_and_its_trainings():
    one = Difference("a\nagainst b", 0.04, 0.02, 0.06, (0.03, 0.05))
    lone = Difference("c\nagainst d", -0.01, np.nan, np.nan, (-0.01,))
    (axes,) = paired_differences([one, lone], "RMSE", "dex", **OBSERVED).axes
    drawn = [np.ravel(line.get_xdata()).tolist() for line in axes.lines]
    assert drawn == [[0.02, 0.06], [0.03, 0.05], [0.04], [-0.01], [0, 0]]
    assert axes.get_xlabel() == "difference in RMSE: first $-$ second [dex]"


def test_both_scores_and_the_gap_between_them_are_drawn():
    left, right = gap_lines([GapLine("a", 0.45, 0.40, 0.02, 0.08)], "RMSE", "dex", **OBSERVED).axes
    assert [line.get_xdata() for line in left.lines] == [[0.40], [0.45]]
    assert right.lines[1].get_xdata() == pytest.approx([0.05])


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="no differences to draw"):
        paired_differences([], "RMSE", **OBSERVED)
    with pytest.raises(ValueError, match="no gaps to draw"):
        gap_lines([], "RMSE", **OBSERVED)
    with pytest.raises(ValueError, match="no learning curves to draw"):
        learning_curves({}, "rmse", "RMSE", {}, **OBSERVED)
    with pytest.raises(ValueError, match="none of 2 galaxies has a position"):
        sky_map(np.full(2, np.nan), np.zeros(2), np.array(["train", "test"]), **OBSERVED)


def test_curves_are_mean_and_range_over_trainings_and_count_images():
    short, long = {"val/rmse": [0.5, 0.3]}, {"val/rmse": [0.7, 0.5, 0.2]}
    figure = learning_curves({"a": [short, long]}, "rmse", "RMSE", {"a": 100.0}, **OBSERVED)
    axes = figure.axes[0]
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_ydata(), [0.6, 0.4, 0.2])
    figure.draw_without_rendering()
    (top,) = axes.child_axes
    np.testing.assert_allclose(np.array(top.get_xlim()), 100 * np.array(axes.get_xlim()))


def test_a_panel_without_the_metric_is_refused():
    with pytest.raises(ValueError, match="no training of a has a finite train/rmse or val/rmse"):
        learning_curves({"a": [{"val/loss": [1.0]}]}, "rmse", "RMSE", {"a": 1.0}, **OBSERVED)


@pytest.mark.parametrize(("reach", "projection"), [(5.0, "rectilinear"), (80.0, "aitoff")])
def test_a_field_is_a_plain_map_and_a_wide_survey_the_whole_sky_with_east_at_the_left(reach, projection):
    ra, dec = np.array([360 - reach, reach, reach]), np.array([0.0, 10.0, np.nan])
    (axes,) = sky_map(ra, dec, np.array(["train", "test", "test"]), **OBSERVED).axes
    assert axes.name == projection
    west, east = (points.get_offsets()[0, 0] for points in axes.collections[:2])
    low, high = axes.get_xlim()
    assert (east - west) * (high - low) < 0, "east is drawn at the left"
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["train (1)", "test (1)", "1 without a position"]


def test_the_center_of_right_ascensions_lies_between_them_across_zero():
    assert central_longitude(np.array([350.0, 20.0])) == pytest.approx(5.0)
