"""What a photometric pipeline would measure of a mock galaxy's shape: axis ratio, concentration, Petrosian radii."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

CONCENTRATION_OF_DISK, CONCENTRATION_OF_SPHEROID = 2.3, 3.3


def disk_thickness(bulge_to_total: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return the axis ratio of a disk seen from the side, 0.15 + 0.1 B/T; a choice of ours."""
    return 0.15 + 0.1 * bulge_to_total


def axis_ratio(
    inclination: Float[ndarray, " galaxy"], bulge_to_total: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Return the minor over the major axis of an oblate galaxy seen at an inclination [rad].

    q^2 = cos^2 i (1 - q0^2) + q0^2 (Hubble 1926), with the thickness q0 of `disk_thickness`.
    """
    thickness = disk_thickness(bulge_to_total)
    return np.sqrt(np.cos(inclination) ** 2 * (1.0 - thickness**2) + thickness**2)


def concentration(bulge_to_total: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return R90 / R50 in Petrosian apertures.

    Linear in the bulge's share of the light between 2.3 of a pure exponential disk and 3.3 of a de Vaucouleurs profile;
    the ends are quoted from memory of Strauss et al. 2002, AJ 124, 1810, and not checked; the line is a choice of ours.
    """
    return CONCENTRATION_OF_DISK + (CONCENTRATION_OF_SPHEROID - CONCENTRATION_OF_DISK) * bulge_to_total
