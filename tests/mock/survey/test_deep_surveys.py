"""Claims about the mock surveys of SDSS: metallicities and Galaxy Zoo 2."""

import numpy as np
import pytest

from galexp.catalog.vote_tree import closure_errors
from galexp.dataset.gz2 import votes_of
from galexp.mock.survey import mock_gz2, mock_sdss_metallicity


@pytest.fixture(scope="module", params=[0, 1])
def metallicities(request):
    return mock_sdss_metallicity(objects=2000, seed=request.param)


@pytest.fixture(scope="module", params=[0, 1])
def zoo(request):
    return mock_gz2(objects=1500, seed=request.param)


def test_galaxies_with_metallicities_pass_the_cuts_of_the_published_query(metallicities):
    assert metallicities["petro_mag_r"].min() > 10
    assert metallicities["petro_mag_r"].max() < 17.8
    assert metallicities["redshift"].min() >= 0.02
    color = metallicities["mag_u"] - metallicities["mag_r"]
    assert color.min() > 0
    assert color.max() < 6
    assert metallicities["log_ssfr"].min() > -11


def test_the_spectral_break_is_stronger_where_fewer_stars_form(metallicities):
    assert np.corrcoef(metallicities["d4000_n"], metallicities["log_ssfr"])[0, 1] < -0.8


def test_massive_galaxies_are_metal_rich(metallicities):
    assert np.corrcoef(metallicities["log_stellar_mass"], metallicities["metallicity"])[0, 1] > 0.6


def test_overdensities_of_galaxy_zoo_spread_as_in_the_other_surveys(zoo):
    spread = np.nanpercentile(zoo["log_one_plus_delta5_fixed"], [20, 80])
    assert spread == pytest.approx([-0.45, 0.5], abs=0.13)


def test_votes_keep_the_sums_of_the_tree_to_rounding(zoo):
    votes = votes_of(zoo)
    assert votes.min() >= 0
    assert votes.max() <= 1
    assert np.abs(closure_errors(votes)).max() < 1e-12


def test_galaxies_of_the_zoo_are_bright_large_and_fill_their_picture(zoo):
    assert zoo["mag_r"].max() < 17
    assert zoo["r90"].min() > 3
    np.testing.assert_allclose(zoo["mock_field"], 8.48 * zoo["r90"])


@pytest.mark.slow
@pytest.mark.parametrize(("draw", "objects"), [(mock_sdss_metallicity, 116_429), (mock_gz2, 61_578)])
def test_whole_surveys_have_the_published_number_of_objects(draw, objects):
    catalog = draw()
    assert len(catalog) == objects
    assert np.isnan(catalog["log_one_plus_delta5_fixed"]).mean() < 0.01
