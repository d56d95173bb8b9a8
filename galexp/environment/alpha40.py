"""The galaxies of alpha.40 as the code behind Wu (2020) took them, whose median density its `code` divides by."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

import numpy as np

from galexp.catalog.read import read_catalog
from galexp.environment.sky import Positions

if TYPE_CHECKING:
    from jaxtyping import Float

HUBBLE_CONSTANT, SPEED_OF_LIGHT = 70.0, 3e5
LEAST_DISTANCE = 10.0
_COLUMNS = ("RAdeg_OC", "DECdeg_OC", "Dist")


def distance_redshift(distance: Float[np.ndarray, " galaxy"]) -> Float[np.ndarray, " galaxy"]:
    """Convert a distance of the flow model into the redshift of the Hubble law, 70 distance / 3e5.

    It stands for the heliocentric redshift in `code`. In the Local Supercluster the two differ by several 100 km/s.

    Args:
        distance: [Mpc].

    Returns:
        Redshift; NaN where the distance is at most 10 Mpc or not finite, since those galaxies were left out.

    Example:
        >>> distance_redshift(np.array([10.0, 30.0]))
        array([  nan, 0.007])

    References:
        Wu 2020, arXiv:2001.00018, in its published code.
    """
    distance = np.asarray(distance, np.float64)
    return np.where(distance > LEAST_DISTANCE, distance * HUBBLE_CONSTANT / SPEED_OF_LIGHT, np.nan)


def alpha40_galaxies(path: str | pathlib.Path) -> Positions:
    """Read positions and distance redshifts of the 14,932 galaxies of alpha.40 that lie beyond 10 Mpc.

    Those without an optical counterpart (176) are given at right ascension and declination 0 in that table, and the
    published code kept them there: 14,932 is its count. Tracers that do not reach that place leave them out.

    Args:
        path: the main table of alpha.40, a40.datafile1.csv.

    Raises:
        ValueError: for a table without its columns, or one in which no galaxy lies beyond 10 Mpc.

    References:
        Haynes et al. 2011, AJ 142, 170.
    """
    table = read_catalog(path)
    absent = [name for name in _COLUMNS if name not in table.colnames]
    if absent:
        raise ValueError(
            f"{path} has no column {', '.join(absent)}; tracers.alpha40 is the main table of alpha.40, "
            "a40.datafile1.csv"
        )
    ra, dec, distance = (np.asarray(table[name], np.float64) for name in _COLUMNS)
    galaxies = Positions(ra, dec, distance_redshift(distance))
    known = np.isfinite(np.stack(galaxies)).all(axis=0)
    if not known.any():
        raise ValueError(f"none of {len(table)} rows of {path} has a position and Dist above 10 Mpc; check its units")
    return galaxies.where(known)
