"""Claims about the leapfrog: Kepler's orbit, its way back, and its order."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from galexp.nbody.leapfrog import leapfrog


def kepler(position):
    return -position / position.norm(dim=1, keepdim=True) ** 3


def orbit(eccentricity, steps, periods=1.0):
    """Go along an orbit of a = GM = 1 from its apocenter."""
    far = 1 + eccentricity
    position = torch.tensor([[far, 0.0, 0.0]], dtype=torch.float64)
    velocity = torch.tensor([[0.0, np.sqrt((1 - eccentricity) / far), 0.0]], dtype=torch.float64)
    path = [position.clone()]
    for _ in leapfrog(position, velocity, kepler, 2 * np.pi * periods / steps, steps):
        path.append(position.clone())  # noqa: PERF401 - the state moves on
    return torch.cat(path).numpy(), position, velocity


def energy(position, velocity):
    return float(0.5 * (velocity**2).sum() - 1 / position.norm())


def test_an_orbit_is_that_of_kepler():
    path, position, velocity = orbit(0.5, 20_000)
    radius = np.linalg.norm(path, axis=1)
    assert radius.min() == pytest.approx(0.5, rel=1e-6)
    assert radius.max() == pytest.approx(1.5, rel=1e-6)
    assert np.linalg.norm(path[-1] - path[0]) < 1e-5
    assert np.cross(position[0], velocity[0])[2] == pytest.approx(np.sqrt(0.75), rel=1e-12)
    anomaly = np.arctan2(path[:, 1], -path[:, 0])
    np.testing.assert_allclose(radius, 0.75 / (1 + 0.5 * np.cos(anomaly)), rtol=1e-5)


def test_the_way_back_is_the_way():
    path, position, velocity = orbit(0.7, 300, periods=2)
    velocity.neg_()
    for _ in leapfrog(position, velocity, kepler, 4 * np.pi / 300, 300):
        pass
    np.testing.assert_allclose(position.numpy()[0], path[0], atol=1e-9)


def test_half_the_step_makes_a_quarter_of_the_error():
    errors = []
    for steps in (400, 800):
        _, position, velocity = orbit(0.3, steps, periods=0.5)
        errors.append(abs(energy(position, velocity) + 0.5))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.02)


def test_each_step_is_told_when_it_is_done():
    position, velocity = torch.ones(1, 3, dtype=torch.float64), torch.zeros(1, 3, dtype=torch.float64)
    assert list(leapfrog(position, velocity, torch.zeros_like, 1.0, 3)) == [1, 2, 3]
    assert list(leapfrog(position, velocity, torch.zeros_like, 1.0, 0)) == []
