"""Which part of the sky a mock survey covers, seen from a corner or from the middle of its toy universe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Bool, Float
    from numpy import ndarray

MIN_AREA, MIN_SAMPLING = 0.2, 0.25


@dataclass(frozen=True)
class WholeSky:
    """The whole sky, seen from the middle of a cube."""

    def box(self, max_distance: float) -> tuple[Float[ndarray, " axis"], Float[ndarray, " axis"]]:
        """Return the lower and the upper corner of the box that holds everything within a distance [Mpc]."""
        return np.full(3, -max_distance), np.full(3, max_distance)

    def covers(self, direction: Float[ndarray, "galaxy axis"]) -> Bool[ndarray, " galaxy"]:
        """Tell which unit vectors are looked at: all."""
        return np.ones(len(direction), dtype=bool)

    def edge_distance(self, direction: Float[ndarray, "galaxy axis"]) -> Float[ndarray, " galaxy"]:
        """Return the angle to the edge of the survey [deg]: 180 everywhere, since there is none."""
        return np.full(len(direction), 180.0)


@dataclass(frozen=True)
class OctantStrip:
    """Right ascension 0 to 90 degrees and declination from 0 up, seen from a corner of a box.

    Attributes:
        area: share of the octant, the sine of the highest declination.
    """

    area: float = 1.0

    def box(self, max_distance: float) -> tuple[Float[ndarray, " axis"], Float[ndarray, " axis"]]:
        """Return the lower and the upper corner of the box that holds everything within a distance [Mpc]."""
        return np.zeros(3), max_distance * np.array([1.0, 1.0, self.area])

    def covers(self, direction: Float[ndarray, "galaxy axis"]) -> Bool[ndarray, " galaxy"]:
        """Tell which unit vectors are looked at."""
        return (direction >= 0.0).all(axis=1) & (direction[:, 2] <= self.area)

    def edge_distance(self, direction: Float[ndarray, "galaxy axis"]) -> Float[ndarray, " galaxy"]:
        """Return the angle to the nearest edge of the survey [deg], negative outside."""
        to_planes = np.degrees(np.arcsin(np.clip(direction, -1.0, 1.0))).min(axis=1)
        if self.area == 1.0:
            return to_planes
        declination = np.degrees(np.arcsin(np.clip(direction[:, 2], -1.0, 1.0)))
        return np.minimum(to_planes, np.degrees(np.arcsin(self.area)) - declination)


Footprint = WholeSky | OctantStrip


def strip_for(objects: int, octant_holds: int) -> tuple[OctantStrip, float]:
    """Choose a strip of the octant, and the share of its galaxies to draw, that suffice for a number of objects.

    Never narrower than a fifth of the octant (12 degrees), so that most fifth neighbors lie inside, and never fewer
    than a quarter of the galaxies: small surveys are drawn fast, from a thinner parent sample.

    Args:
        objects: number of galaxies wanted.
        octant_holds: number that pass the survey's selection in the whole octant.
    """
    area = float(np.clip(objects / octant_holds, MIN_AREA, 1.0))
    return OctantStrip(area), float(np.clip(objects / (area * octant_holds), MIN_SAMPLING, 1.0))
