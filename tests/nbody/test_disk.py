"""Claims about the motions of a disk, beside its closed forms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import i0, i1, k0, k1

from galexp.nbody.disk import (
    disk_moments,
    draw_disk,
    radius_of_share,
    softened_sheet,
)
from galexp.nbody.profile import Galaxy
from galexp.nbody.units import GRAVITATIONAL_CONSTANT

GALAXY = Galaxy()
MOMENTS = disk_moments(GALAXY)


def at(radius, values):
    return float(np.interp(radius, MOMENTS.radius, values))


def test_a_thin_disk_alone_turns_as_freeman_says():
    thin = dataclasses.replace(
        GALAXY, halo_mass=1e-9, bulge_mass=1e-9, disk_height=0.01, star_softening=0.05, halo_softening=0.05
    )
    moments = disk_moments(thin)
    y = moments.radius / (2 * thin.disk_length)
    central = thin.disk_mass / (2 * np.pi * thin.disk_length**2)
    shape = y**2 * (i0(y) * k0(y) - i1(y) * k1(y))
    expected = np.sqrt(4 * np.pi * GRAVITATIONAL_CONSTANT * central * thin.disk_length * shape)
    inside = (moments.radius > 2) & (moments.radius < 15)
    np.testing.assert_allclose(moments.circular[inside], expected[inside], rtol=0.03)


def test_toomre_q_is_as_wanted_at_its_radius():
    radius = 2.2 * GALAXY.disk_length
    surface = GALAXY.surface_density(np.array([radius]))[0]
    q = at(radius, MOMENTS.radial) * at(radius, MOMENTS.epicycle) / (3.36 * GRAVITATIONAL_CONSTANT * surface)
    assert q == pytest.approx(1.4, rel=0.01)


def test_the_disk_lags_behind_circular_orbits_and_stays_warm():
    outer = MOMENTS.radius > GALAXY.disk_length
    assert (MOMENTS.rotation <= MOMENTS.circular).all()
    assert (MOMENTS.rotation < MOMENTS.circular)[outer].all()
    assert (MOMENTS.rotation > 0.85 * MOMENTS.circular)[outer].all()
    assert (MOMENTS.azimuthal <= MOMENTS.radial).all()
    angular = MOMENTS.circular / MOMENTS.radius
    assert (angular <= MOMENTS.epicycle + 1e-9).all()
    assert (MOMENTS.epicycle <= 2 * angular + 1e-9).all()


def test_an_unsoftened_sheet_has_the_dispersion_of_an_isothermal_one():
    assert softened_sheet(dataclasses.replace(GALAXY, star_softening=0.0)) == pytest.approx(1, rel=0.01)
    assert 0.5 < softened_sheet(GALAXY) < 1


def test_shares_of_an_exponential_disk_come_back():
    radius = radius_of_share(np.array([0.1, 0.5, 0.9]))
    np.testing.assert_allclose(1 - (1 + radius) * np.exp(-radius), [0.1, 0.5, 0.9], rtol=1e-5)


def test_a_drawn_disk_is_exponential_thin_and_turns():
    position, velocity = draw_disk(np.random.default_rng(0), GALAXY, 20_000)
    radius = np.hypot(position[:, 0], position[:, 1])
    assert np.median(radius) == pytest.approx(GALAXY.disk_length * radius_of_share(np.array([0.495]))[0], rel=1e-3)
    assert position[:, 2].std() == pytest.approx(GALAXY.disk_height * np.pi / np.sqrt(12), rel=0.05)
    around = (position[:, 0] * velocity[:, 1] - position[:, 1] * velocity[:, 0]) / radius
    ring = np.abs(radius - 6.6) < 0.3
    assert around[ring].mean() == pytest.approx(at(6.6, MOMENTS.rotation), rel=0.02)
    assert velocity[ring, 2].std() == pytest.approx(at(6.6, MOMENTS.vertical), rel=0.08)
