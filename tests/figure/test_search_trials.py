import numpy as np
import pytest

from galexp.figure.search_trials import search_trials
from galexp.shard.origin import Origin

RATES = ["1e-3", "0.1", "10", "1"]
ERRORS = np.array([0.9, 0.4, np.nan, 0.5])


def draw(searched, objective=ERRORS):
    return search_trials(objective, searched, "log loss", origin=Origin.OBSERVED).axes


def test_the_star_is_the_lowest_and_what_failed_is_at_the_foot():
    (axes,) = draw({"optimizer.lr": RATES})
    lines = {line.get_label(): line for line in axes.lines}
    assert (lines["the best"].get_xdata()[0], lines["the best"].get_ydata()[0]) == (0.1, 0.4)
    assert lines["failed"].get_xdata().tolist() == [10.0]
    assert lines["a trial"].get_xdata().tolist() == [0.001, 0.1, 1.0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")


def test_words_stand_side_by_side_and_narrow_numbers_on_a_plain_axis():
    first, second = draw({"model": ["a", "b", "a", "c"], "epochs": ["1", "2", "3", "4"]})
    assert [label.get_text() for label in first.get_xticklabels()] == ["a", "b", "c"]
    assert second.get_xscale() == "linear"


def test_every_trial_has_a_value_of_each_key():
    with pytest.raises(ValueError, match=r"4 trials have values \{'lr': 3\}; give each key one value a trial"):
        draw({"lr": RATES[:3]})
    with pytest.raises(ValueError, match=r"4 trials have values \{\}"):
        draw({})


def test_without_a_trial_that_ended_there_is_nothing_to_draw():
    with pytest.raises(ValueError, match="none of 4 trials came to its end"):
        draw({"lr": RATES}, np.full(4, np.nan))
