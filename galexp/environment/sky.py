"""Place the sky on the unit sphere, where the distance between two points is the chord of their angle."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Float


class Positions(NamedTuple):
    """Where galaxies are: right ascension [deg], declination [deg] and redshift."""

    ra: Float[np.ndarray, " galaxy"]
    dec: Float[np.ndarray, " galaxy"]
    redshift: Float[np.ndarray, " galaxy"]

    def where(self, rows: Bool[np.ndarray, " galaxy"]) -> Positions:
        """Return the galaxies of these rows."""
        return Positions(self.ra[rows], self.dec[rows], self.redshift[rows])


def unit_vectors(ra: Float[np.ndarray, " galaxy"], dec: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, "galaxy 3"]:
    """Convert right ascension and declination into unit vectors.

    Args:
        ra: right ascension [deg].
        dec: declination [deg].

    Returns:
        One vector per galaxy; NaN where a coordinate is not finite.

    Example:
        >>> unit_vectors(np.array([0.0, 90.0]), np.array([0.0, 0.0])).round(12)
        array([[1., 0., 0.],
               [0., 1., 0.]])
    """
    longitude, latitude = _radians(ra), _radians(dec)
    x, y = np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude)
    return np.column_stack([x, y, np.sin(latitude)])


def _radians(degrees: np.ndarray) -> np.ndarray:
    degrees = np.asarray(degrees, np.float64)
    return np.radians(np.where(np.isfinite(degrees), degrees, np.nan))


def chord_of_angle(angle: float) -> float:
    """Return the chord 2 sin(angle / 2) of an angle [rad].

    Args:
        angle: angle [rad].

    Returns:
        Chord on the unit sphere.

    Example:
        >>> round(chord_of_angle(np.pi), 12)
        2.0
    """
    return 2 * float(np.sin(angle / 2))


def angle_of_chord(chord: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " galaxy"]:
    """Return the angle [rad] that a chord of the unit sphere spans.

    Args:
        chord: chord, at most 2 up to rounding.

    Returns:
        Angle [rad]; NaN where the chord is NaN.

    Example:
        >>> np.degrees(angle_of_chord(np.array([1.0, 2.0]))).round(9)
        array([ 60., 180.])
    """
    return 2 * np.arcsin(np.minimum(chord / 2, 1))
