"""Claims about the orbit: what a Kepler orbit must keep, and what the draw depends on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from galexp.nbody.encounter import Orbit, draw_encounter, orbit_of, rotation
from galexp.nbody.quality import GRID
from galexp.nbody.units import GRAVITATIONAL_CONSTANT


def test_an_orbit_starts_with_the_energy_and_the_momentum_of_its_pericenter():
    apart, moving = Orbit(70.0, 6.0, 0.9).start(89.6)
    pull = GRAVITATIONAL_CONSTANT * 89.6
    energy = moving @ moving / 2 - pull / np.linalg.norm(apart)
    assert energy == pytest.approx(-pull * (1 - 0.9) / (2 * 6.0))
    momentum = np.cross(apart, moving)
    np.testing.assert_allclose(momentum, [0, 0, np.sqrt(pull * 6.0 * 1.9)])
    eccentricity = np.sqrt(1 + 2 * energy * momentum[2] ** 2 / pull**2)
    assert eccentricity == pytest.approx(0.9)
    assert apart @ moving < 0


@pytest.mark.parametrize("separation", [5.0, 120.0])
def test_a_start_that_is_not_on_the_orbit_is_refused(separation):
    with pytest.raises(ValueError, match=rf"separation={separation:g} kpc is not on the orbit, .* from 6 to 114 kpc"):
        Orbit(separation, 6.0, 0.9).start(89.6)


def test_equal_galaxies_meet_as_chosen():
    assert orbit_of(1.0, 1.0) == Orbit(70.0, 6.0, 0.9)


@pytest.mark.parametrize(("size_ratio", "mass_ratio"), GRID)
def test_every_pair_of_the_grid_starts_apart_and_within_its_apocenter(size_ratio, mass_ratio):
    orbit = orbit_of(size_ratio, mass_ratio)
    assert 30 < orbit.separation < 80
    assert orbit.separation <= orbit.pericenter * 19 * (1 + 1e-12)


def test_lighter_galaxies_start_on_tighter_orbits():
    energies = [orbit_of(1.0, ratio).pericenter / (1 + ratio) for ratio in (0.25, 0.5, 0.75, 1.0)]
    assert energies == sorted(energies)


def test_an_encounter_has_its_center_of_mass_at_rest_at_the_origin(small):
    drawn = draw_encounter(0.5, 0.25, small)
    assert np.abs(drawn.mass @ drawn.position).max() < 1e-9
    assert np.abs(drawn.mass @ drawn.velocity).max() < 1e-8
    first, second = (drawn.galaxy == number for number in (0, 1))
    assert drawn.mass[second].sum() == pytest.approx(0.25 * drawn.mass[first].sum())
    centers = [drawn.mass[own] @ drawn.position[own] / drawn.mass[own].sum() for own in (first, second)]
    assert np.linalg.norm(centers[1] - centers[0]) == pytest.approx(orbit_of(0.5, 0.25).separation)


def test_a_draw_depends_on_seed_and_ratios_alone(small):
    again = dataclasses.replace(small, simulations=[(1.5, 1.5)], image_size=64)
    np.testing.assert_array_equal(draw_encounter(1, 1, small).position, draw_encounter(1, 1, again).position)
    first = draw_encounter(1, 1, small).position
    assert not np.array_equal(first, draw_encounter(1, 1, dataclasses.replace(small, seed=4)).position)
    assert not np.array_equal(first[:60], draw_encounter(1, 1.25, small).position[:60])


def test_a_disk_is_tilted_by_its_inclination():
    turn = rotation(0.3, 0.2)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-15)
    assert turn[2, 2] == pytest.approx(np.cos(0.3))
