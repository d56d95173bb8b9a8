import numpy as np
import pytest

from galexp.figure.environment_curve import EnvironmentPanel, WindowCurve, environment_curve
from galexp.shard.origin import Origin

CENTERS = np.array([0.1, 0.5, 0.9])
OURS = WindowCurve(CENTERS, np.array([0.4, 0.5, 0.7]), np.full(3, np.nan), np.array([-0.4, np.nan, 0.8]))
THEIRS = WindowCurve(CENTERS, np.array([0.5, 0.5, 0.6]), np.full(3, 0.01), np.zeros(3))


@pytest.fixture(scope="module")
def figure():
    panels = {
        "alfalfa": EnvironmentPanel({"fixed": OURS}, (0.5, 0.02), THEIRS),
        "xgass": EnvironmentPanel({"code": OURS}),
    }
    return environment_curve(panels, origin=Origin.SIMULATION)


def test_a_panel_shows_its_survey_and_the_legend_tells_what_is_anywhere(figure):
    assert [axes.get_title("left") for axes in figure.axes] == ["alfalfa", "xgass"]
    names = ["random split", "fixed", "published", "code"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == names


def test_points_stand_at_their_quantile(figure):
    line = figure.axes[1].lines[0]
    np.testing.assert_array_equal(line.get_xydata(), np.column_stack([CENTERS, OURS.value]))


def test_the_band_is_mean_and_spread_of_the_random_splits(figure):
    (band,) = figure.axes[0].patches
    assert (band.get_y(), band.get_height()) == pytest.approx((0.48, 0.04))
    assert not figure.axes[1].patches


def test_the_upper_axis_gives_the_overdensities_that_are_known(figure):
    (upper,) = figure.axes[0].child_axes
    assert [label.get_text() for label in upper.get_xticklabels()] == ["\N{MINUS SIGN}0.40", "0.80"]


@pytest.mark.parametrize("panels", [{}, {"xgass": EnvironmentPanel({})}])
def test_no_curve_is_refused(panels):
    with pytest.raises(ValueError, match="give one a panel, at least"):
        environment_curve(panels, origin=Origin.OBSERVED)
