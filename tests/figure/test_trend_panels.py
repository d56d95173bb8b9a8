import numpy as np
import pytest

from galexp.figure.trend_panels import Trend, trend_panels
from galexp.shard.origin import Origin

RESIDUAL = np.random.default_rng(0).normal(0, 0.2, 100)


def test_each_column_has_a_panel_with_its_note():
    x = np.where(np.arange(100) < 10, np.nan, np.arange(100.0))
    trends = [Trend("redshift", x, "r = 0"), Trend("mass [dex]", np.arange(100.0))]
    figure = trend_panels(RESIDUAL, trends, "dex", origin=Origin.MOCK)
    left, right = figure.axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("redshift", "mass [dex]")
    assert (left.get_title("left"), right.get_title("left")) == ("r = 0", "")
    assert left.get_ylabel() == "predicted $-$ true [dex]"
    assert len(left.collections[0].get_offsets()) == 90
    assert left.get_ylim() == right.get_ylim()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["16 to 84 %", "running median"]


@pytest.mark.parametrize("trends", [[], [Trend("redshift", np.zeros(3))]])
def test_columns_of_other_galaxies_are_refused(trends):
    with pytest.raises(ValueError, match="give columns of the same galaxies"):
        trend_panels(RESIDUAL, trends, origin=Origin.OBSERVED)
