import numpy as np
import pytest

from galexp.evaluation.class_timing import timing_along
from galexp.figure.time_classes import time_confusion, time_errors
from galexp.shard.origin import Origin

TIMES = np.repeat(13.0 * np.arange(71), 10)
EDGES = np.linspace(0, 910, 8)


def profile(error):
    return timing_along(TIMES, np.full(len(TIMES), error), EDGES)


def test_each_configuration_is_a_line_in_both_panels():
    figure = time_errors({"a": profile(-26.0), "b": profile(13.0)}, "Myr", origin=Origin.SIMULATION)
    upper, lower = figure.axes
    assert [line.get_ydata()[0] for line in upper.lines] == [26, 13]
    assert [line.get_ydata()[0] for line in lower.lines[:2]] == [-26, 13]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    assert figure.findobj(lambda artist: artist.get_gid() == "mock")


def test_a_column_of_the_confusion_sums_to_one_and_one_without_frames_is_gray():
    true = TIMES[TIMES < 700]
    figure = time_confusion({"a": (true, true + 5000), "b": (true, true)}, EDGES, "Myr", origin=Origin.OBSERVED)
    first, second = (ax.collections[0].get_array().reshape(7, 7) for ax in figure.axes[:2])
    np.testing.assert_allclose(first.sum(0).compressed(), 1)
    assert first.mask.all(0).sum() == 1
    assert first[-1].compressed().min() == 1
    np.testing.assert_allclose(np.diag(second).compressed(), 1)


@pytest.mark.parametrize("number", [0, 7])
def test_only_a_few_configurations_can_be_told_apart(number):
    names = [str(place) for place in range(number)]
    with pytest.raises(ValueError, match=f"{number} configurations to draw; give 1 to 6"):
        time_errors(dict.fromkeys(names, profile(1.0)), "Myr", origin=Origin.OBSERVED)
    with pytest.raises(ValueError, match=f"{number} configurations to draw; give 1 to 6"):
        time_confusion(dict.fromkeys(names, (TIMES, TIMES)), EDGES, "Myr", origin=Origin.OBSERVED)
