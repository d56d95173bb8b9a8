import numpy as np
import pytest

from galexp.figure.environment_histograms import Surroundings, environment_histograms
from galexp.shard.origin import Origin

VALUES = np.concatenate([np.linspace(-1, 1, 200), [np.nan]])
PARTS = {"isolated": np.arange(201) < 50, "in groups": np.arange(201) >= 150}


@pytest.fixture(scope="module")
def axes():
    return environment_histograms(
        {"xgass": Surroundings(VALUES, PARTS, {"q": -0.6})}, "d", origin=Origin.OBSERVED
    ).axes[0]


def test_the_legend_counts_all_galaxies_their_parts_and_those_without_a_value(axes):
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "isolated (50)",
        "in groups (50)",
        "all (200, 1 without a value)",
        "q: \N{MINUS SIGN}0.60",
    ]


def test_shaded_parts_hold_their_galaxies(axes):
    assert sum(bar.get_height() for bar in axes.containers[0]) == 50


def test_a_cut_is_a_line(axes):
    assert axes.lines[0].get_xdata()[0] == -0.6


def test_surveys_without_values_and_parts_of_another_length_are_refused():
    with pytest.raises(ValueError, match="no galaxy of xgass has a finite value"):
        environment_histograms({"xgass": Surroundings(np.full(3, np.nan), {}, {})}, "d", origin=Origin.OBSERVED)
    with pytest.raises(ValueError, match="no galaxy of any survey has a finite value"):
        environment_histograms({}, "d", origin=Origin.OBSERVED)
    short = Surroundings(np.zeros(3), {"isolated": np.ones(2, dtype=bool)}, {})
    with pytest.raises(ValueError, match="part 'isolated' of xgass has 2 rows, its values 3"):
        environment_histograms({"xgass": short}, "d", origin=Origin.OBSERVED)
