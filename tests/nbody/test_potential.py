"""Claims about the softened field: closed forms, and sums over points."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from galexp.nbody.eddington import draw_directions
from galexp.nbody.potential import shell_force, shell_potential, total_potential
from galexp.nbody.profile import Galaxy
from galexp.nbody.units import GRAVITATIONAL_CONSTANT

ONE = np.array([1.0])


def test_a_shell_pulls_from_outside_as_a_point_and_inside_not_at_all():
    radius = np.array([0.1, 0.5, 2.0, 10.0])
    potential = shell_potential(radius, ONE, ONE, 0.0) / GRAVITATIONAL_CONSTANT
    np.testing.assert_allclose(potential, 1 / np.maximum(radius, 1))
    force = shell_force(radius, ONE, ONE, 0.0) / GRAVITATIONAL_CONSTANT
    np.testing.assert_allclose(force, np.where(radius > 1, 1 / radius**2, 0), atol=1e-12)


def test_a_softened_shell_is_the_mean_over_points_on_it():
    points = draw_directions(np.random.default_rng(0), 400_000)
    place = np.array([0.8, 0, 0])
    distance = np.sqrt(((points - place) ** 2).sum(1) + 0.3**2)
    potential = shell_potential(place[:1], ONE, ONE, 0.3)[0] / GRAVITATIONAL_CONSTANT
    assert potential == pytest.approx((1 / distance).mean(), rel=2e-3)


def test_the_force_is_the_slope_of_the_potential():
    radius = np.geomspace(0.05, 20, 40)
    shells, masses, step = np.array([0.5, 1.0, 3.0]), np.array([1.0, 2.0, 0.5]), 1e-5
    above, below = (shell_potential(radius + side, shells, masses, 0.2) for side in (step, -step))
    np.testing.assert_allclose(shell_force(radius, shells, masses, 0.2), (below - above) / (2 * step), rtol=1e-5)


def test_a_hernquist_sphere_alone_has_its_closed_form():
    bare = dataclasses.replace(Galaxy(), disk_mass=1e-12, halo_mass=1e-12, star_softening=0.0)
    radius = np.geomspace(0.05, 20, 30)
    expected = GRAVITATIONAL_CONSTANT * bare.bulge_mass / (radius + bare.bulge_length)
    np.testing.assert_allclose(total_potential(bare, radius, 0.0), expected, rtol=1e-2)


def test_softening_makes_every_well_less_deep():
    galaxy = Galaxy()
    radius = np.array([0.1, 1.0, 10.0])
    sharp, soft = total_potential(galaxy, radius, 0.0), total_potential(galaxy, radius, 3.0)
    assert (soft < sharp).all()
    assert soft[2] == pytest.approx(sharp[2], rel=0.05)
