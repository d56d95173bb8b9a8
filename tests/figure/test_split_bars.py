import numpy as np
import pytest

from galexp.figure.split_bars import SplitScore, split_bars
from galexp.shard.origin import Origin

ROWS = [SplitScore("lower / higher", 0.5, 0.03, 0.04, 0.45, 0.01), SplitScore("random", 0.4)]


@pytest.fixture(scope="module")
def axes():
    return split_bars({"xgass": ROWS}, "RMSE / scatter", origin=Origin.OBSERVED).axes[0]


def widths(axes):
    return [np.ptp([segment[:, 0] for segment in bar.get_segments()], axis=1).tolist() for bar in axes.collections]


def test_the_thin_bar_adds_both_errors_in_quadrature_and_the_thick_one_is_the_spread(axes):
    thin, thick, published = widths(axes)
    assert (thin[0], thick[0], published[0]) == pytest.approx((0.1, 0.06, 0.02))


def test_a_single_training_has_no_bar(axes):
    assert [bars[1] for bars in widths(axes)[:2]] == [0, 0]


def test_splits_stand_from_the_top_down(axes):
    assert [label.get_text() for label in axes.get_yticklabels()] == ["lower / higher", "random"]
    assert axes.yaxis_inverted()


def test_nothing_published_is_drawn_where_nothing_was(axes):
    del axes
    figure = split_bars({"xgass": ROWS[1:]}, "RMSE", origin=Origin.MOCK)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "with bootstrap over galaxies",
        "mean and sd of trainings",
    ]
    assert "MOCK DATA" in [text.get_text() for text in figure.texts]


@pytest.mark.parametrize("scores", [{}, {"xgass": []}])
def test_a_survey_without_splits_is_refused(scores):
    with pytest.raises(ValueError, match="draw some splits"):
        split_bars(scores, "RMSE", origin=Origin.OBSERVED)
