import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from scipy.stats import beta, kstest

from galexp.environment import neighbor
from galexp.environment.neighbor import SPEED_OF_LIGHT, nth_neighbor_separation
from galexp.environment.sky import unit_vectors

KM_S = 1 / SPEED_OF_LIGHT


def test_the_nth_tracer_on_a_meridian_lies_n_degrees_away():
    tracers = np.zeros(9), np.arange(1.0, 10.0), np.full(9, 0.03)
    for n in range(1, 10):
        separation = nth_neighbor_separation(np.zeros(1), np.zeros(1), np.full(1, 0.03), *tracers, n=n)
        np.testing.assert_allclose(np.degrees(separation), n, rtol=1e-12)


def test_random_tracers_put_the_fifth_neighbor_where_order_statistics_do(sky):
    count = 20_000
    galaxies, tracers = sky(400, seed=1), sky(count, seed=2)
    separation = nth_neighbor_separation(*galaxies, *tracers, velocity_window=None)
    fraction_of_sky = np.sin(separation / 2) ** 2
    assert kstest(fraction_of_sky, beta(5, count - 5 + 1).cdf).pvalue > 0.05


@pytest.mark.parametrize("exclude_self", [True, False])
@pytest.mark.parametrize("window", [1000.0, 50.0, None])
@pytest.mark.parametrize("n", [1, 5])
def test_every_separation_equals_the_brute_force(sky, brute_force, n, window, exclude_self):
    tracers = sky(500, seed=3)
    galaxies = tuple(
        np.concatenate([a, b]) for a, b in zip(tracers, sky(100, seed=4, redshift=(0.0, 0.06)), strict=True)
    )
    separation = nth_neighbor_separation(*galaxies, *tracers, n=n, velocity_window=window, exclude_self=exclude_self)
    reference = brute_force(galaxies, tracers, n, np.inf if window is None else window, exclude_self)
    np.testing.assert_allclose(separation, reference, rtol=1e-9, atol=1e-12)
    assert n == 1 or not exclude_self or (separation[np.isfinite(separation)] > 0).all()


def test_the_velocity_window_leaves_out_its_own_edge():
    tracers = np.zeros(2), np.array([1.0, 2.0]), np.array([1000.0, 999.0])
    galaxy = np.zeros(1), np.zeros(1), np.zeros(1)
    separation = nth_neighbor_separation(*galaxy, *tracers, n=1, speed_of_light=1.0)
    np.testing.assert_allclose(np.degrees(separation), 2)


@pytest.mark.parametrize(
    ("arcsec", "speed", "is_itself"),
    [(0.0, 0.0, True), (2.9, 299.0, True), (3.1, 0.0, False), (0.0, 301.0, False)],
)
def test_a_tracer_is_the_galaxy_itself_only_when_close_both_on_the_sky_and_in_velocity(arcsec, speed, is_itself):
    tracers = np.zeros(2), np.array([arcsec / 3600, 1.0]), np.array([0.03 + speed * KM_S, 0.03])
    galaxy = np.zeros(1), np.zeros(1), np.full(1, 0.03)
    separation = np.degrees(nth_neighbor_separation(*galaxy, *tracers, n=1))
    np.testing.assert_allclose(separation, 1.0 if is_itself else arcsec / 3600, rtol=1e-9)
    np.testing.assert_allclose(
        np.degrees(nth_neighbor_separation(*galaxy, *tracers, n=1, exclude_self=False)), arcsec / 3600, rtol=1e-9
    )


def test_neighbors_are_found_across_the_meridian_and_over_the_poles():
    tracers = np.array([0.5, 180.0, 0.0]), np.array([0.0, 89.0, -89.0]), np.full(3, 0.03)
    galaxies = np.array([359.5, 0.0, 180.0]), np.array([0.0, 89.0, -89.0]), np.full(3, 0.03)
    np.testing.assert_allclose(np.degrees(nth_neighbor_separation(*galaxies, *tracers, n=1)), [1, 2, 2], rtol=1e-9)


def test_a_crowded_foreground_never_hides_the_neighbors_behind_it(brute_force):
    rng = np.random.default_rng(5)
    foreground = rng.uniform(0, 0.1, 400), rng.uniform(0, 0.1, 400), np.full(400, 0.03 + 1050 * KM_S)
    neighbors = np.zeros(5), np.arange(1.0, 6.0), np.full(5, 0.03)
    tracers = tuple(np.concatenate(pair) for pair in zip(foreground, neighbors, strict=True))
    # the second galaxy shares the slab of the first and brings the foreground into its tree
    galaxies = np.zeros(2), np.zeros(2), np.array([0.03, 0.03 + 100 * KM_S])
    separation = nth_neighbor_separation(*galaxies, *tracers)
    np.testing.assert_allclose(np.degrees(separation[0]), 5, rtol=1e-9)
    np.testing.assert_allclose(separation, brute_force(galaxies, tracers), rtol=1e-9)


def test_fewer_than_n_tracers_in_the_window_give_nan():
    tracers = np.zeros(5), np.arange(1.0, 6.0), np.array([0.03, 0.03, 0.03, 0.03, 0.05])
    assert np.isnan(nth_neighbor_separation(np.zeros(1), np.zeros(1), np.full(1, 0.03), *tracers)).all()


def test_a_galaxy_left_with_four_others_once_itself_is_removed_gives_nan():
    tracers = np.zeros(5), np.arange(5.0), np.full(5, 0.03)
    assert np.isnan(nth_neighbor_separation(*tracers, *tracers)).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_galaxy_without_coordinates_gives_nan_and_disturbs_no_other(sky, column, bad):
    galaxies, tracers = sky(50, seed=6), sky(500, seed=7)
    expected = nth_neighbor_separation(*galaxies, *tracers)
    galaxies[column][10] = bad
    expected[10] = np.nan
    np.testing.assert_array_equal(nth_neighbor_separation(*galaxies, *tracers), expected)


def test_small_blocks_change_nothing(sky, monkeypatch):
    galaxies, tracers = sky(200, seed=8), sky(500, seed=9)
    expected = nth_neighbor_separation(*galaxies, *tracers)
    monkeypatch.setattr(neighbor, "BLOCK_SIZE", 64)
    np.testing.assert_array_equal(nth_neighbor_separation(*galaxies, *tracers), expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_turning_the_sky_and_shuffling_the_tables_change_nothing(sky, seed):
    rng = np.random.default_rng(seed)
    galaxies, tracers = sky(40, seed=rng), sky(150, seed=rng)
    expected = nth_neighbor_separation(*galaxies, *tracers)
    turn, order, tracer_order = Rotation.random(rng=rng), rng.permutation(40), rng.permutation(150)
    turned = nth_neighbor_separation(*turned_sky(galaxies, turn, order), *turned_sky(tracers, turn, tracer_order))
    np.testing.assert_allclose(turned, expected[order], rtol=1e-6)


def turned_sky(points, turn, order):
    x, y, z = turn.apply(unit_vectors(*points[:2])[order]).T
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y))), points[2][order]


def test_too_few_tracers_are_an_error_that_says_how_many_are_needed(sky):
    with pytest.raises(ValueError, match="4 tracers for neighbor number 5; give at least 5 tracers or lower n"):
        nth_neighbor_separation(*sky(3, seed=10), *sky(4, seed=11))


def test_neighbor_number_zero_is_an_error(sky):
    with pytest.raises(ValueError, match="n is 0; expected 1"):
        nth_neighbor_separation(*sky(3, seed=10), *sky(9, seed=11), n=0)


def test_columns_of_unequal_length_are_an_error_that_names_the_table(sky):
    ra, dec, redshift = sky(9, seed=12)
    with pytest.raises(ValueError, match=r"galaxy ra, dec, redshift have shapes \(9,\), \(9,\), \(8,\)"):
        nth_neighbor_separation(ra, dec, redshift[:8], ra, dec, redshift)
    with pytest.raises(ValueError, match=r"tracer ra, dec, redshift have shapes \(9,\), \(7,\), \(9,\)"):
        nth_neighbor_separation(ra, dec, redshift, ra, dec[:7], redshift)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_tracer_that_is_not_finite_is_an_error(sky, column):
    tracers = sky(9, seed=13)
    tracers[column][4] = np.nan
    with pytest.raises(ValueError, match="1 of 9 tracers have a position or redshift that is not finite; drop them"):
        nth_neighbor_separation(*sky(3, seed=14), *tracers)


def test_among_its_own_tracers_a_galaxy_finds_what_it_would_find_without_its_own_entry(sky):
    tracers = sky(300, seed=15)
    among = nth_neighbor_separation(*tracers, *tracers)
    for row in range(0, 300, 30):
        others = tuple(np.delete(column, row) for column in tracers)
        alone = nth_neighbor_separation(*(column[row : row + 1] for column in tracers), *others, exclude_self=False)
        np.testing.assert_array_equal(among[row], alone[0])


def test_entries_of_the_galaxy_itself_are_left_out_however_often_they_are_repeated(sky, brute_force):
    tracers = tuple(np.concatenate([column, np.repeat(column[:3], 40)]) for column in sky(400, seed=16))
    galaxies = tuple(column[:20] for column in tracers)
    separation = nth_neighbor_separation(*galaxies, *tracers)
    assert (separation > 0).all()
    np.testing.assert_allclose(separation, brute_force(galaxies, tracers), rtol=1e-9)


def test_memory_grows_with_the_galaxies_and_not_with_the_tracers_in_front_of_them(sky):
    peak = {}
    for count in (10_000, 40_000):
        galaxies, tracers = sky(count, seed=17, redshift=(0, 0.15)), sky(count, seed=18, redshift=(0, 0.15))
        tracemalloc.start()
        nth_neighbor_separation(*galaxies, *tracers)
        peak[count] = tracemalloc.get_traced_memory()[1] / count
        tracemalloc.stop()
    assert peak[40_000] < 1.2 * peak[10_000]
    assert peak[40_000] < 1000
