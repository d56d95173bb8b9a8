import math

import numpy as np
import pytest

from galexp.attribution.profile import annuli, mean_profile, radial_profile

SIDE = 201
OFFSET = np.arange(SIDE) - (SIDE - 1) / 2
DISTANCE = np.hypot(OFFSET[:, None], OFFSET[None, :])
EDGES = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0])


def test_a_disk_is_flat_within_its_radius_at_the_ratio_of_the_areas_and_nothing_beyond():
    radius = 40.5  # at which no pixel lies
    (found,) = radial_profile(3.0 * (radius > DISTANCE)[None], np.array([radius]), EDGES)
    expected = SIDE**2 / np.sum(radius > DISTANCE)
    assert expected == pytest.approx(SIDE**2 / (math.pi * radius**2), rel=0.01)
    np.testing.assert_allclose(found[:2], expected, rtol=2e-3)
    np.testing.assert_allclose(found[2:4], 0, atol=1e-12)
    assert np.isnan(found[4])


def test_an_exponential_falls_as_its_means_over_annuli():
    scale, radius = 20.0, 30.0
    (found,) = radial_profile(np.exp(-DISTANCE / scale)[None], np.array([radius]), EDGES)

    def within(r):
        return 2 * math.pi * scale**2 * (1 - (1 + r / scale) * math.exp(-r / scale))

    areas = math.pi * radius**2 * np.diff(EDGES**2)
    light = np.diff([within(edge * radius) for edge in EDGES])
    mean = np.exp(-DISTANCE / scale).mean()
    np.testing.assert_allclose(found, light / areas / mean, rtol=1e-2)


def test_the_strength_of_a_map_changes_nothing_and_neither_does_the_pixel_scale():
    rng = np.random.default_rng(0)
    maps, radii = rng.uniform(size=(2, 64, 64)), np.array([20.0, 9.0])
    found = radial_profile(maps, radii, EDGES)
    np.testing.assert_allclose(radial_profile(17 * maps, radii, EDGES), found)
    doubled = radial_profile(maps.repeat(2, 1).repeat(2, 2), 2 * radii, EDGES)
    np.testing.assert_allclose(doubled, found, rtol=0.05)


def test_what_leaves_the_image_or_has_no_size_or_no_attribution_is_nan():
    maps = np.ones((4, 32, 32))
    maps[3] = 0
    found = radial_profile(maps, np.array([16.0, np.nan, -2.0, 8.0]), np.array([0.0, 1.0, 2.0]))
    assert found[0, 0] == 1
    assert np.isnan(found[0, 1])
    assert np.isnan(found[1:]).all()


def test_errors_are_those_of_the_mean_over_galaxies():
    profiles = np.random.default_rng(0).normal(2, 1, (50, 3))
    profiles[:49, 2] = np.nan
    found = mean_profile(profiles)
    np.testing.assert_allclose(found.mean[:2], profiles[:, :2].mean(axis=0))
    np.testing.assert_allclose(found.error[:2], profiles[:, :2].std(axis=0, ddof=1) / math.sqrt(50))
    assert (found.galaxies.tolist(), found.mean[2]) == ([50, 50, 1], profiles[49, 2])
    assert np.isnan(found.error[2])


def test_annuli_reach_to_half_the_image_of_a_typical_galaxy():
    edges = annuli(np.array([10.0, 20.0, 20.0, np.nan]), 64)
    assert (edges[0], edges[-1], len(edges)) == (0, 32 / 20, 13)
    assert len(annuli(np.array([4.0]), 16)) == 5


def test_what_makes_no_profile_is_refused():
    with pytest.raises(ValueError, match="2 maps have 1 radii; give one a map"):
        radial_profile(np.ones((2, 8, 8)), np.ones(1), EDGES)
    with pytest.raises(ValueError, match="a map goes down to -1; give one sign of it"):
        radial_profile(-np.ones((1, 8, 8)), np.ones(1), EDGES)
    with pytest.raises(ValueError, match=r"none of 2 galaxies has a radius above 0 px.*set explain.population=0"):
        annuli(np.array([np.nan, 0.0]), 64)
