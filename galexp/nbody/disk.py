"""The motions of a disk: circular speed, epicycles, dispersions from Toomre's Q, and asymmetric drift."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from galexp.nbody.eddington import evenly_drawn
from galexp.nbody.potential import components, shell_force, shell_radii
from galexp.nbody.units import GRAVITATIONAL_CONSTANT

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from numpy.random import Generator

    from galexp.nbody.profile import Galaxy

REACH = 0.99
"""Share of the disk's mass that particles are drawn from; it ends at 6.6 R_d."""

_HIGH = 0.999
_TOOMRE = 3.36
_REFERENCE_RADIUS = 2.2
_HOTTEST = 0.6
_INNERMOST, _OUTERMOST, _RADII = 0.05, 8.0, 90
_RINGS, _ANGLES, _LAYERS = 160, 96, 3


@dataclasses.dataclass(frozen=True)
class Moments:
    """Mean and spread of the velocities of a disk's stars.

    Attributes:
        radius: Where [kpc].
        circular: Speed of a circular orbit in the softened field of everything [km/s].
        epicycle: Epicycle frequency kappa [km/s/kpc].
        radial: Dispersion along R [km/s].
        azimuthal: Likewise along the rotation.
        vertical: Likewise along z.
        rotation: Mean speed of rotation, slower than circular by the asymmetric drift, and nowhere faster [km/s].
    """

    radius: Float[ndarray, " ring"]
    circular: Float[ndarray, " ring"]
    epicycle: Float[ndarray, " ring"]
    radial: Float[ndarray, " ring"]
    azimuthal: Float[ndarray, " ring"]
    vertical: Float[ndarray, " ring"]
    rotation: Float[ndarray, " ring"]


def disk_moments(galaxy: Galaxy) -> Moments:
    """Return the moments of an equilibrium disk in the field of the whole galaxy, softened as its particles feel it.

    kappa^2 = R d(Omega^2)/dR + 4 Omega^2; sigma_R falls as exp(-R / 2 R_d) and is set at 2.2 R_d by
    Q = sigma_R kappa / (3.36 G Sigma), but nowhere above 0.6 of the circular speed, a choice of ours for the center;
    sigma_phi = sigma_R kappa / (2 Omega); sigma_z^2 = <z K_z>, which is pi G Sigma z_0 for an unsoftened disk alone;
    rotation^2 = v_c^2 + sigma_R^2 (1 - kappa^2 / (4 Omega^2) + d ln (Sigma sigma_R^2) / d ln R), but at most
    v_c^2: where sigma_R is a share of v_c it rises outward near the center, and the sum would exceed that.

    References:
        Hernquist 1993, ApJS 86, 389; Toomre 1964, ApJ 139, 1217 (both quoted from memory, not checked).
    """
    length = galaxy.disk_length
    radius = np.linspace(_INNERMOST * length, _OUTERMOST * length, _RADII)
    sphere = _spherical_force(galaxy, radius)
    circular_squared = radius * np.clip(sphere + _disk_force(galaxy, radius), 1e-6 * sphere, None)
    angular_squared = circular_squared / radius**2
    epicycle = np.sqrt(_epicycle_squared(radius, angular_squared))
    surface = galaxy.surface_density(radius)
    radial = np.minimum(_radial(galaxy, radius, epicycle), _HOTTEST * np.sqrt(circular_squared))
    ratio_squared = epicycle**2 / (4 * angular_squared)
    slope = radius * np.gradient(np.log(surface * radial**2), radius)
    rotation_squared = circular_squared + radial**2 * (1 - ratio_squared + slope)
    height_squared = (np.pi * galaxy.disk_height) ** 2 / 12
    distance = np.sqrt(radius**2 + height_squared)
    restoring = _spherical_force(galaxy, distance) / distance
    own = np.pi * GRAVITATIONAL_CONSTANT * surface * galaxy.disk_height * softened_sheet(galaxy)
    return Moments(
        radius=radius,
        circular=np.sqrt(circular_squared),
        epicycle=epicycle,
        radial=radial,
        azimuthal=radial * np.sqrt(ratio_squared),
        vertical=np.sqrt(own + height_squared * restoring),
        rotation=np.sqrt(np.clip(rotation_squared, 0.0, circular_squared)),
    )


def _radial(
    galaxy: Galaxy, radius: Float[ndarray, " ring"], epicycle: Float[ndarray, " ring"]
) -> Float[ndarray, " ring"]:
    reference = _REFERENCE_RADIUS * galaxy.disk_length
    surface = galaxy.surface_density(np.array([reference]))[0]
    least = _TOOMRE * GRAVITATIONAL_CONSTANT * surface / np.interp(reference, radius, epicycle)
    return galaxy.toomre_q * least * np.exp(-(radius - reference) / (2 * galaxy.disk_length))


def _epicycle_squared(
    radius: Float[ndarray, " ring"], angular_squared: Float[ndarray, " ring"]
) -> Float[ndarray, " ring"]:
    """Keep to the physical range, from Omega^2 (a point mass) to 4 Omega^2 (a homogeneous sphere)."""
    found = radius * np.gradient(angular_squared, radius) + 4 * angular_squared
    return np.clip(found, angular_squared, 4 * angular_squared)


def _spherical_force(galaxy: Galaxy, radius: Float[ndarray, " ring"]) -> Float[ndarray, " ring"]:
    """Return the inward pull of bulge and halo on a star [(km/s)^2 / kpc]."""
    (bulge, of_bulge), _, (halo, of_halo) = components(galaxy, galaxy.star_softening)
    shells = shell_radii(galaxy)
    return shell_force(radius, shells, bulge, of_bulge) + shell_force(radius, shells, halo, of_halo)


def _disk_force(galaxy: Galaxy, radius: Float[ndarray, " ring"]) -> Float[ndarray, " ring"]:
    """Return the inward pull of the disk in its own plane, summed over points of equal mass [(km/s)^2 / kpc]."""
    ring = radius_of_share((np.arange(_RINGS) + 0.5) / _RINGS) * galaxy.disk_length
    angle = (np.arange(_ANGLES) + 0.5) * np.pi / _ANGLES
    layer = galaxy.disk_height * np.arctanh((np.arange(_LAYERS) + 0.5) / _LAYERS)
    along, across = ring[:, None] * np.cos(angle), ring[:, None] * np.sin(angle)
    softened = (across**2)[:, :, None] + layer**2 + 2 * galaxy.star_softening**2
    force = []
    for place in radius:
        apart = (place - along)[:, :, None]
        squared = apart**2 + softened
        force.append((apart / (squared * np.sqrt(squared))).mean())
    return GRAVITATIONAL_CONSTANT * galaxy.disk_mass * np.array(force)


def softened_sheet(galaxy: Galaxy) -> float:
    """Return by what the softening lowers sigma_z^2 of a disk alone: <z K_z> over pi G Sigma z_0, 1 without it.

    K_z(z) = 2 pi G int rho(z') (z - z') / sqrt((z - z')^2 + e^2) dz' for a plane with the density rho of the disk and
    the softening e of two stars.
    """
    share = (np.arange(400) + 0.5) / 200 - 1
    height = galaxy.disk_height * np.arctanh(share)
    apart = height[:, None] - height
    pull = apart / np.maximum(np.hypot(apart, np.sqrt(2) * galaxy.star_softening), 1e-12)
    return float((height * pull.mean(1)).mean() * 2 / galaxy.disk_height)


def radius_of_share(share: Float[ndarray, " particle"]) -> Float[ndarray, " particle"]:
    """Return the radius [R_d] within which a share of an exponential disk's mass lies.

    Example:
        >>> bool(abs(radius_of_share(np.array([0.5]))[0] - 1.678347) < 1e-4)
        True
    """
    radius = np.linspace(0, 20, 20001)
    return np.interp(share, 1 - (1 + radius) * np.exp(-radius), radius)


def draw_disk(
    rng: Generator, galaxy: Galaxy, count: int
) -> tuple[Float[ndarray, "particle axis"], Float[ndarray, "particle axis"]]:
    """Draw positions [kpc] and velocities [km/s] of a disk that turns about z.

    Args:
        rng: Source of the draw.
        galaxy: Whose disk.
        count: Particles.
    """
    moments = disk_moments(galaxy)
    radius = radius_of_share(REACH * evenly_drawn(rng, count)) * galaxy.disk_length
    angle = rng.uniform(0, 2 * np.pi, count)
    height = galaxy.disk_height * np.arctanh(rng.uniform(-_HIGH, _HIGH, count))
    radial, azimuthal, vertical, rotation = (
        np.interp(radius, moments.radius, value)
        for value in (moments.radial, moments.azimuthal, moments.vertical, moments.rotation)
    )
    outward, around, upward = rng.standard_normal((3, count))
    outward, around, upward = outward * radial, rotation + around * azimuthal, upward * vertical
    cosine, sine = np.cos(angle), np.sin(angle)
    position = np.stack([radius * cosine, radius * sine, height], axis=1)
    velocity = np.stack([outward * cosine - around * sine, outward * sine + around * cosine, upward], axis=1)
    return position, velocity
