"""Find a galaxy's group, and say what it is there: alone, central or satellite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

from galexp.catalog.match import match_sky

if TYPE_CHECKING:
    from jaxtyping import Bool, Int

ISOLATED_CENTRAL, GROUP_CENTRAL, SATELLITE, NO_GROUP = 1, 2, 0, -1


def env_code(
    group_id: Int[np.ndarray, " galaxy"], richness: Int[np.ndarray, " galaxy"], is_central: Bool[np.ndarray, " galaxy"]
) -> Int[np.ndarray, " galaxy"]:
    """Classify galaxies as xGASS does: 1 isolated central, 2 group central, 0 satellite, -1 in no group.

    Args:
        group_id: negative for none.
        richness: members of that group.
        is_central: whether it is the central of that group.

    Returns:
        The code.

    Example:
        >>> env_code(np.array([7, 8, 8, -1]), np.array([1, 2, 2, 0]), np.array([True, True, False, False]))
        array([ 1,  2,  0, -1])

    References:
        Janowiecki et al. 2017, MNRAS 466, 4795.
    """
    central = np.where(np.asarray(richness) == 1, ISOLATED_CENTRAL, GROUP_CENTRAL)
    return np.where(np.asarray(group_id) < 0, NO_GROUP, np.where(is_central, central, SATELLITE))


def match_members(catalog: Table, members: Table, tolerance: float) -> Int[np.ndarray, " galaxy"]:
    """Find the nearest member within the tolerance for each galaxy.

    Args:
        catalog: columns id, ra [deg], dec [deg].
        members: columns ra [deg], dec [deg].
        tolerance: [arcsec].

    Returns:
        Row of the member, -1 where there is none.

    Raises:
        ValueError: for a catalog without positions, no match at all, or two galaxies that match one member.
    """
    absent = [name for name in ("ra", "dec") if name not in catalog.colnames]
    if absent:
        raise ValueError(
            f"groups need the columns ra and dec; the catalog lacks {', '.join(absent)} and has "
            f"{', '.join(catalog.colnames)}"
        )
    ra, dec = (np.asarray(catalog[name], np.float64) for name in ("ra", "dec"))
    row = match_sky(ra, dec, members["ra"], members["dec"], tolerance).row
    if not np.any(row >= 0):
        raise ValueError(
            f"none of {len(catalog)} galaxies lies within {tolerance:g} arcsec of one of {len(members)} in the group "
            "catalog; check the units of ra and dec"
        )
    taken = members[row[row >= 0]]
    rest = np.flatnonzero((row < 0) & np.isfinite(ra) & np.isfinite(dec))
    again = match_sky(ra[rest], dec[rest], taken["ra"], taken["dec"], tolerance).row if len(rest) else rest
    if np.any(again >= 0):
        doubles = [str(identifier) for identifier in np.asarray(catalog["id"])[rest[again >= 0]]]
        raise ValueError(
            f"{len(doubles)} galaxies, such as {', '.join(doubles[:3])}, lie within {tolerance:g} arcsec of a member "
            "that a nearer galaxy matches; remove repeated galaxies, or lower groups.tolerance"
        )
    return row
