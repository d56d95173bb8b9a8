import numpy as np
import pytest

from galexp.evaluation.binned_scatter import binned_scatter, round_edges
from galexp.figure.binned_scatter import binned_scatter_figure
from galexp.shard.origin import Origin


def draw(truth, prediction, origin=Origin.OBSERVED):
    bins = binned_scatter(truth, prediction, truth, round_edges(8.4, 9.6))
    return binned_scatter_figure(truth, prediction, bins, "metallicity", "dex", origin=origin), bins


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    truth = rng.normal(9.0, 0.2, 400)
    return truth, truth + rng.normal(0.02, 0.05, 400)


def test_every_bin_with_numbers_has_a_median_and_two_markers_as_large_as_it_is_full(sample):
    figure, bins = draw(*sample)
    above, below = figure.axes
    known = np.isfinite(bins.median)
    median = next(line for line in below.lines if line.get_label() == "running median")
    np.testing.assert_array_equal(median.get_xydata(), np.column_stack([bins.centers, bins.median])[known])
    for markers, values in zip(above.collections, (bins.rmse, bins.nmad), strict=True):
        np.testing.assert_array_equal(markers.get_offsets()[:, 1], values[known])
        sizes = markers.get_sizes()
        assert sizes.argmax() == bins.n[known].argmax()
        np.testing.assert_allclose(sizes[sizes > 8] / sizes.max(), (bins.n[known] / bins.n.max())[sizes > 8])
    assert above.get_xlim() == below.get_xlim()


def test_the_inset_counts_the_residuals_and_names_center_and_width(sample):
    (inset,) = draw(*sample)[0].axes[1].child_axes
    assert inset.patches[0].get_data().values.sum() == 400
    mu, sigma = (
        float(part.split("=")[1].replace("\N{MINUS SIGN}", "-"))
        for part in inset.get_title("left").replace("$", "").split(",")
    )
    assert (mu, sigma) == (pytest.approx(0.02, abs=0.01), pytest.approx(0.05, abs=0.01))


def test_many_galaxies_are_counts_with_one_bar_beside_both_panels(sample):
    truth, prediction = (np.tile(values, 6) for values in sample)
    figure, _ = draw(truth, prediction, Origin.MOCK)
    assert [axes.get_ylabel() for axes in figure.axes][2:] == ["galaxies in a cell"]
    figure.draw_without_rendering()
    left, right = (np.array([axes.get_position().x0, axes.get_position().x1]) for axes in figure.axes[:2])
    np.testing.assert_allclose(left, right, atol=1e-3)
    assert "MOCK DATA" in [text.get_text() for text in figure.texts]


def test_too_few_galaxies_for_any_bin_are_drawn_without_bands():
    truth = np.array([9.0, 9.1, np.nan])
    figure, _ = draw(truth, truth)
    below = figure.axes[1]
    assert [line.get_label() for line in below.lines] == ["1:1"]
    assert below.texts[0].get_text() == "n = 2\n1 without a value left out"
