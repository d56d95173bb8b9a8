"""Match two catalogs: exactly by identifier, or by position on the sky."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from astropy import units
from astropy.coordinates import SkyCoord
from astropy.table import Table

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

MATCHED = "is_matched"


def occurs_once(identifiers: np.ndarray) -> Bool[np.ndarray, " row"]:
    """Tell which identifiers stand in no other row; of those that do, none is kept.

    Example:
        >>> occurs_once(np.array(["a", "b", "a"])).tolist()
        [False, True, False]
    """
    _, rows, counts = np.unique(identifiers, return_inverse=True, return_counts=True)
    return counts[rows] == 1


def match_identifiers(wanted: np.ndarray, held: np.ndarray, name: str = "identifier") -> Int[np.ndarray, " row"]:
    """Find the row of ``held`` that bears each wanted identifier; equality of texts, no tolerance.

    Args:
        wanted: Texts; an empty one stands for none.
        held: Texts, each at most once.
        name: What the identifiers are called, for the messages.

    Returns:
        A row of ``held`` for each wanted identifier, -1 where there is none.

    Raises:
        ValueError: for identifiers that are not texts, one that is held twice, or where no identifier is matched.

    Example:
        >>> match_identifiers(np.array(["c", "a", ""]), np.array(["a", "b", "c"])).tolist()
        [2, 0, -1]
    """
    wanted, held = np.asarray(wanted), np.asarray(held)
    for values in (wanted, held):
        if values.dtype.kind != "U":
            raise ValueError(
                f"{name} is of type {values.dtype}; expected texts, since other types lose digits of 64-bit identifiers"
            )
    twice = held[~occurs_once(held) & (held != "")]
    if len(twice):
        raise ValueError(
            f"{name} {twice[0]} stands in {int(np.sum(held == twice[0]))} rows of the table that is joined "
            f"({len(np.unique(twice))} such); keep one row each"
        )
    row_of = {str(identifier): row for row, identifier in enumerate(held) if identifier}
    rows = np.array([row_of.get(str(identifier), -1) for identifier in wanted], dtype=np.int64)
    if not np.any(rows >= 0):
        shown = [", ".join(map(str, values[:3])) for values in (wanted, held)]
        raise ValueError(
            f"no {name} of {len(wanted)} rows (such as {shown[0]}) is among {len(held)} (such as {shown[1]}); check "
            "that both tables mean the same identifiers"
        )
    return rows


def left_join(table: Table, other: Table, key: str, other_key: str, only: tuple[str, ...] = ()) -> Table:
    """Add the columns of another table by identifier, and ``is_matched``; no row is dropped or repeated.

    Where nothing matched, numbers become NaN, texts empty and booleans false. Columns that both have stay as they are.

    Args:
        table: The rows.
        other: Where columns come from, with one row for each identifier.
        key: Column of identifiers in ``table``, texts.
        other_key: Column of identifiers in ``other``, texts.
        only: The columns to take, all where empty; those that ``other`` lacks are passed over.

    Raises:
        ValueError: as :func:`match_identifiers` says.
    """
    rows = match_identifiers(np.asarray(table[key]), np.asarray(other[other_key]), other_key)
    joined = table.copy(copy_data=False)
    for name in only or other.colnames:
        if name in other.colnames and name not in table.colnames:
            joined[name] = _taken(np.asarray(other[name]), rows)
            joined[name].unit, joined[name].description = other[name].unit, other[name].description
    joined[MATCHED] = rows >= 0
    return joined


def _taken(values: np.ndarray, rows: Int[np.ndarray, " row"]) -> np.ndarray:
    found = rows >= 0
    if values.dtype.kind == "U":
        return np.where(found, values[rows], "")
    if values.dtype.kind == "b":
        return np.where(found, values[rows], False)
    return values[rows] if found.all() else np.where(found, values[rows].astype(np.float64), np.nan)


class SkyMatch(NamedTuple):
    """The row of the other catalog for each galaxy (-1 where there is none) and how far away it is [arcsec]."""

    row: Int[np.ndarray, " galaxy"]
    separation: Float[np.ndarray, " galaxy"]


def match_sky(
    ra: Float[np.ndarray, " galaxy"],
    dec: Float[np.ndarray, " galaxy"],
    other_ra: Float[np.ndarray, " other"],
    other_dec: Float[np.ndarray, " other"],
    radius: float,
) -> SkyMatch:
    """Find the nearest object of another catalog within a radius, and give each object away only once.

    Where several galaxies have the same nearest object, the closest of them gets it and the others get none, so a
    crowded field loses matches rather than repeating one; a second-nearest object is never taken instead.

    Args:
        ra: Right ascension [deg].
        dec: Declination [deg].
        other_ra: Right ascension of the other catalog [deg].
        other_dec: Declination of the other catalog [deg].
        radius: Largest separation [arcsec].

    Returns:
        Rows and separations; -1 and NaN where there is no match or a position is not finite.

    Raises:
        ValueError: for a radius that is not positive, or a catalog in which no position is finite.

    Example:
        >>> match_sky(np.array([10.0, 50.0]), np.zeros(2), np.array([50.0, 10.0]), np.array([0.0, 1 / 3600]), 2.0)
        SkyMatch(row=array([1, 0]), separation=array([1., 0.]))
    """
    if not radius > 0:
        raise ValueError(f"radius is {radius} arcsec; expected more than 0")
    here, there = _finite(ra, dec, "the first"), _finite(other_ra, other_dec, "the other")
    nearest, angle, _ = _sky(ra, dec, here).match_to_catalog_sky(_sky(other_ra, other_dec, there))
    separation = np.full(len(ra), np.nan)
    row = np.full(len(ra), -1, dtype=np.int64)
    separation[here], row[here] = np.round(angle.to_value(units.arcsec), 9), there[nearest]
    order = np.argsort(separation, kind="stable")
    _, first = np.unique(row[order], return_index=True)
    is_closest = np.zeros(len(ra), dtype=bool)
    is_closest[order[first]] = True
    kept = is_closest & (separation <= radius)
    return SkyMatch(np.where(kept, row, -1), np.where(kept, separation, np.nan))


def _finite(ra: np.ndarray, dec: np.ndarray, which: str) -> Int[np.ndarray, " row"]:
    rows = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    if not len(rows):
        raise ValueError(f"none of {len(ra)} positions of {which} catalog is finite; check its columns ra and dec")
    return rows


def _sky(ra: np.ndarray, dec: np.ndarray, rows: np.ndarray) -> SkyCoord:
    return SkyCoord(np.asarray(ra)[rows], np.asarray(dec)[rows], unit="deg")
