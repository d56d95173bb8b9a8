"""Claims about small panels of truth and prediction."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.figure.vote_panels import vote_panels
from galexp.shard.origin import Origin


def test_panels_say_the_error_and_the_slope_of_each_label():
    truth = np.random.default_rng(0).uniform(0, 1, (40, 7))
    preds = 0.25 + 0.5 * truth
    preds[0, 6] = np.nan
    figure = vote_panels(truth, preds, [f"label {number}" for number in range(7)], origin=Origin.MOCK)
    figure.draw_without_rendering()
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 7
    for number, axes in enumerate(shown):
        rmse = np.sqrt(np.nanmean((preds[:, number] - truth[:, number]) ** 2))
        assert axes.get_xlabel() == f"true label {number}\nRMSE {rmse:.3g}, slope 0.50"
        assert axes.get_xlim() == axes.get_ylim() == (0, 1)
    assert [len(axes.collections[0].get_offsets()) for axes in shown] == [40] * 6 + [39]


def test_many_galaxies_are_counts_and_other_labels_than_fractions_have_axes_of_their_own():
    truth = np.random.default_rng(0).normal(9, 0.5, (800, 1))
    figure = vote_panels(truth, truth, ["mass"], origin=Origin.OBSERVED)
    low, high = figure.axes[0].get_xlim()
    assert 6 < low < 8
    assert 10 < high < 12
    assert figure.axes[0].collections[0].get_array().count() > 30


def test_a_label_that_does_not_vary_and_one_without_values_have_no_slope():
    truth = np.stack([np.full(4, 0.5), np.full(4, np.nan)], axis=1)
    first, second = vote_panels(truth, truth, ["a", "b"], origin=Origin.OBSERVED).axes
    assert (first.get_xlabel(), second.get_xlabel()) == ("true a\nRMSE 0", "true b")


def test_labels_must_be_as_many_as_columns():
    with pytest.raises(ValueError, match="2 targets have labels"):
        vote_panels(np.zeros((3, 2)), np.zeros((3, 2)), ["a"], origin=Origin.OBSERVED)
