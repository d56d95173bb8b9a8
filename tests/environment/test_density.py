import numpy as np
import pytest
from astropy.cosmology import FlatLambdaCDM
from scipy.special import polygamma

from galexp.environment.density import log_one_plus_delta5, surface_density
from galexp.environment.neighbor import nth_neighbor_separation
from galexp.environment.trend import redshift_trend
from galexp.environment.variant import VARIANTS, density_variant

COSMOLOGY = FlatLambdaCDM(H0=70, Om0=0.3)


@pytest.fixture(scope="module")
def ball(sky):
    """Scatter galaxies evenly in volume."""

    def scatter(count, seed, lowest=0.02, highest=0.06):
        ra, dec, fraction = sky(count, seed, redshift=(0, 1))
        return ra, dec, np.cbrt(lowest**3 + fraction * (highest**3 - lowest**3))

    return scatter


@pytest.mark.parametrize("redshift", [0.005, 0.03, 0.2])
def test_five_tracers_on_a_ring_of_one_megaparsec_give_five_over_pi(redshift):
    radius = np.degrees(1 / COSMOLOGY.angular_diameter_distance(redshift).value)
    turn = np.radians(np.arange(5) * 72.0)
    tracer_dec = np.degrees(np.arcsin(np.sin(np.radians(radius)) * np.sin(turn)))
    tracer_ra = np.degrees(np.arctan2(np.sin(np.radians(radius)) * np.cos(turn), np.cos(np.radians(radius))))
    galaxy = np.zeros(1), np.zeros(1), np.full(1, redshift)
    separation = nth_neighbor_separation(*galaxy, tracer_ra, tracer_dec, np.full(5, redshift))
    np.testing.assert_allclose(surface_density(separation, galaxy[2]), 5 / np.pi, rtol=1e-6)


def test_random_tracers_give_a_mean_density_too_high_by_n_over_n_minus_one(sky):
    galaxies, tracers = sky(4000, seed=1, redshift=(0.03, 0.03)), sky(20_000, seed=2)
    density = surface_density(nth_neighbor_separation(*galaxies, *tracers, velocity_window=None), galaxies[2])
    truth = 20_000 / (4 * np.pi * COSMOLOGY.angular_diameter_distance(0.03).value ** 2)
    np.testing.assert_allclose(density.mean() / truth, 5 / 4, rtol=0.03)


def test_random_tracers_spread_delta5_as_the_gamma_distribution_does(ball):
    tracers = ball(20_000, seed=3)
    inside = (tracers[2] > 0.03) & (tracers[2] < 0.05)
    log_density = log_one_plus_delta5(*tracers, *tracers)[inside]
    np.testing.assert_allclose(log_density.std(), np.sqrt(polygamma(1, 5)) / np.log(10), rtol=0.03)


def test_the_median_of_fixed_is_zero_at_every_redshift(ball):
    galaxies, tracers = ball(20_000, seed=4), ball(100_000, seed=5)
    log_density = log_one_plus_delta5(*galaxies, *tracers)
    for lower in (0.03, 0.035, 0.04, 0.045):
        shell = (galaxies[2] >= lower) & (galaxies[2] < lower + 0.005)
        assert abs(np.median(log_density[shell])) < 0.02


@pytest.mark.parametrize("variant", ["paper", "code"])
def test_the_median_of_paper_and_code_is_zero_for_the_galaxies_themselves(variant, ball):
    log_density = log_one_plus_delta5(*ball(4000, seed=4), *ball(20_000, seed=5), variant)
    assert abs(np.median(log_density)) < 0.01


def test_fixed_gives_a_galaxy_one_value_in_whatever_sample(ball):
    galaxies, tracers = ball(300, seed=6), ball(5000, seed=7)
    some = galaxies[2] > 0.05
    alone = log_one_plus_delta5(*(column[some] for column in galaxies), *tracers)
    np.testing.assert_allclose(alone, log_one_plus_delta5(*galaxies, *tracers)[some], rtol=1e-12)


@pytest.mark.parametrize(
    ("variant", "neighbor", "trend_of_tracers"),
    [
        ("fixed", {"exclude_self": True, "window": 1000.0}, True),
        ("paper", {"exclude_self": False, "window": 1000.0, "speed_of_light": 3e5}, False),
        ("code", {"exclude_self": False, "window": np.inf}, False),
    ],
)
def test_each_variant_is_the_brute_force_density_over_its_own_median(
    variant, neighbor, trend_of_tracers, ball, brute_force
):
    tracers = ball(600, seed=8, highest=0.04)
    galaxies = tuple(column[:150] for column in tracers)
    density = surface_density(brute_force(galaxies, tracers, **neighbor), galaxies[2])
    sample = galaxies[2], density
    if trend_of_tracers:
        sample = tracers[2], surface_density(brute_force(tracers, tracers, **neighbor), tracers[2])
    expected = np.log10(density / redshift_trend(galaxies[2], *sample))
    np.testing.assert_allclose(log_one_plus_delta5(*galaxies, *tracers, variant), expected, rtol=1e-6, atol=1e-9)


def test_a_pair_in_projection_is_crowded_only_without_a_velocity_window(ball):
    tracers = ball(5000, seed=9)
    clump = np.full(20, 0.1), np.linspace(0.1, 0.2, 20), np.full(20, 0.055)
    tracers = tuple(np.concatenate(pair) for pair in zip(tracers, clump, strict=True))
    galaxies = tuple(np.concatenate(pair) for pair in zip(([0.1], [0.15], [0.03]), ball(500, seed=10), strict=True))
    code, paper = (log_one_plus_delta5(*galaxies, *tracers, variant)[0] for variant in ("code", "paper"))
    assert code > 3
    assert paper < 1


def test_the_own_entry_counts_as_the_first_neighbor_in_paper_and_not_in_fixed(ball):
    tracers = ball(3000, seed=11)
    own = {
        name: nth_neighbor_separation(*tracers, *tracers, n=n, exclude_self=VARIANTS[name].exclude_self)
        for name, n in (("paper", 5), ("fixed", 4))
    }
    np.testing.assert_array_equal(own["paper"], own["fixed"])


def test_three_for_n_cancels_in_delta5_and_not_in_the_density():
    separation, redshift = np.array([0.001, 0.002]), np.array([0.03, 0.04])
    three, five = surface_density(separation, redshift, n=3), surface_density(separation, redshift)
    np.testing.assert_allclose(three / five, 3 / 5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_missing_coordinates_and_redshifts_that_are_not_positive_give_nan_and_disturb_no_other(variant, ball):
    galaxies, tracers = ball(300, seed=12), ball(3000, seed=13)
    bad = {0: (0, np.nan), 1: (1, np.nan), 2: (2, np.nan), 3: (2, 0.0), 4: (2, -0.001)}
    for row, (column, value) in bad.items():
        galaxies[column][row] = value
    log_density = log_one_plus_delta5(*galaxies, *tracers, variant)
    assert np.isnan(log_density[:5]).all()
    whole = log_one_plus_delta5(*(column[5:] for column in galaxies), *tracers, variant)
    np.testing.assert_array_equal(log_density[5:], whole)


@pytest.mark.parametrize("variant", VARIANTS)
def test_galaxies_without_any_density_give_nan(variant, ball):
    galaxies = np.zeros(3), np.zeros(3), np.array([0.0, np.nan, -0.001])
    assert np.isnan(log_one_plus_delta5(*galaxies, *ball(100, seed=14), variant)).all()


def test_a_fifth_neighbor_beyond_the_edge_gives_nan(ball):
    galaxies, tracers = ball(200, seed=15), ball(3000, seed=16)
    separation = np.degrees(nth_neighbor_separation(*galaxies, *tracers))
    edge = separation * np.where(np.arange(200) < 50, 0.99, 1.01)
    log_density = log_one_plus_delta5(*galaxies, *tracers, edge_distance=edge)
    np.testing.assert_array_equal(np.isnan(log_density), np.arange(200) < 50)


def test_edge_distances_of_another_length_are_an_error(ball):
    with pytest.raises(ValueError, match=r"edge_distance has shape \(2,\); expected one angle .* per galaxy, \(3,\)"):
        log_one_plus_delta5(*ball(3, seed=17), *ball(9, seed=18), edge_distance=np.ones(2))


def test_repeated_tracers_give_nan_and_a_warning_that_counts_them(ball):
    tracers = tuple(np.concatenate([np.repeat(column[:1], 5), column]) for column in ball(500, seed=19))
    with pytest.warns(UserWarning, match="6 of 505 galaxies have a separation of zero: NaN; look for repeated tracers"):
        log_density = log_one_plus_delta5(*tracers, *tracers, "paper")
    np.testing.assert_array_equal(np.isnan(log_density), np.arange(505) < 6)


def test_an_unknown_variant_is_an_error_that_names_the_nearest(ball):
    with pytest.raises(ValueError, match="variant 'papr' is unknown; did you mean paper"):
        log_one_plus_delta5(*ball(3, seed=20), *ball(9, seed=21), "papr")
    with pytest.raises(ValueError, match="There are fixed, paper, code"):
        density_variant("xyz")


def test_bad_tracers_are_an_error(ball):
    with pytest.raises(ValueError, match="4 tracers for neighbor number 5"):
        log_one_plus_delta5(*ball(3, seed=22), *ball(4, seed=23))
    ra, dec, redshift = ball(9, seed=24)
    with pytest.raises(ValueError, match="tracer ra, dec, redshift have shapes"):
        log_one_plus_delta5(ra, dec, redshift, ra[:8], dec, redshift)
    ra[3] = np.nan
    with pytest.raises(ValueError, match="1 of 9 tracers have a position or redshift that is not finite"):
        log_one_plus_delta5(*ball(3, seed=25), ra, dec, redshift)
