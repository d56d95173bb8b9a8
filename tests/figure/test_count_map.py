import numpy as np
import pytest

from galexp.figure.count_map import count_map
from galexp.shard.origin import Origin


def test_every_galaxy_is_in_a_cell_or_counted_as_outside():
    truth = np.concatenate([np.linspace(-1, 1, 100), [np.nan]])
    preds = truth + 0.1
    preds[0] = 1e3
    figure = count_map(
        {"alfalfa": (truth, preds), "xgass": (truth[1:], preds[1:])}, "gas", "dex", origin=Origin.OBSERVED
    )
    first, second = figure.axes[:2]
    assert first.texts[0].get_text().splitlines()[1:] == ["n = 100", "1 outside the axes"]
    assert first.collections[0].get_array().sum() == 99
    assert second.texts[0].get_text() == "RMSE = 0.100 dex\nn = 99"
    assert first.get_xlim() == second.get_xlim() == first.get_ylim()
    assert (first.get_title("left"), first.get_xlabel()) == ("alfalfa", "true gas [dex]")


def test_a_sample_without_galaxies_is_refused():
    with pytest.raises(ValueError, match="no galaxy of xgass has both a true value and a prediction"):
        count_map({"xgass": (np.full(3, np.nan), np.zeros(3))}, "gas", "dex", origin=Origin.OBSERVED)
    with pytest.raises(ValueError, match="no galaxy of any sample"):
        count_map({}, "gas", "dex", origin=Origin.OBSERVED)
