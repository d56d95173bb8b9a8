import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM

from galexp.mock.distance import arcsec_per_kpc, comoving_distance, distance_modulus, redshift_at
from galexp.mock.field import cold_dark_matter_spectrum, fill_box, lognormal_density, sample_points
from galexp.mock.footprint import OctantStrip
from galexp.mock.group import draw_richness, scatter_members
from galexp.mock.parent import FLUX_LIMIT, draw_parents


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


def test_points_follow_the_weight_of_a_box_that_is_no_cube():
    weight = np.ones((4, 2, 3))
    weight[0] = 9.0
    points = sample_points(generator(), weight, 10.0, 20_000)
    assert points.min() >= 0.0
    assert (points.max(axis=0) <= [40.0, 20.0, 30.0]).all()
    assert (points.max(axis=0) > [39.0, 19.0, 29.0]).all()
    assert np.mean(points[:, 0] < 10.0) == pytest.approx(0.75, abs=0.01)


def test_a_periodic_field_is_repeated_and_cut():
    density = np.arange(27.0).reshape(3, 3, 3)
    box = fill_box(density, (7, 2, 3))
    assert box.shape == (7, 2, 3)
    np.testing.assert_array_equal(box[3:6], density[:, :2])
    np.testing.assert_array_equal(box[6], density[0, :2])


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


def test_parents_are_what_a_flux_limit_shows(parents):
    assert (parents.absolute_magnitude + distance_modulus(parents.redshift)).max() < FLUX_LIMIT
    far = parents.redshift > 0.025
    near = parents.redshift < 0.01
    assert np.median(parents.absolute_magnitude[far]) < np.median(parents.absolute_magnitude[near]) - 1
    assert parents.redshift.max() < 0.03
    assert (parents.edge_distance == 180).all()


def test_the_most_massive_of_a_group_is_its_central(parents):
    grouped = np.flatnonzero(parents.group_id >= 0)
    order = grouped[np.lexsort((-parents.log_stellar_mass[grouped], parents.group_id[grouped]))]
    first = np.append(True, np.diff(parents.group_id[order]) > 0)
    np.testing.assert_array_equal(parents.group_central[order], first)


def test_a_strip_of_the_octant_holds_its_share_of_the_sky():
    parents = draw_parents(generator(), 0.06, OctantStrip(0.3), 0.02)
    assert parents.ra.max() <= 90
    assert parents.dec.min() >= 0
    assert np.sin(np.radians(parents.dec)).max() <= 0.3
    assert parents.edge_distance.min() >= 0


def test_twice_the_number_density_gives_twice_the_galaxies():
    once, twice = (len(draw_parents(generator(), 0.03, None, density)) for density in (0.004, 0.008))
    assert twice / once == pytest.approx(2.0, rel=0.03)
