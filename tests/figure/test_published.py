from dataclasses import dataclass, field

import numpy as np
import pytest

from galexp.figure.published import distribution_beside_published
from galexp.shard.origin import Origin


@dataclass(frozen=True)
class Known:
    name: str = "log_hi_fraction"
    label: str = "log10 (M_HI / M*) [dex]"
    quantiles: dict = field(default_factory=lambda: {16: -1.0, 50: 0.0, 84: 1.2})
    scatter: float | None = 1.1
    source: str = "Somebody 2018, Table 1"
    kind: str = "published"


def draw(values, known=None, origin=Origin.MOCK):
    return distribution_beside_published({"log_hi_fraction": values}, known or [Known()], origin=origin)


def ticks(axes):
    lines = [collection for collection in axes.collections if collection.get_label().startswith(("mock", "published"))]
    return {line.get_label().split(":")[0]: [segment[0][0] for segment in line.get_segments()] for line in lines}


def test_its_own_and_the_published_quantiles_stand_over_the_histogram():
    values = np.random.default_rng(0).normal(0.3, 1.0, 2000)
    (axes,) = draw(values).axes
    assert ticks(axes)["published"] == [-1.0, 0.0, 1.2]
    np.testing.assert_allclose(ticks(axes)["mock"], np.percentile(values, [16, 50, 84]))
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert words[1] == "published: 16/50/84 % at -1.00/0.00/1.20, scatter 1.10"
    assert words[0].endswith(f"scatter {values.std():.2f}")


def test_the_histogram_holds_every_finite_value():
    (axes,) = draw(np.array([0.1, 0.2, 0.3, 40.0, np.nan])).axes
    assert axes.patches[0].get_data().values.sum() == pytest.approx(1.0)
    assert axes.get_ylabel() == "share of 4"


def test_a_scatter_that_was_not_published_is_not_shown():
    (axes,) = draw(np.arange(9.0), [Known(quantiles={20: 1.0, 80: 2.0}, scatter=None)]).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "mock: 20/80 % at 1.60/6.40",
        "published: 20/80 % at 1.00/2.00",
    ]


def test_the_source_stands_under_the_panel_and_the_mark_over_it():
    figure = draw(np.arange(9.0))
    assert figure.axes[0].get_xlabel() == "log10 (M_HI / M*) [dex]\nSomebody 2018, Table 1"
    assert [text.get_text() for text in figure.texts if text.get_gid() == "mock"] == ["MOCK DATA"]


def test_one_value_everywhere_is_drawn():
    assert len(draw(np.zeros(5), [Known(quantiles={50: 0.0})]).axes) == 1


@pytest.mark.parametrize("values", [{}, {"log_hi_fraction": np.full(3, np.nan)}])
def test_a_column_without_values_is_named(values):
    with pytest.raises(ValueError, match="log_hi_fraction has no finite value to be drawn beside Somebody 2018"):
        distribution_beside_published(values, [Known()], origin=Origin.MOCK)


def test_nothing_published_is_refused():
    with pytest.raises(ValueError, match="no published distribution; give at least one"):
        distribution_beside_published({}, [], origin=Origin.MOCK)
