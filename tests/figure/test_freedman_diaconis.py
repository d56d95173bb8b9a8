import numpy as np
import pytest

from galexp.figure.freedman_diaconis import freedman_diaconis_edges, truth_and_prediction_histograms
from galexp.shard.origin import Origin


def test_edges_are_those_of_numpy():
    values = np.random.default_rng(0).normal(size=3000)
    limits = (values.min(), values.max())
    np.testing.assert_allclose(freedman_diaconis_edges(values, limits), np.histogram_bin_edges(values, "fd"))


@pytest.mark.parametrize(("values", "bins"), [([], 1), ([1.0] * 9, 1), ([0.0] * 50 + [1e-9] * 50, 200)])
def test_without_quartiles_apart_there_is_one_bin_and_never_more_than_two_hundred(values, bins):
    assert len(freedman_diaconis_edges(np.array(values), (0.0, 2.0))) == bins + 1


def test_densities_hold_every_galaxy_and_residuals_are_narrower_bins():
    rng = np.random.default_rng(0)
    truth = rng.normal(9.0, 0.2, 500)
    prediction = 9.0 + 0.8 * (truth - 9.0) + rng.normal(0, 0.03, 500)
    left, right = truth_and_prediction_histograms(
        np.r_[truth, np.nan], np.r_[prediction, 1.0], "metallicity", "dex", 9.1, origin=Origin.OBSERVED
    ).axes
    for patch in (*left.patches, *right.patches):
        values, edges, _ = patch.get_data()
        assert np.sum(values * np.diff(edges)) == pytest.approx(1)
    assert left.texts[0].get_text() == "n = 500\n1 without a value left out"
    assert [line.get_xdata()[0] for line in left.lines] == [9.1]
    widths = [np.diff(axes.patches[0].get_data().edges)[0] for axes in (left, right)]
    assert widths[1] < widths[0]
