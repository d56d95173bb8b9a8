"""Claims about a galaxy drawn as particles: masses, rest, weights, and equilibrium."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from galexp.nbody.gravity import Gravity
from galexp.nbody.particles import Kind, draw_galaxy, joined
from galexp.nbody.profile import Galaxy
from galexp.nbody.quality import Quality

QUALITY = Quality(500, 100, 800, 300, 30, [(1, 1)])


@pytest.fixture(scope="module")
def drawn():
    return draw_galaxy(np.random.default_rng(1), Galaxy(), QUALITY)


def test_each_kind_has_its_particles_its_mass_and_its_weight(drawn):
    assert len(drawn) == 1700
    assert np.bincount(drawn.kind).tolist() == [500, 100, 800, 300]
    masses = np.bincount(drawn.kind, drawn.mass)
    np.testing.assert_allclose(masses, [4.0, 0.8, 40.0, 0.0])
    weights = np.bincount(drawn.kind, drawn.weight)
    np.testing.assert_allclose(weights, [4 * 500 / 800, 0.8, 0, 4 * 300 / 800])
    assert set(drawn.softening[drawn.kind == Kind.HALO]) == {2.4}
    assert set(drawn.softening[drawn.kind != Kind.HALO]) == {0.4}


def test_a_galaxy_is_drawn_at_rest_at_the_origin(drawn):
    assert np.abs(drawn.mass @ drawn.position).max() < 1e-10
    assert np.abs(drawn.mass @ drawn.velocity).max() < 1e-9


def test_a_galaxy_is_drawn_in_virial_equilibrium(drawn):
    pull = Gravity(drawn).acceleration(torch.tensor(drawn.position)).numpy()
    kinetic = (drawn.mass[:, None] * drawn.velocity**2).sum()
    assert kinetic / -(drawn.mass[:, None] * drawn.position * pull).sum() == pytest.approx(1, abs=0.03)


def test_half_of_the_halo_lies_where_its_profile_says(drawn):
    galaxy = Galaxy()
    radius = np.linalg.norm(drawn.position[drawn.kind == Kind.HALO], axis=1)
    assert np.median(radius) == pytest.approx(np.interp(20.0, galaxy.halo_within, galaxy.radius), rel=0.01)


def test_joined_galaxies_are_numbered_and_those_with_mass_come_first(drawn):
    pair = joined([drawn, dataclasses.replace(drawn, position=drawn.position + 50)])
    assert len(pair) == 2 * len(drawn)
    assert (np.diff((pair.mass > 0).astype(int)) <= 0).all()
    for number in (0, 1):
        own = pair.galaxy == number
        assert np.bincount(pair.kind[own]).tolist() == [500, 100, 800, 300]
        np.testing.assert_allclose(pair.mass[own] @ pair.position[own] / 44.8, 50 * number, atol=1e-9)
