import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from galexp.environment.coverage import edge_distance, tracer_coverage
from galexp.environment.sky import unit_vectors

TRACERS = np.arange(10) * 0.2, np.zeros(10)


def test_a_place_is_covered_when_enough_tracers_lie_within_the_radius():
    covered = tracer_coverage(np.array([0.9, 0.9, 0.5]), np.array([0.0, 2.0, 0.0]), *TRACERS)
    np.testing.assert_array_equal(covered, [True, False, False])
    np.testing.assert_array_equal(tracer_coverage(np.array([0.5]), np.zeros(1), *TRACERS, count=8), [True])
    np.testing.assert_array_equal(tracer_coverage(np.array([0.5]), np.zeros(1), *TRACERS, radius=2.0), [True])


def test_a_position_that_is_missing_is_not_covered():
    covered = tracer_coverage(np.array([np.nan, np.inf, 0.9]), np.zeros(3), *TRACERS)
    np.testing.assert_array_equal(covered, [False, False, True])


def test_a_tracer_that_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match="1 of 2 tracers have a position that is not finite; drop them first"):
        tracer_coverage(np.zeros(1), np.zeros(1), np.array([0.0, np.nan]), np.zeros(2))


def cap(count, seed, radius=20.0):
    """Scatter tracers evenly over a cap around the pole."""
    rng = np.random.default_rng(seed)
    height = rng.uniform(np.cos(np.radians(radius)), 1, count)
    return rng.uniform(0, 360, count), np.degrees(np.arcsin(height))


@pytest.mark.parametrize("radius", [1.0, 2.0])
def test_the_edge_of_a_cap_lies_where_its_tracers_end(radius):
    dec = np.array([90.0, 85.0, 80.0, 75.0, 71.5])
    distance = edge_distance(np.linspace(0, 300, 5), dec, *cap(20_000, seed=0), radius=radius)
    np.testing.assert_allclose(distance, dec - 70, atol=0.4)


def test_outside_the_distance_to_the_edge_is_negative():
    distance = edge_distance(np.zeros(4), np.array([69.0, 60.0, 0.0, -90.0]), *cap(20_000, seed=1))
    assert (distance < 0).all()


def test_a_gap_narrower_than_the_disc_is_no_edge_and_a_wider_one_is():
    ra, dec = cap(40_000, seed=2)
    for hole, expected in ((0.7, 10.0), (3.0, 1.0)):
        outside = np.hypot(dec - 80, (ra - 180) * np.cos(np.radians(80))) > hole
        distance = edge_distance(np.array([180.0]), np.array([80 + hole + 1.0]), ra[outside], dec[outside])
        np.testing.assert_allclose(distance, min(expected, 10 + hole + 1), atol=1.8 if hole < 1 else 0.4)


def test_the_edge_is_the_same_wherever_the_survey_lies():
    galaxies, tracers = cap(200, seed=3), cap(20_000, seed=4)
    turn = Rotation.from_euler("yz", [70, 130], degrees=True)
    expected = edge_distance(*galaxies, *tracers)
    np.testing.assert_allclose(edge_distance(*turned(galaxies, turn), *turned(tracers, turn)), expected, atol=0.5)


def turned(points, turn):
    x, y, z = turn.apply(unit_vectors(*points)).T
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def test_tracers_all_over_the_sky_have_no_edge(sky):
    ra, dec, _ = sky(300_000, seed=5)
    assert np.isposinf(edge_distance(ra[:5], dec[:5], ra, dec, radius=2.0)).all()


def test_a_position_that_is_missing_has_no_distance_to_the_edge():
    distance = edge_distance(np.array([0.0, np.nan]), np.array([80.0, 80.0]), *cap(20_000, seed=6))
    np.testing.assert_array_equal(np.isnan(distance), [False, True])


def test_the_edge_of_tracers_that_are_not_finite_is_an_error():
    with pytest.raises(ValueError, match="1 of 2 tracers have a position that is not finite; drop them first"):
        edge_distance(np.zeros(1), np.zeros(1), np.array([0.0, np.nan]), np.zeros(2))
