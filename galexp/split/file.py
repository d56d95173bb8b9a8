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

    With a column ``role`` (train, val, test or unused) galaxies that the table does not name are unused; ``val`` is
    carved out of train only where the table names none. Without that column the table holds the galaxies that are
    tested, and all others are trained on. The ``split.parquet`` of a run is such a table.

    Args:
        path: CSV, ECSV, FITS, VOTable or Parquet.
        id_column: Column of identifiers.
        unknown: What becomes of identifiers in the table that are not in the catalog: ``raise`` stops, ``skip`` passes
            over them. Galaxies without a target or a picture are not in the catalog that is split.
        val_fraction: Share of train for validation, where the table names none.
        seed: Of the choice of validation rows.

    Raises:
        ValueError: where there is no file, or ``unknown`` is another word.
    """

    def __init__(
        self,
        path: str | None,
        id_column: str = "id",
        unknown: str = "raise",
        val_fraction: float = 0.1,
        seed: int = 0,
    ) -> None:
        super().__init__(val_fraction, seed)
        if path is None or not pathlib.Path(path).is_file():
            raise ValueError(f"split.path is {path!r}, which is no file; give split.path=FILE, a table of ids")
        if unknown not in _UNKNOWN:
            raise ValueError(f"split.unknown is {unknown!r}; choose {' or '.join(_UNKNOWN)}")
        self.path = pathlib.Path(path)
        self.id_column = id_column
        self.unknown = unknown

    def sides(self, catalog: Table) -> np.ndarray:
        """Return the role that the table names for each row.

        Raises:
            ValueError: where the table lacks the column of identifiers, has one twice or one that the catalog lacks, or
                names a role that there is not.
        """
        role_of, others = self._roles()
        there = np.asarray(catalog["id"]).astype(str).tolist()
        strange = sorted(set(role_of) - set(there))
        if len(strange) == len(role_of) or (strange and self.unknown == "raise"):
            raise ValueError(
                f"{len(strange)} of {len(role_of)} ids in {self.path} are not among the {len(there)} galaxies with a "
                f"target and a picture, such as {', '.join(strange[:3])}; remove them, or set split.unknown=skip"
            )
        return np.array([role_of.get(identifier, others) for identifier in there])

    def _roles(self) -> tuple[dict[str, str], str]:
        """Return the role of each identifier of the table, and that of galaxies which it does not name."""
        table = read_catalog(self.path, text=[self.id_column])
        if self.id_column not in table.colnames:
            raise ValueError(
                f"{self.path} has no column {self.id_column!r}; it has {', '.join(table.colnames)}; name the column of "
                "identifiers with split.id_column=NAME"
            )
        try:
            identifiers = as_identifiers(np.asarray(table[self.id_column]), self.id_column).tolist()
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from error
        if "role" not in table.colnames:
            return dict.fromkeys(identifiers, TEST), TRAIN
        roles = np.asarray(table["role"]).astype(str).tolist()
        for role in sorted(set(roles) - set(ROLES)):
            raise ValueError(f"{self.path} has the role {role!r}; {nearest(role, ROLES)}")
        return dict(zip(identifiers, roles, strict=True)), UNUSED
