"""The softened field of a galaxy, taken as spherical shells: what the particles of a simulation really feel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.nbody.units import GRAVITATIONAL_CONSTANT

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

    from galexp.nbody.profile import Galaxy


def shell_potential(
    radius: Float[ndarray, " node"], shell: Float[ndarray, " shell"], mass: Float[ndarray, " shell"], softening: float
) -> Float[ndarray, " node"]:
    """Return minus the potential of spherical shells of Plummer-softened mass [(km/s)^2].

    psi(r) = sum_k G m_k / (2 r a_k) [sqrt((r + a_k)^2 + e^2) - sqrt((r - a_k)^2 + e^2)], which is 1 / sqrt(d^2 + e^2)
    averaged over a shell of the radius a.

    Args:
        radius: Where, above 0 [kpc].
        shell: Radii of the shells, above 0 [kpc].
        mass: Theirs [1e10 Msun].
        softening: e [kpc].

    Example:
        >>> outside = shell_potential(np.array([2.0]), np.array([1.0]), np.array([1.0]), 0.0)
        >>> bool(np.isclose(outside[0], GRAVITATIONAL_CONSTANT / 2))
        True
    """
    far = np.hypot(radius[:, None] + shell, softening)
    near = np.hypot(radius[:, None] - shell, softening)
    return GRAVITATIONAL_CONSTANT * (((far - near) / shell) @ mass) / (2 * radius)


def shell_force(
    radius: Float[ndarray, " node"], shell: Float[ndarray, " shell"], mass: Float[ndarray, " shell"], softening: float
) -> Float[ndarray, " node"]:
    """Return the inward acceleration of the same shells, -d psi / d r of :func:`shell_potential` [(km/s)^2 / kpc]."""
    outer, inner = radius[:, None] + shell, radius[:, None] - shell
    far, near = np.hypot(outer, softening), np.hypot(inner, softening)
    slope = (far - near) / radius[:, None] - outer / far + inner / np.where(near > 0, near, 1.0)
    return GRAVITATIONAL_CONSTANT * ((slope / shell) @ mass) / (2 * radius)


def components(galaxy: Galaxy, softening: float) -> list[tuple[Float[ndarray, " shell"], float]]:
    """Return the masses of the shells of bulge, disk and halo, and what softens each for a particle [kpc].

    The shells lie between the radii of the galaxy's table, at their geometric means.

    Args:
        galaxy: Whose.
        softening: Plummer length of the particle that feels them [kpc].
    """
    of_star = float(np.hypot(softening, galaxy.star_softening))
    of_halo = float(np.hypot(softening, galaxy.halo_softening))
    within = (galaxy.bulge_within, of_star), (galaxy.disk_within, of_star), (galaxy.halo_within, of_halo)
    return [(np.diff(mass), length) for mass, length in within]


def shell_radii(galaxy: Galaxy) -> Float[ndarray, " shell"]:
    """Return the radii of the shells of :func:`components` [kpc]."""
    return np.sqrt(galaxy.radius[1:] * galaxy.radius[:-1])


def total_potential(galaxy: Galaxy, radius: Float[ndarray, " node"], softening: float) -> Float[ndarray, " node"]:
    """Return minus the potential of the whole galaxy, its disk spread over spheres, for a particle [(km/s)^2].

    Args:
        galaxy: Whose.
        radius: Where [kpc].
        softening: Plummer length of the particle [kpc].
    """
    shells = shell_radii(galaxy)
    return sum(
        (shell_potential(radius, shells, mass, length) for mass, length in components(galaxy, softening)),
        start=np.zeros_like(radius),
    )
