"""Claims about gravity: two bodies, a sum in double precision, momentum, and massless tracers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from galexp.nbody.gravity import Gravity
from galexp.nbody.leapfrog import leapfrog
from galexp.nbody.particles import Kind, Particles
from galexp.nbody.units import GRAVITATIONAL_CONSTANT, MYR


def particles(position, mass, softening):
    count = len(mass)
    return Particles(
        position=np.asarray(position, float),
        velocity=np.zeros((count, 3)),
        mass=np.asarray(mass, float),
        softening=np.asarray(softening, float),
        kind=np.full(count, int(Kind.DISK)),
        galaxy=np.zeros(count, int),
        weight=np.ones(count),
    )


def cloud(count=300, tracers=100):
    rng = np.random.default_rng(0)
    mass = np.concatenate([rng.uniform(0.5, 1.5, count), np.zeros(tracers)])
    return particles(rng.normal(0, 20, (count + tracers, 3)), mass, rng.choice([0.4, 2.4], count + tracers))


def reference(cloud):
    """Sum in numpy: acceleration and potential energy."""
    apart = cloud.position[None] - cloud.position[:, None]
    squared = (apart**2).sum(-1) + cloud.softening[:, None] ** 2 + cloud.softening**2
    acceleration = GRAVITATIONAL_CONSTANT * (cloud.mass[None, :, None] * apart / squared[..., None] ** 1.5).sum(1)
    energy = -GRAVITATIONAL_CONSTANT * np.outer(cloud.mass, cloud.mass) / np.sqrt(squared)
    return acceleration, np.triu(energy, 1).sum()


def test_two_bodies_pull_as_newton_says():
    pair = particles([[0, 0, 0], [3, 0, 0]], [2.0, 1.0], [0.0, 0.0])
    found = Gravity(pair, dtype=torch.float64).acceleration(torch.tensor(pair.position)).numpy()
    np.testing.assert_allclose(found[:, 0], GRAVITATIONAL_CONSTANT * np.array([1, -2]) / 9, rtol=1e-12)
    assert not found[:, 1:].any()


def test_a_softened_pair_pulls_less_by_its_closed_form():
    pair = particles([[0, 0, 0], [3, 0, 0]], [1.0, 1.0], [1.0, 2.0])
    found = Gravity(pair, dtype=torch.float64).acceleration(torch.tensor(pair.position)).numpy()
    assert found[0, 0] == pytest.approx(GRAVITATIONAL_CONSTANT * 3 / (9 + 1 + 4) ** 1.5)


# float32 rounds 60 kpc to 4e-6 beside a softening of 0.6: errors of 1e-5 on some processors, of twice that on others
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 5e-5)])
def test_it_agrees_with_a_sum_in_double_precision(dtype, tolerance):
    drawn = cloud()
    acceleration, energy = reference(drawn)
    gravity = Gravity(drawn, dtype=dtype)
    found = gravity.acceleration(torch.tensor(drawn.position)).numpy()
    assert np.abs(found - acceleration).max() < tolerance * np.abs(acceleration).max()
    assert gravity.potential_energy(torch.tensor(drawn.position)) == pytest.approx(energy, rel=tolerance)


def test_momentum_does_not_change_and_tracers_do_not_pull():
    drawn = cloud()
    place = torch.tensor(drawn.position)
    found = Gravity(drawn).acceleration(place).numpy()
    force = drawn.mass[:, None] * found
    assert np.abs(force.sum(0)).max() < 1e-12 * np.abs(force).sum()
    moved = place.clone()
    moved[300:] += 5.0
    np.testing.assert_array_equal(Gravity(drawn).acceleration(moved).numpy()[:300], found[:300])


def test_the_length_of_a_block_changes_no_sum():
    drawn = cloud()
    whole, split = Gravity(drawn, dtype=torch.float64), Gravity(drawn, dtype=torch.float64)
    split.block = 7
    place = torch.tensor(drawn.position)
    torch.testing.assert_close(split.acceleration(place), whole.acceleration(place), rtol=1e-12, atol=1e-9)


def test_particles_without_mass_come_last():
    drawn = cloud()
    with pytest.raises(AssertionError, match="particles with mass come first"):
        Gravity(dataclasses.replace(drawn, mass=drawn.mass[::-1].copy()))


def test_two_masses_come_back_after_the_period_of_kepler_in_physical_units():
    pair = particles([[0, 0, 0], [10.0, 0, 0]], [3.0, 1.0], [1e-6, 1e-6])
    gravity = Gravity(pair, dtype=torch.float64)
    speed = np.sqrt(GRAVITATIONAL_CONSTANT * 4.0 / 10.0) * 0.9
    position, velocity = torch.tensor(pair.position), torch.zeros(2, 3, dtype=torch.float64)
    velocity[:, 1] = torch.tensor([-speed / 4, 3 * speed / 4])
    axis = 1 / (2 / 10.0 - speed**2 / (GRAVITATIONAL_CONSTANT * 4.0))
    solar_masses, kpc_in_au = 4e10, 1000 * 648000 / np.pi
    myr = np.sqrt((axis * kpc_in_au) ** 3 / solar_masses) / 1e6  # Kepler's third law in years, au and solar masses
    count, start = 4000, position.clone()
    for _ in leapfrog(position, velocity, gravity.acceleration, myr * MYR / count, count):
        pass
    apart, before = position[1] - position[0], start[1] - start[0]
    assert float((apart - before).norm()) < 2e-3
    phase = float(torch.atan2(apart[1], apart[0])) / (2 * np.pi)
    assert abs(phase) < 1e-4


@pytest.mark.gpu
def test_a_gpu_gives_the_same():
    drawn = cloud()
    place = torch.tensor(drawn.position)
    found = Gravity(drawn, "cuda").acceleration(place.cuda()).cpu()
    torch.testing.assert_close(found, Gravity(drawn).acceleration(place), rtol=1e-4, atol=1e-2)
