"""Claims about the histograms of many labels."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.figure.label_histograms import label_histograms
from galexp.shard.origin import Origin


def test_each_label_has_a_panel_that_counts_all_its_galaxies():
    rng = np.random.default_rng(0)
    labels = {f"label {number}": rng.uniform(size=50) for number in range(7)}
    labels["label 6"][:20] = 0
    labels["label 5"][:3] = np.nan
    figure = label_histograms(labels, origin=Origin.MOCK)
    figure.draw_without_rendering()
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 7
    assert [axes.patches[0].get_data().values.sum() for axes in shown] == [50, 50, 50, 50, 50, 47, 50]
    assert "40% at 0" in shown[6].get_xlabel()
    assert "3 without a value" in shown[5].get_xlabel()
    assert [text.get_text() for text in figure.texts] == ["MOCK DATA"]


def test_a_label_without_values_is_empty_and_says_so():
    figure = label_histograms({"a": np.full(4, np.nan)}, origin=Origin.OBSERVED)
    assert figure.axes[0].get_xlabel() == "a\n4 without a value"


def test_no_labels_are_refused():
    with pytest.raises(ValueError, match="there are no labels to draw; give at least one"):
        label_histograms({}, origin=Origin.OBSERVED)
