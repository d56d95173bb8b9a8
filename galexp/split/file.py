"""Take the roles from a table."""

from __future__ import annotations

import pathlib

import numpy as np
from astropy.table import Table

from galexp.catalog.read import as_identifiers, read_catalog
from galexp.config import nearest
from galexp.split.base import ROLES, TEST, TRAIN, UNUSED, Split

_UNKNOWN = ("raise", "skip")


class FileSplit(Split):
    """Give each galaxy the role that a table names.

    A table with a column ``role`` (train, val, test or unused) is taken as it is: galaxies that it does not name are
    unused, and where it names no val there is none. The ``split.parquet`` of a run is such a table. Without that column
    the table holds the galaxies that are tested; of all others ``val`` is carved, and the rest is trained on.

    Args:
        path: CSV, ECSV, FITS, VOTable or Parquet.
        id_column: Column of identifiers.
        unknown: What becomes of identifiers in the table that are not in the catalog: ``raise`` stops, ``skip`` passes
            over them. Galaxies without a target or a picture are not in the catalog that is split; those that the
            table calls unused need not be.
        val_fraction: Share of the galaxies that are not tested for validation, where the table has no roles.
        seed: Of the choice of validation rows.

    Raises:
        ValueError: where there is no file, ``unknown`` is another word, or the table lacks the column of identifiers,
            has one twice, or names a role that there is not.
    """

    def __init__(
        self,
        path: str | None,
        id_column: str = "id",
        unknown: str = "raise",
        val_fraction: float = 0.1,
        seed: int = 0,
    ) -> None:
        if path is None or not pathlib.Path(path).is_file():
            raise ValueError(f"split.path is {path!r}, which is no file; give split.path=FILE, a table of ids")
        if unknown not in _UNKNOWN:
            raise ValueError(f"split.unknown is {unknown!r}; choose {' or '.join(_UNKNOWN)}")
        self.path = pathlib.Path(path)
        self.unknown = unknown
        self.role_of, self.others = _read_roles(self.path, id_column)
        super().__init__(val_fraction if self.others == TRAIN else 0.0, seed)

    def sides(self, catalog: Table) -> np.ndarray:
        """Return the role that the table names for each row.

        Raises:
            ValueError: where the table has a used identifier that the catalog lacks, or no other.
        """
        there = np.asarray(catalog["id"]).astype(str).tolist()
        used = {identifier for identifier, role in self.role_of.items() if role != UNUSED}
        strange = sorted(used - set(there))
        if strange and (self.unknown == "raise" or len(strange) == len(used)):
            raise ValueError(
                f"{len(strange)} of {len(used)} ids in {self.path} are not among the {len(there)} galaxies with a "
                f"target and a picture, such as {', '.join(strange[:3])}; remove them, or set split.unknown=skip"
            )
        return np.array([self.role_of.get(identifier, self.others) for identifier in there])


def _read_roles(path: pathlib.Path, id_column: str) -> tuple[dict[str, str], str]:
    """Return the role of each identifier of the table, and that of galaxies which it does not name."""
    table = read_catalog(path, text=[id_column])
    if id_column not in table.colnames:
        raise ValueError(
            f"{path} has no column {id_column!r}; it has {', '.join(table.colnames)}; name the column of "
            "identifiers with split.id_column=NAME"
        )
    try:
        identifiers = as_identifiers(np.asarray(table[id_column]), id_column).tolist()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if "role" not in table.colnames:
        return dict.fromkeys(identifiers, TEST), TRAIN
    roles = np.asarray(table["role"]).astype(str).tolist()
    for role in sorted(set(roles) - set(ROLES)):
        raise ValueError(f"{path} has the role {role!r}; {nearest(role, ROLES)}")
    return dict(zip(identifiers, roles, strict=True)), UNUSED
