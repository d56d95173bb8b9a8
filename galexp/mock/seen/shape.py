"""Sizes and shapes as a survey measures them, turned into those that the renderer paints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.distance import ARCSEC_PER_RADIAN
from galexp.mock.render.detector import SEEING_FWHM
from galexp.mock.shape import CONCENTRATION_OF_DISK, CONCENTRATION_OF_SPHEROID, disk_thickness

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

ROUND_RATIO = 0.7


def bulge_to_total(concentration: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the bulge's share of the light for R90 / R50 of the Petrosian light.

    The inverse of the line of the mock surveys, between 2.3 of a disk and 3.3 of a de Vaucouleurs profile, a choice of
    ours; 0 and 1 outside. Seeing lowers the concentration of small galaxies. NaN stays NaN.

    Example:
        >>> bulge_to_total(np.array([2.0, 2.8, 3.4])).round(6).tolist()
        [0.0, 0.5, 1.0]
    """
    lever = CONCENTRATION_OF_SPHEROID - CONCENTRATION_OF_DISK
    return np.clip((concentration - CONCENTRATION_OF_DISK) / lever, 0.0, 1.0)


def inclination(
    axis_ratio: Float[ndarray, " galaxy"], bulge_to_total: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Return the angle [rad] at which the renderer's disk has an axis ratio.

    cos^2 i = (q^2 - q0^2) / (1 - q0^2) with q0 = 0.15 + 0.1 B/T, and 90 degrees for what is flatter (Hubble 1926, ApJ
    64, 321, for the form, quoted from memory, not checked; q0 is a choice of ours). NaN stays NaN.

    Example:
        >>> np.degrees(inclination(np.array([1.0, 0.15]), np.array([0.0, 0.0]))).tolist()
        [0.0, 90.0]
    """
    squared = disk_thickness(bulge_to_total) ** 2
    return np.arccos(np.sqrt(np.clip((axis_ratio**2 - squared) / (1.0 - squared), 0.0, 1.0)))


def major_axis_radius(
    r50: Float[ndarray, " galaxy"], axis_ratio: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Return the half-light radius along the major axis, before seeing, of one in circles on an image [arcsec].

    R = 2 / (1 + q) sqrt(R50^2 - s^2): the first factor is that of an exponential disk to 1 %, s = FWHM / 2 is the
    half-light radius of the survey's seeing in r. What the seeing makes of a point is not undone below 0.3 R50. Without
    an axis ratio 0.7 is taken; both are choices of ours.

    Example:
        >>> major_axis_radius(np.array([6.0]), np.array([0.5])).round(2).tolist()
        [7.95]
    """
    ratio = np.where(np.isfinite(axis_ratio), axis_ratio, ROUND_RATIO)
    seeing = SEEING_FWHM[1] / 2.0
    return 2.0 / (1.0 + ratio) * np.sqrt(np.maximum(r50**2 - seeing**2, (0.3 * r50) ** 2))


def arcsec_per_kpc(
    distance_modulus: Float[ndarray, " galaxy"], redshift: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Return the angle of 1 kpc [arcsec] at a luminosity distance, (1 + z)^2 / d_L; z counts as 0 where unknown.

    Example:
        >>> arcsec_per_kpc(np.array([35.0]), np.array([0.0])).round(4).tolist()
        [2.0626]
    """
    luminosity_distance = 10.0 ** (0.2 * distance_modulus - 2.0)
    stretch = (1.0 + np.nan_to_num(redshift).clip(min=0.0)) ** 2
    return ARCSEC_PER_RADIAN * stretch / luminosity_distance
