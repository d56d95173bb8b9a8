import numpy as np
import pytest

from galexp.catalog.mass_metallicity import LOG_STELLAR_MASS, PERCENTILES, metallicity_of_mass
from galexp.evaluation.binned_scatter import binned_scatter, round_edges
from galexp.figure.mass_metallicity import mass_metallicity_figure
from galexp.shard.origin import Origin


def test_galaxies_lie_over_the_published_relation_and_their_scatter_beside_its_half_width():
    rng = np.random.default_rng(0)
    mass = rng.uniform(9, 11, 300)
    metallicity = metallicity_of_mass(mass) + rng.normal(0, 0.1, 300)
    bins = binned_scatter(mass, metallicity, metallicity_of_mass(mass), round_edges(9, 11))
    figure = mass_metallicity_figure(np.r_[mass, np.nan], np.r_[metallicity, 9.0], bins, bins, origin=Origin.OBSERVED)
    above, below = figure.axes
    curves = {line.get_linestyle(): line for line in below.lines if len(line.get_xdata()) == len(LOG_STELLAR_MASS)}
    np.testing.assert_array_equal(curves["-"].get_ydata(), PERCENTILES[50])
    np.testing.assert_array_equal(curves["--"].get_ydata(), PERCENTILES[84])
    assert below.texts[0].get_text() == "n = 300\n1 without a value left out"
    width = next(line for line in above.lines if line.get_label().startswith("Tremonti"))
    assert np.nanmedian(width.get_ydata()) == pytest.approx(0.1, abs=0.02)
    np.testing.assert_array_equal(above.collections[0].get_offsets()[:, 1], bins.rmse)
