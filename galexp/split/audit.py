"""Look for what a split lets through: shared identities, groups, neighbors on the sky, shifted labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table
from scipy.spatial import cKDTree
from scipy.stats import ks_2samp

from galexp.environment.sky import chord_of_angle, unit_vectors
from galexp.split.base import TEST, TRAIN, UNUSED, VAL, count, in_group, split_hash, values_of

if TYPE_CHECKING:
    from jaxtyping import Bool

NEIGHBOR_SEPARATION = 10.0
_GROUPS = ("group_id", "simulation")
_MOST_LABELS_IN_A_LINE = 3


class LeakageError(ValueError):
    """The same galaxy stands on both sides of a split."""


@dataclasses.dataclass(frozen=True)
class Audit:
    """What was found between the sides that a network learns from (train, val) and the side it is tested on.

    Args:
        hash: Of who is where.
        counts: Rows of each role.
        same_id: Identifiers on both sides.
        same_image: Images on both sides that are equal byte by byte; blank ones are not counted.
        shared_groups: Per grouping column, the groups with members on both sides.
        sky_neighbors: Test galaxies within 10 arcsec of a training galaxy; None without positions.
        label_shift: Per target, the two-sample Kolmogorov-Smirnov statistic and p-value, train and val against test.
    """

    hash: str
    counts: dict[str, int]
    same_id: int
    same_image: int
    shared_groups: dict[str, int]
    sky_neighbors: int | None
    label_shift: dict[str, dict[str, float]]

    def as_dict(self) -> dict[str, Any]:
        """Return plain containers."""
        return dataclasses.asdict(self)

    def raise_on_leakage(self) -> None:
        """Stop where the same galaxy is on both sides.

        Raises:
            LeakageError: with the counts and what to do.
        """
        if self.same_id or self.same_image:
            raise LeakageError(
                f"the split leaks: {self.same_id} ids and {self.same_image} identical images are on both sides; "
                "remove the duplicates from the catalog and run prepare again"
            )


def audit(catalog: Table, roles: np.ndarray, targets: Sequence[str]) -> Audit:
    """Compare the learning side (train and val) with the test side.

    Args:
        catalog: Column ``id``; ``sha256``, ``image_is_blank``, ``ra`` and ``dec`` [deg] and grouping columns are used
            where they are there.
        roles: Role of each row.
        targets: Columns whose distribution is compared.

    Raises:
        ValueError: for a target that the catalog does not have.
    """
    learn, test = (roles == TRAIN) | (roles == VAL), roles == TEST
    grouped = [name for name in _GROUPS if name in catalog.colnames]
    return Audit(
        hash=split_hash(np.asarray(catalog["id"]), roles),
        counts={role: int(np.sum(roles == role)) for role in sorted(set(roles.tolist()))},
        same_id=_shared(catalog["id"], learn, test),
        same_image=_same_image(catalog, learn, test),
        shared_groups={name: _shared_groups(catalog[name], learn, test) for name in grouped},
        sky_neighbors=_sky_neighbors(catalog, learn, test),
        label_shift={target: label_shift(values_of(catalog, target, "the audit"), learn, test) for target in targets},
    )


def describe(found: Audit, roles: np.ndarray) -> str:
    """Return the audit as one line for people; of many labels it names the one that differs most."""
    used = int(np.sum(roles != UNUSED))
    parts = [f"{count(roles)} ({np.sum(roles == TEST) / max(used, 1):.1%} of those used are tested)"]
    parts += [f"{number} {name.removesuffix('_id')}s on both sides" for name, number in found.shared_groups.items()]
    if found.sky_neighbors is not None:
        parts.append(f"{found.sky_neighbors} test galaxies within {NEIGHBOR_SEPARATION:g} arcsec of a learned one")
    shifts = {name: shift["statistic"] for name, shift in found.label_shift.items()}
    if len(shifts) > _MOST_LABELS_IN_A_LINE:
        worst = max(shifts, key=lambda name: np.nan_to_num(shifts[name], nan=-1.0))
        parts.append(f"{len(shifts)} labels differ by KS {shifts[worst]:.2f} at most ({worst})")
    else:
        parts += [f"{name} differs by KS {shift:.2f}" for name, shift in shifts.items()]
    return "; ".join(parts)


def _shared(values: np.ndarray, learn: np.ndarray, test: np.ndarray) -> int:
    return len(np.intersect1d(np.asarray(values)[learn], np.asarray(values)[test]))


def _same_image(catalog: Table, learn: np.ndarray, test: np.ndarray) -> int:
    if "sha256" not in catalog.colnames:
        return 0
    shows = ~np.asarray(catalog["image_is_blank"], dtype=bool)
    return _shared(catalog["sha256"], learn & shows, test & shows)


def _shared_groups(groups: np.ndarray, learn: np.ndarray, test: np.ndarray) -> int:
    member = in_group(groups)
    return _shared(groups, learn & member, test & member)


def _sky_neighbors(catalog: Table, learn: np.ndarray, test: np.ndarray) -> int | None:
    if not _has_positions(catalog):
        return None
    return int(np.sum(are_neighbors(catalog[test], catalog[learn])))


def _has_positions(catalog: Table) -> bool:
    return {"ra", "dec"} <= set(catalog.colnames)


def are_neighbors(catalog: Table, others: Table) -> Bool[np.ndarray, " galaxy"]:
    """Tell which galaxies stand within 10 arcsec of any one of others.

    Args:
        catalog: Columns ``ra`` and ``dec`` [deg]; where either table has none, or a galaxy has none, nothing is near.
        others: Likewise; it may be the catalog of another survey.

    Example:
        >>> one, other = Table({"ra": [10.0, 20.0], "dec": [0.0, 0.0]}), Table({"ra": [10.002], "dec": [0.0]})
        >>> are_neighbors(one, other)  # 7.2 arcsec
        array([ True, False])
    """
    near = np.zeros(len(catalog), dtype=bool)
    if not (_has_positions(catalog) and _has_positions(others)):
        return near
    vectors, around = (unit_vectors(np.asarray(table["ra"]), np.asarray(table["dec"])) for table in (catalog, others))
    placed, there = np.isfinite(vectors).all(axis=1), np.isfinite(around).all(axis=1)
    if placed.any() and there.any():
        distance, _ = cKDTree(around[there]).query(vectors[placed])
        near[placed] = distance < chord_of_angle(np.radians(NEIGHBOR_SEPARATION / 3600))
    return near


def label_shift(values: np.ndarray, learn: np.ndarray, test: np.ndarray) -> dict[str, float]:
    """Compare how values are distributed in two sets of rows, by the two-sample Kolmogorov-Smirnov test.

    Args:
        values: One a row; rows that are not finite are left out.
        learn: Which rows make up the first set.
        test: Which rows make up the second.

    Returns:
        ``statistic``, the largest difference of the two cumulative distributions, and ``p_value``; NaN where a set is
        empty.

    Example:
        >>> label_shift(np.arange(4.0), np.arange(4) < 2, np.arange(4) >= 2)["statistic"]
        1.0
    """
    sides = [values[side & np.isfinite(values)] for side in (learn, test)]
    if min(len(side) for side in sides) == 0:
        return {"statistic": float("nan"), "p_value": float("nan")}
    result = ks_2samp(*sides)
    return {"statistic": float(result.statistic), "p_value": float(result.pvalue)}
