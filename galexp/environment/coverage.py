"""Tell whether a position lies where the tracers were surveyed, and how far from the edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from galexp.environment.sky import angle_of_chord, chord_of_angle, unit_vectors

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
    galaxies = unit_vectors(ra, dec)
    finite = np.isfinite(galaxies).all(axis=1)
    limit = np.nextafter(chord_of_angle(np.radians(radius)), np.inf)
    chord, _ = _tree(tracer_ra, tracer_dec).query(galaxies[finite], k=[count], distance_upper_bound=limit)
    covered = np.zeros(len(galaxies), dtype=bool)
    covered[finite] = np.isfinite(chord[:, 0])
    return covered


def edge_distance(
    ra: Float[np.ndarray, " galaxy"],
    dec: Float[np.ndarray, " galaxy"],
    tracer_ra: Float[np.ndarray, " tracer"],
    tracer_dec: Float[np.ndarray, " tracer"],
    *,
    radius: float = 1.0,
    spacing: float = 0.5,
) -> Float[np.ndarray, " galaxy"]:
    """Measure how far each galaxy lies inside the edge of the tracers' footprint.

    A place is empty if no tracer lies within radius of it. The distance to the nearest empty place, less radius, is the
    distance to the edge of the tracers closed with a disc of that radius: gaps narrower than twice the radius are
    filled, and a straight edge stays where its outermost tracers are. Empty places are looked for on a lattice, so that
    the answer is uncertain by about spacing / 2. Where tracers are so sparse that chance leaves places empty, edges
    appear everywhere: the expected number of tracers within radius should be 20 or more.

    Args:
        ra: right ascension of the galaxies [deg].
        dec: declination of the galaxies [deg].
        tracer_ra: right ascension of the tracers [deg].
        tracer_dec: declination of the tracers [deg].
        radius: of the disc [deg].
        spacing: distance between the places of the lattice [deg].

    Returns:
        Angle to the edge [deg], negative outside; infinite if no place is empty, NaN where a coordinate of the galaxy
        is not finite.

    Raises:
        ValueError: if a tracer is not finite.
    """
    galaxies, places = unit_vectors(ra, dec), _lattice(spacing)
    limit = chord_of_angle(np.radians(radius))
    is_empty = np.isinf(_tree(tracer_ra, tracer_dec).query(places, distance_upper_bound=limit)[0])
    finite = np.isfinite(galaxies).all(axis=1)
    distance = np.full(len(galaxies), np.nan)
    distance[finite] = np.inf
    if is_empty.any():
        chord, _ = _sky_tree(places[is_empty]).query(galaxies[finite])
        distance[finite] = np.degrees(angle_of_chord(chord)) - radius
    return distance


def _tree(ra: Float[np.ndarray, " tracer"], dec: Float[np.ndarray, " tracer"]) -> cKDTree:
    tracers = unit_vectors(ra, dec)
    if bad := int((~np.isfinite(tracers).all(axis=1)).sum()):
        raise ValueError(f"{bad} of {len(tracers)} tracers have a position that is not finite; drop them first")
    return _sky_tree(tracers)


def _sky_tree(vectors: Float[np.ndarray, "place 3"]) -> cKDTree:
    return cKDTree(vectors, balanced_tree=False, compact_nodes=False)


def _lattice(spacing: float) -> Float[np.ndarray, "place 3"]:
    """Spread places evenly over the sky along a golden-angle spiral."""
    count = round(4 * np.pi / np.radians(spacing) ** 2)
    step = np.arange(count) + 0.5
    golden_angle = 180 * (3 - np.sqrt(5))
    return unit_vectors(step * golden_angle, np.degrees(np.arcsin(1 - 2 * step / count)))
