"""Isotropic speeds for a sphere in any spherical potential: Eddington's inversion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from numpy.random import Generator

_ENERGIES, _POINTS, _SPEEDS = 400, 400, 128


def distribution_function(
    density: Float[ndarray, " node"], potential: Float[ndarray, " node"]
) -> tuple[Float[ndarray, " energy"], Float[ndarray, " energy"]]:
    """Return energies and the isotropic distribution function that makes a density in a potential.

    f(E) = 1 / (sqrt(8) pi^2) int_0^E (d^2 rho / d psi^2) d psi / sqrt(E - psi), where the density vanishes at psi = 0.
    It is taken at the potentials of nodes, in ln psi and ln rho, both splined, and with psi = E - u^2, so that nothing
    diverges. Below the potential of the last node the density is taken as 0. Where f comes out negative no isotropic
    sphere exists; there it is set to 0, and the density is not quite the wanted one.

    Args:
        density: Of the sphere, above 0, falling outward, at nodes from inside to outside.
        potential: Minus the potential of everything at the same nodes, falling outward [(km/s)^2].

    Returns:
        Energies E = psi - v^2 / 2, rising [(km/s)^2], and f in the unit of density / (km/s)^3.

    References:
        Eddington 1916, MNRAS 76, 572; Binney & Tremaine 2008, eq. 4.46b (checked against public texts that quote
        it; its boundary term is left out, the density being 0 there).
    """
    spline = CubicSpline(np.log(potential[::-1]), np.log(density[::-1]))
    lowest, highest = potential[-1], potential[0]
    energies = potential[::-1][1 :: max(1, len(potential) // _ENERGIES)]
    root = np.sqrt(energies - lowest)[:, None] * _sines()
    inside = np.log(np.clip(energies[:, None] - root**2, lowest, highest))
    value, slope, curvature = np.exp(spline(inside)), spline(inside, 1), spline(inside, 2)
    second = value * (curvature + slope**2 - slope) / np.exp(2 * inside)
    integral = 2 * np.trapezoid(second, root, axis=1)
    return energies, np.clip(integral / (np.sqrt(8) * np.pi**2), 0.0, None)


def _sines() -> Float[ndarray, " point"]:
    """Points from 0 to 1, dense toward both ends, where the integrand is steep."""
    return np.sin(np.linspace(0, np.pi / 2, _POINTS)) ** 2


def draw_speeds(
    rng: Generator,
    potential: Float[ndarray, " particle"],
    energies: Float[ndarray, " energy"],
    function: Float[ndarray, " energy"],
) -> Float[ndarray, " particle"]:
    """Draw a speed for each particle from f(psi - v^2 / 2) v^2 [km/s].

    Args:
        rng: Source of the draw.
        potential: Minus the potential where each particle is [(km/s)^2].
        energies: As :func:`distribution_function` returns them.
        function: Likewise.
    """
    escape = np.sqrt(2 * np.clip(potential - energies[0], 0.0, None))
    share = np.linspace(0, 1, _SPEEDS)
    speed = escape[:, None] * share
    likely = np.interp(potential[:, None] - 0.5 * speed**2, energies, function, left=0.0) * share**2
    total = np.cumsum(0.5 * (likely[:, 1:] + likely[:, :-1]), axis=1)
    wanted = evenly_drawn(rng, len(potential)) * total[:, -1]
    step = (total < wanted[:, None]).sum(1).clip(0, _SPEEDS - 2)
    row = np.arange(len(potential))
    below = np.where(step > 0, total[row, step - 1], 0.0)
    within = (wanted - below) / np.maximum(total[row, step] - below, 1e-300)
    return escape * (share[step] + within * (share[1] - share[0]))


def evenly_drawn(rng: Generator, count: int) -> Float[ndarray, " particle"]:
    """Draw numbers from 0 to 1, one from each of as many equal intervals, in random order.

    Radii and speeds that are drawn so follow their profile without Poisson noise, which would set a galaxy ringing.
    """
    return (rng.permutation(count) + rng.uniform(size=count)) / count


def draw_directions(rng: Generator, count: int) -> Float[ndarray, "particle axis"]:
    """Draw unit vectors, every direction alike."""
    vectors = rng.standard_normal((count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
