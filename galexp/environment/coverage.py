"""Tell whether a position lies where the tracers were surveyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from galexp.environment.sky import chord_of_angle, unit_vectors

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


def tracer_coverage(
    ra: Float[np.ndarray, " galaxy"],
    dec: Float[np.ndarray, " galaxy"],
    tracer_ra: Float[np.ndarray, " tracer"],
    tracer_dec: Float[np.ndarray, " tracer"],
    *,
    radius: float = 1.0,
    count: int = 10,
) -> Bool[np.ndarray, " galaxy"]:
    """Tell whether at least count tracers, at any redshift, lie within radius of each galaxy.

    A nearest neighbor exists everywhere on the sky, so a galaxy outside the footprint of the tracers gets a density,
    and a far too low one. This is a rough footprint: it passes galaxies up to radius outside the true edge, and fails
    those in true holes wider than radius, which a survey mask would tell apart.

    Args:
        ra: right ascension of the galaxies [deg].
        dec: declination of the galaxies [deg].
        tracer_ra: right ascension of the tracers [deg].
        tracer_dec: declination of the tracers [deg].
        radius: how far to look [deg], the limit included.
        count: how many tracers make a surveyed place.

    Returns:
        True where covered; False where a coordinate of the galaxy is not finite.

    Raises:
        ValueError: if a tracer is not finite.

    Example:
        >>> tracers = np.arange(10) * 0.1, np.zeros(10)
        >>> tracer_coverage(np.array([0.5, 40.0, np.nan]), np.zeros(3), *tracers)
        array([ True, False, False])
    """
    tracers, galaxies = unit_vectors(tracer_ra, tracer_dec), unit_vectors(ra, dec)
    if bad := int((~np.isfinite(tracers).all(axis=1)).sum()):
        raise ValueError(f"{bad} of {len(tracers)} tracers have a position that is not finite; drop them first")
    finite = np.isfinite(galaxies).all(axis=1)
    covered = np.zeros(len(galaxies), dtype=bool)
    found = cKDTree(tracers).query_ball_point(galaxies[finite], chord_of_angle(np.radians(radius)), return_length=True)
    covered[finite] = found >= count
    return covered
