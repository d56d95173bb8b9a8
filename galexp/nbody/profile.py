"""What a galaxy is made of: an exponential disk, a bulge and a dark halo, and how much of each lies within a radius."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np
from scipy.integrate import cumulative_simpson

from galexp.nbody.units import GRAVITATIONAL_CONSTANT

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

_HALO_EDGE = 4.0
_NODES = 801


@dataclasses.dataclass(frozen=True)
class Galaxy:
    """A disk galaxy; the numbers are a choice of ours, a galaxy somewhat below the mass of the Milky Way.

    Args:
        disk_mass: [1e10 Msun].
        disk_length: Scale length R_d of the exponential [kpc].
        disk_height: Scale height z_0 of sech^2(z / z_0) [kpc].
        bulge_mass: [1e10 Msun].
        bulge_length: Scale length of the Hernquist profile [kpc].
        halo_mass: [1e10 Msun].
        halo_length: Scale radius r_s of the Navarro-Frenk-White profile [kpc].
        halo_cut: Radius r_t of the factor exp(-(r / r_t)^2), which makes its mass finite [kpc].
        toomre_q: Stability Q of the disk at 2.2 R_d.
        star_softening: Plummer length of a star [kpc]; two particles are softened by the root of the summed squares.
        halo_softening: Likewise of a halo particle [kpc].
    """

    disk_mass: float = 4.0
    disk_length: float = 3.0
    disk_height: float = 0.4
    bulge_mass: float = 0.8
    bulge_length: float = 0.5
    halo_mass: float = 40.0
    halo_length: float = 12.0
    halo_cut: float = 60.0
    toomre_q: float = 1.4
    star_softening: float = 0.4
    halo_softening: float = 2.4

    def scaled(self, size_ratio: float, mass_ratio: float) -> Galaxy:
        """Return the same galaxy with every length and softening times one ratio, and every mass times the other."""
        factors = {"length": size_ratio, "height": size_ratio, "cut": size_ratio, "softening": size_ratio}
        factors |= {"mass": mass_ratio, "q": 1.0}
        values = dataclasses.asdict(self)
        return Galaxy(**{name: value * factors[name.rsplit("_", 1)[1]] for name, value in values.items()})

    @property
    def mass(self) -> float:
        """Mass of all three [1e10 Msun]."""
        return self.disk_mass + self.bulge_mass + self.halo_mass

    @functools.cached_property
    def radius(self) -> Float[ndarray, " node"]:
        """Radii that tables of this galaxy are made at, evenly spaced in their logarithm [kpc]."""
        return np.geomspace(2e-3 * self.disk_length, _HALO_EDGE * self.halo_cut, _NODES)

    def halo_density(self, radius: Float[ndarray, " node"]) -> Float[ndarray, " node"]:
        """Return the density of the halo, proportional to exp(-(r / r_t)^2) / (x (1 + x)^2) with x = r / r_s.

        It is normalized to the halo's mass within 4 r_t [1e10 Msun / kpc^3].

        References:
            Navarro, Frenk & White 1997, ApJ 490, 493 (checked against public documentation that quotes it); the cut is
            ours.
        """
        return self._halo_amplitude * _cut_nfw(radius, self.halo_length, self.halo_cut)

    @functools.cached_property
    def _halo_amplitude(self) -> float:
        shells = 4 * np.pi * self.radius**2 * _cut_nfw(self.radius, self.halo_length, self.halo_cut)
        return self.halo_mass / float(_integrated(shells, self.radius)[-1])

    def bulge_density(self, radius: Float[ndarray, " node"]) -> Float[ndarray, " node"]:
        """Return M a / (2 pi r (r + a)^3), the density of the bulge [1e10 Msun / kpc^3].

        References:
            Hernquist 1990, ApJ 356, 359, eq. 2 (checked against public code that quotes it).
        """
        length = self.bulge_length
        return self.bulge_mass * length / (2 * np.pi * radius * (radius + length) ** 3)

    def surface_density(self, radius: Float[ndarray, " node"]) -> Float[ndarray, " node"]:
        """Return M exp(-R / R_d) / (2 pi R_d^2), that of the disk [1e10 Msun / kpc^2]."""
        central = self.disk_mass / (2 * np.pi * self.disk_length**2)
        return central * np.exp(-radius / self.disk_length)

    @functools.cached_property
    def halo_within(self) -> Float[ndarray, " node"]:
        """Mass of the halo within each radius of the table [1e10 Msun]."""
        return _integrated(4 * np.pi * self.radius**2 * self.halo_density(self.radius), self.radius)

    @functools.cached_property
    def bulge_within(self) -> Float[ndarray, " node"]:
        """Mass of the bulge within each radius of the table, M r^2 / (r + a)^2 [1e10 Msun]."""
        return self.bulge_mass * (self.radius / (self.radius + self.bulge_length)) ** 2

    @functools.cached_property
    def disk_within(self) -> Float[ndarray, " node"]:
        """Mass of the disk within each radius of the table, M (1 - (1 + x) exp(-x)) with x = R / R_d [1e10 Msun]."""
        scaled = self.radius / self.disk_length
        return self.disk_mass * (1 - (1 + scaled) * np.exp(-scaled))

    def orbital_period(self) -> float:
        """Return the period of a circular orbit at R_d around the mass within it, taken as a sphere [kpc / (km/s)].

        The softening, which makes it longer, is left out: a time step from it is on the safe side.
        """
        within = self.halo_within + self.bulge_within + self.disk_within
        enclosed = float(np.interp(self.disk_length, self.radius, within))
        return float(2 * np.pi * np.sqrt(self.disk_length**3 / (GRAVITATIONAL_CONSTANT * enclosed)))


def _cut_nfw(radius: Float[ndarray, " node"], length: float, cut: float) -> Float[ndarray, " node"]:
    scaled = radius / length
    return np.exp(-((radius / cut) ** 2)) / (scaled * (1 + scaled) ** 2)


def _integrated(values: Float[ndarray, " node"], radius: Float[ndarray, " node"]) -> Float[ndarray, " node"]:
    """Integrate from 0; below the first radius the integrand grows with the radius, as it does for a 1/r cusp."""
    return cumulative_simpson(values, x=radius, initial=0.0) + 0.5 * values[0] * radius[0]
