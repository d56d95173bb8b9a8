import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM

from galexp.mock.distance import arcsec_per_kpc, comoving_distance, distance_modulus, redshift_at
from galexp.mock.field import cold_dark_matter_spectrum, lognormal_density, sample_points
from galexp.mock.group import draw_richness, scatter_members
from galexp.mock.parent import FLUX_LIMIT, draw_absolute_magnitude, draw_parents


def generator(seed=0):
    return np.random.default_rng(seed)


def test_distances_are_those_of_astropy():
    redshift, cosmology = np.array([0.01, 0.0333, 0.21]), FlatLambdaCDM(H0=70, Om0=0.3)
    np.testing.assert_allclose(distance_modulus(redshift), cosmology.distmod(redshift).value, atol=1e-5)
    per_kpc = cosmology.arcsec_per_kpc_proper(redshift).value
    np.testing.assert_allclose(arcsec_per_kpc(redshift), per_kpc, rtol=1e-5)
    np.testing.assert_allclose(redshift_at(comoving_distance(redshift)), redshift, rtol=1e-9)


def test_log_density_has_the_spread_asked_for_and_is_gaussian():
    log_density = np.log(lognormal_density(generator(), 200.0, 32, log_sigma=1.3))
    assert log_density.std() == pytest.approx(1.3, rel=1e-6)
    assert log_density.mean() == pytest.approx(0.0, abs=1e-9)
    assert abs(np.mean((log_density / 1.3) ** 3)) < 0.3


def test_spectrum_rises_to_its_peak_and_falls_after_it():
    power = cold_dark_matter_spectrum(np.array([0.0, 1e-3, 0.02, 1.0]))
    assert power[0] == 0.0
    assert power[1] < power[2] > power[3]


def test_points_follow_the_density():
    density = np.ones((4, 4, 4))
    density[0] = 9.0
    x = sample_points(generator(), density, 40.0, 20_000)[:, 0]
    assert np.abs(x).max() <= 20.0
    assert np.mean(x < -10.0) == pytest.approx(0.75, abs=0.01)


def test_groups_hold_the_members_asked_for_in_a_power_law():
    richness = draw_richness(generator(), 30_000, slope=2.5)
    assert richness.sum() == 30_000
    assert richness[:-1].min() == 2
    share_above_four = (5 / 2) ** -1.5
    assert np.mean(richness >= 5) == pytest.approx(share_above_four, abs=0.02)


def test_rich_groups_are_larger_and_faster_by_the_cube_root():
    richness = np.array([40] * 200 + [5] * 1600)
    centers = np.zeros((len(richness), 3))
    position, velocity, group = scatter_members(generator(), centers, richness)
    rich = richness[group] == 40
    radius = np.linalg.norm(position, axis=1)
    assert np.median(radius[rich]) / np.median(radius[~rich]) == pytest.approx(2.0, rel=0.05)
    assert velocity[rich].std() / velocity[~rich].std() == pytest.approx(2.0, rel=0.05)


@pytest.fixture(scope="module")
def parents():
    return draw_parents(generator(3), max_redshift=0.03)


def test_each_group_has_one_central_and_the_members_it_claims(parents):
    grouped = parents.group_id >= 0
    group, counts = np.unique(parents.group_id[grouped], return_counts=True)
    centrals = np.bincount(parents.group_id[grouped & parents.group_central], minlength=group.max() + 1)[group]
    assert (centrals == 1).all()
    assert counts.min() >= 2
    np.testing.assert_array_equal(
        parents.group_richness[grouped], counts[np.searchsorted(group, parents.group_id[grouped])]
    )
    assert parents.group_central[~grouped].all()
    assert (parents.group_richness[~grouped] == 1).all()


def test_parents_cover_the_sky_evenly_and_thin_out_with_distance(parents):
    assert np.bincount((parents.ra // 90).astype(int)).min() > len(parents) / 8
    assert abs(np.mean(np.sin(np.radians(parents.dec)))) < 0.1
    volume_like = np.mean(parents.redshift < 0.015) / 0.5**3
    assert volume_like > 1.2


def test_same_seed_same_sky(parents):
    again = draw_parents(generator(3), max_redshift=0.03)
    np.testing.assert_array_equal(again.ra, parents.ra)
    assert len(draw_parents(generator(4), max_redshift=0.03)) != len(parents)


def test_magnitudes_stay_in_their_range_and_reach_the_limit():
    magnitude = draw_absolute_magnitude(generator(), 10_000)
    assert magnitude.min() >= -23.5
    assert magnitude.max() <= -15.0
    assert np.mean(magnitude + distance_modulus(np.array([0.03])) < FLUX_LIMIT) < 0.5
