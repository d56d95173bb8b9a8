"""Claims about what a galaxy is made of, in closed form."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.integrate import quad

from galexp.nbody.profile import Galaxy
from galexp.nbody.units import GRAVITATIONAL_CONSTANT, MYR

GALAXY = Galaxy()


def test_the_units_are_those_of_gadget():
    assert pytest.approx(43007.1, rel=1e-3) == GRAVITATIONAL_CONSTANT
    assert pytest.approx(977.792, abs=0.001) == 1 / MYR


def test_each_component_has_its_mass():
    assert GALAXY.halo_within[-1] == pytest.approx(40.0, rel=1e-12)
    assert GALAXY.disk_within[-1] == pytest.approx(4.0, rel=1e-6)
    assert GALAXY.bulge_within[-1] == pytest.approx(0.8, rel=5e-3)
    assert GALAXY.mass == pytest.approx(44.8)


@pytest.mark.parametrize("kind", ["halo", "bulge"])
def test_the_mass_within_is_the_integral_of_the_density(kind):
    density, within = getattr(GALAXY, f"{kind}_density"), getattr(GALAXY, f"{kind}_within")
    for node in (250, 400, 550):
        radius = GALAXY.radius[node]
        mass, _ = quad(lambda r: 4 * np.pi * r**2 * density(np.array(r)), 0, radius, epsabs=0, epsrel=1e-9)
        assert within[node] == pytest.approx(mass, rel=1e-4)


def test_the_bulge_has_half_of_its_mass_within_its_closed_form():
    half = GALAXY.bulge_length * (1 + np.sqrt(2))
    assert np.interp(half, GALAXY.radius, GALAXY.bulge_within) == pytest.approx(0.4, rel=1e-4)


def test_the_surface_density_holds_the_mass_of_the_disk():
    mass, _ = quad(lambda r: 2 * np.pi * r * GALAXY.surface_density(np.array(r)), 0, np.inf)
    assert mass == pytest.approx(4.0)


def test_a_scaled_galaxy_has_scaled_lengths_and_masses_and_the_same_stability():
    scaled = GALAXY.scaled(0.5, 0.25)
    ratios = {name: value / getattr(GALAXY, name) for name, value in dataclasses.asdict(scaled).items()}
    assert {name for name, ratio in ratios.items() if ratio == 0.25} == {"disk_mass", "bulge_mass", "halo_mass"}
    assert {name for name, ratio in ratios.items() if ratio == 1} == {"toomre_q"}
    assert sorted(ratios.values()) == [0.25] * 3 + [0.5] * 7 + [1.0]


def test_a_period_goes_as_the_root_of_cubed_size_over_mass():
    assert GALAXY.scaled(0.25, 1.5).orbital_period() == pytest.approx(
        GALAXY.orbital_period() * np.sqrt(0.25**3 / 1.5), rel=1e-9
    )
    assert GALAXY.orbital_period() / MYR == pytest.approx(92.5, abs=0.1)  # 2 pi sqrt(R^3 / G M) with M(<3 kpc) = 2.77
