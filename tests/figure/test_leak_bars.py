import numpy as np
import pytest

from galexp.evaluation.leak import Estimate
from galexp.figure.leak_bars import leak_bars
from galexp.shard.origin import Origin

VALUES = {
    "network": {"random": Estimate(2.0, 0.1), "simulation": Estimate(6.0, np.nan)},
    "forest": {"random": Estimate(0.0, 0.0), "simulation": Estimate(9.0, 1.0)},
}


def test_bars_are_as_long_as_the_errors_and_say_their_multiple():
    axes = leak_bars(VALUES, "error", origin=Origin.OBSERVED).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [2.0, 0.0, 6.0, 9.0]
    assert [text.get_text() for text in axes.texts] == ["2", "0", "6  (x 3)", "9"]


def test_the_numbers_lie_inside_the_panel():
    figure = leak_bars(VALUES, "error", origin=Origin.SIMULATION)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert all(text.get_window_extent().x1 <= axes.get_window_extent().x1 for text in axes.texts)


@pytest.mark.parametrize("values", [{}, {"network": {"random": Estimate(1.0, 0.1)}}])
def test_two_ways_of_holding_out_are_compared(values):
    with pytest.raises(ValueError, match="give all of them the same 2 to 5 ways"):
        leak_bars(values, "error", origin=Origin.OBSERVED)
