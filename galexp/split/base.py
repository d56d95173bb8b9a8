"""Which galaxies train, validate and test."""

from __future__ import annotations

import abc
import hashlib
import warnings
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table

if TYPE_CHECKING:
    from jaxtyping import Bool

TRAIN, VAL, TEST, UNUSED = "train", "val", "test", "unused"
ROLES = (TRAIN, VAL, TEST, UNUSED)


class Split(abc.ABC):
    """Give each galaxy a role; a pure function of the catalog, the settings and the seed.

    ``test`` is the held-out side. ``val`` is carved at random out of the rest, unless the split names validation rows
    itself: whole groups at a time where the catalog has ``group_id`` (negative for galaxies in no group), and else
    whole simulations where it has ``simulation``, since the frames of one are nearly the same picture. Of a single
    simulation frames are taken, with a warning: what is validated then looks like what is learned.

    Args:
        val_fraction: Share of the rows that are not held out, or of their simulations (rounded, at least one); 0 for
            none.
        seed: Of this split alone.
    """

    def __init__(self, val_fraction: float, seed: int) -> None:
        if not 0 <= val_fraction < 1:
            raise ValueError(f"split.val_fraction is {val_fraction}; expected 0 <= val_fraction < 1")
        self.val_fraction = val_fraction
        self.seed = seed

    @abc.abstractmethod
    def sides(self, catalog: Table) -> np.ndarray:
        """Return ``train``, ``test`` or ``unused`` per row of a catalog sorted by id; ``val`` where that is known."""

    def assign(self, catalog: Table) -> np.ndarray:
        """Return the role of each row, whatever the order of the rows.

        Raises:
            ValueError: where a column that the split needs is missing, or where train or test comes out empty.
        """
        order = np.argsort(catalog["id"], kind="stable")
        ordered = catalog[order]
        sides = np.asarray(self.sides(ordered)).astype("U6")
        if not np.any(sides == VAL):
            sides[self._val_rows(ordered, sides == TRAIN)] = VAL
        roles = np.empty_like(sides)
        roles[order] = sides
        for role in (TRAIN, TEST):
            if not np.any(roles == role):
                raise ValueError(f"{type(self).__name__} leaves {role} empty ({count(roles)}); change split's settings")
        return roles

    def _val_rows(self, catalog: Table, is_train: Bool[np.ndarray, " galaxy"]) -> np.ndarray:
        rows = np.flatnonzero(is_train)
        wanted = round(self.val_fraction * len(rows))
        simulations = _simulations(catalog[rows])
        if wanted and len(simulations) > 1:
            number = np.clip(round(self.val_fraction * len(simulations)), 1, len(simulations) - 1)
            taken = np.random.default_rng([self.seed, 1]).permutation(simulations)[:number]
            return rows[np.isin(catalog["simulation"][rows], taken)]
        if wanted and len(simulations) == 1:
            warnings.warn(
                f"only simulation {simulations[0]} is trained on, so that val is carved out of its own frames and "
                "tells little; hold out fewer simulations, or set split.val_fraction=0",
                stacklevel=2,
            )
        return rows[self._whole_groups(_groups(catalog)[rows], wanted)]

    def _whole_groups(self, groups: np.ndarray, wanted: int) -> Bool[np.ndarray, " galaxy"]:
        shuffled = np.random.default_rng([self.seed, 1]).permutation(np.unique(groups))
        sizes = dict(zip(*np.unique(groups, return_counts=True), strict=True))
        taken: list[int] = []
        total = 0
        for group in shuffled:
            if total + sizes[group] <= wanted:
                taken.append(group)
                total += sizes[group]
        return np.isin(groups, taken)


def _simulations(catalog: Table) -> np.ndarray:
    """Return the simulations that rows belong to, unless the catalog has other groups."""
    if "group_id" in catalog.colnames or "simulation" not in catalog.colnames:
        return np.array([])
    simulation = np.asarray(catalog["simulation"])
    return np.unique(simulation[in_group(simulation)])


def _groups(catalog: Table) -> np.ndarray:
    """Return a number per row that is shared by the members of a group alone."""
    rows = np.arange(len(catalog))
    if "group_id" not in catalog.colnames:
        return rows
    group = np.asarray(catalog["group_id"])
    _, number = np.unique(group, return_inverse=True)
    return np.where(in_group(group), number, -1 - rows)


def in_group(group: np.ndarray) -> Bool[np.ndarray, " galaxy"]:
    """Tell which values of a grouping column name a group: not negative, not NaN, not empty."""
    group = np.asarray(group)
    return group != "" if group.dtype.kind in "US" else group >= 0


def values_of(catalog: Table, name: str, setting: str) -> np.ndarray:
    """Return a column as floats.

    Raises:
        ValueError: where it is not there, naming the setting that asked for it.
    """
    require(catalog, name, setting)
    return np.asarray(catalog[name], dtype=np.float64)


def densities_of(catalog: Table, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column of overdensities, and which of its rows are finite.

    Raises:
        ValueError: where the column is not there, or nowhere finite.
    """
    density = values_of(catalog, column, "this split")
    finite = np.isfinite(density)
    if not finite.any():
        raise ValueError(f"no row has a finite {column}; choose another environment or split")
    return density, finite


def require(catalog: Table, name: str, setting: str) -> None:
    """Refuse a catalog without a column.

    Raises:
        ValueError: where it is not there, naming the setting that asked for it.
    """
    if name not in catalog.colnames:
        raise ValueError(f"{setting} needs the column {name!r}; the catalog has {', '.join(catalog.colnames)}")


def role_counts(roles: np.ndarray) -> dict[str, int]:
    """Return the number of rows of each role."""
    return {role: int(np.sum(roles == role)) for role in ROLES}


def count(roles: np.ndarray) -> str:
    """Return the number of rows of each role as a phrase."""
    return ", ".join(f"{number} {role}" for role, number in role_counts(roles).items())


def split_hash(identifiers: np.ndarray, roles: np.ndarray) -> str:
    """Return a hash of who is where, whatever the order of the rows."""
    lines = sorted(f"{identifier} {role}" for identifier, role in zip(identifiers, roles, strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
