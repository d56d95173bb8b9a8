"""Claims about isotropic spheres: the closed form of Hernquist's, Jeans' equation, and the density that comes back."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.nbody.eddington import distribution_function, draw_directions, draw_speeds, evenly_drawn
from galexp.nbody.potential import total_potential
from galexp.nbody.profile import Galaxy

RADIUS = np.geomspace(1e-3, 1e4, 2001)
GALAXY = Galaxy()


def hernquist(radius):
    """Density and potential for G = M = a = 1."""
    return 1 / (2 * np.pi * radius * (1 + radius) ** 3), 1 / (1 + radius)


def hernquist_function(energy):
    """Hernquist 1990, ApJ 356, 359, eq. 17, with q = sqrt(E) for G = M = a = 1."""
    q = np.sqrt(energy)
    bracket = 3 * np.arcsin(q) + q * np.sqrt(1 - q**2) * (1 - 2 * q**2) * (8 * q**4 - 8 * q**2 - 3)
    return bracket / (8 * np.sqrt(2) * np.pi**3 * (1 - q**2) ** 2.5)


def hernquist_dispersion(radius):
    """Hernquist 1990, eq. 10: the squared radial dispersion by Jeans' equation, for G = M = a = 1."""
    rest = 25 + 52 * radius + 42 * radius**2 + 12 * radius**3
    return radius * (1 + radius) ** 3 * np.log(1 + 1 / radius) - radius / (1 + radius) * rest / 12


def test_the_inversion_of_a_hernquist_sphere_is_its_closed_form():
    energies, function = distribution_function(*hernquist(RADIUS))
    inside = (energies > 0.02) & (energies < 0.98)
    assert inside.sum() > 100
    np.testing.assert_allclose(function[inside], hernquist_function(energies[inside]), rtol=5e-3)


def moment(radius, density, potential, power):
    energies, function = distribution_function(density, potential)
    well = np.interp(radius, RADIUS, potential)
    speed = np.linspace(0, np.sqrt(2 * well), 4000)
    return np.trapezoid(
        4 * np.pi * speed**power * np.interp(well - speed**2 / 2, energies, function, left=0), speed, axis=0
    )


def test_the_density_comes_back_and_the_dispersion_is_that_of_jeans():
    density, potential = hernquist(RADIUS)
    for radius in (0.1, 1.0, 10.0):
        found = moment(radius, density, potential, 2)
        assert found == pytest.approx(hernquist(radius)[0], rel=5e-3)
        assert moment(radius, density, potential, 4) / found / 3 == pytest.approx(
            hernquist_dispersion(radius), rel=1e-2
        )


@pytest.mark.parametrize("kind", ["halo", "bulge"])
def test_the_spheres_of_a_galaxy_have_a_function_in_its_softened_field(kind):
    density = getattr(GALAXY, f"{kind}_density")(GALAXY.radius)
    potential = total_potential(
        GALAXY, GALAXY.radius, getattr(GALAXY, f"{'star' if kind == 'bulge' else kind}_softening")
    )
    energies, function = distribution_function(density, potential)
    assert (function > 0).all()
    for radius in (0.3, 3.0, 20.0):
        well = np.interp(radius, GALAXY.radius, potential)
        speed = np.linspace(0, np.sqrt(2 * well), 4000)
        back = np.trapezoid(4 * np.pi * speed**2 * np.interp(well - speed**2 / 2, energies, function, left=0), speed)
        assert back == pytest.approx(np.interp(radius, GALAXY.radius, density), rel=1e-2)


def test_drawn_speeds_have_the_dispersion_of_jeans_and_none_escapes():
    density, potential = hernquist(RADIUS)
    energies, function = distribution_function(density, potential)
    well = np.full(20_000, 0.5)
    speed = draw_speeds(np.random.default_rng(0), well, energies, function)
    assert speed.min() >= 0
    assert speed.max() < 1
    assert (speed**2).mean() == pytest.approx(3 * hernquist_dispersion(1.0), rel=0.02)


def test_directions_have_length_one_and_no_preference():
    directions = draw_directions(np.random.default_rng(1), 30_000)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    np.testing.assert_allclose(directions.T @ directions / len(directions), np.eye(3) / 3, atol=0.01)


def test_even_draws_leave_no_interval_empty():
    drawn = evenly_drawn(np.random.default_rng(0), 1000)
    assert (np.histogram(drawn, 1000, (0, 1))[0] == 1).all()
    assert not (np.diff(drawn) > 0).all()
