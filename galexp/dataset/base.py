"""What a survey is to galexp: its columns under our names, its cuts, its targets."""

from __future__ import annotations

import abc
import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table
from astropy.units import Quantity, Unit

from galexp.catalog.read import as_identifiers, read_catalog
from galexp.config import UsageError, nearest

if TYPE_CHECKING:
    from jaxtyping import Bool


@dataclasses.dataclass(frozen=True)
class Column:
    """A column under our name, with the names that catalogs give it.

    Args:
        name: Ours.
        sources: Theirs, the first that is there is taken; our own name is always tried first.
        unit: As astropy writes it, empty where there is none.
        description: One line.
        missing: A number that stands for "not measured" in that catalog.
    """

    name: str
    sources: tuple[str, ...]
    unit: str = ""
    description: str = ""
    missing: float | None = None


@dataclasses.dataclass(frozen=True)
class Cut:
    """A step of the selection: what it is called, the columns that it needs, which rows it keeps."""

    name: str
    columns: tuple[str, ...]
    keeps: Callable[[Table], Bool[np.ndarray, " galaxy"]]


@dataclasses.dataclass(frozen=True)
class Selection:
    """The rows that a survey's cuts leave, the count after each, and the table's columns that were not taken."""

    catalog: Table
    counts: dict[str, int]
    ignored: tuple[str, ...] = ()


class Dataset(abc.ABC):
    """A survey.

    Args:
        catalog: ``mock``, the path of a table, or ``auto`` for what has been prepared (mock where nothing has).
        targets: Columns to be learned.
        columns: Our name -> the name in the table at hand, where it is none of those that the survey's tables use.
    """

    name: str
    identifiers: tuple[str, ...]
    columns: tuple[Column, ...]
    cuts: tuple[Cut, ...] = ()
    photometry: tuple[str, ...] = ("mag_r", "g_minus_r", "log_r50")

    def __init__(self, catalog: str, targets: Sequence[str], columns: Mapping[str, str] | None = None) -> None:
        self.catalog = catalog
        self.targets = [targets] if isinstance(targets, str) else list(targets)
        self.renamed = dict(columns or {})
        known = {"id", *(column.name for column in self.columns)}
        for name in self.renamed:
            if name not in known:
                raise UsageError(f"dataset.columns has no {name!r}; {nearest(name, known)}")

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock catalog.

        Raises:
            ValueError: where this survey has no mock.
        """
        raise ValueError(
            f"{self.name} has no mock catalog; give a table: dataset.catalog=FILE imaging=files imaging.root=FOLDER"
        )

    def read(self, path: str | pathlib.Path) -> Selection:
        """Read a table, bring its columns under our names and apply the cuts that its columns allow.

        Raises:
            ValueError: for a missing column, identifiers that are not unique, values that are not numbers, a target
                that is nowhere finite, or cuts that leave no row.
            UsageError: for a target that the survey does not know.
        """
        names = [self.renamed["id"]] if "id" in self.renamed else ["id", *self.identifiers]
        table = read_catalog(path, text=names)
        catalog = Table({"id": self._identifiers(table, names, path)})
        sources = {column.name: self._source(table, column, path) for column in self.columns}
        for column in self.columns:
            source = sources[column.name]
            if source is not None:
                catalog[column.name] = _in_unit(_numbers(table[source], column, path), table[source].unit, column)
                catalog[column.name].unit = column.unit or table[source].unit
                catalog[column.name].description = column.description
        self._check_targets(catalog, table, path)
        selection = self._cut(catalog)
        if len(selection.catalog) == 0:
            steps = ", ".join(f"{step}: {count}" for step, count in selection.counts.items())
            raise ValueError(f"no row of {path} is left by the cuts of {self.name} ({steps}); check its columns' units")
        ignored = tuple(name for name in table.colnames if name not in {*names, *sources.values()})
        return dataclasses.replace(selection, ignored=ignored)

    def _identifiers(self, table: Table, names: list[str], path: str | pathlib.Path) -> np.ndarray:
        for name in names:
            if name in table.colnames:
                try:
                    return as_identifiers(np.asarray(table[name]), name)
                except ValueError as error:
                    raise ValueError(f"{path}: {error}") from error
        raise ValueError(
            f"{path} has no column {' or '.join(names)}; it has {', '.join(table.colnames)}; name the column of "
            "identifiers with dataset.columns.id=NAME"
        )

    def _source(self, table: Table, column: Column, path: str | pathlib.Path) -> str | None:
        if column.name in self.renamed:
            if self.renamed[column.name] not in table.colnames:
                raise ValueError(
                    f"dataset.columns.{column.name} is {self.renamed[column.name]!r}, which {path} does not have; "
                    f"{nearest(self.renamed[column.name], table.colnames)}"
                )
            return self.renamed[column.name]
        return next((name for name in (column.name, *column.sources) if name in table.colnames), None)

    def _check_targets(self, catalog: Table, table: Table, path: str | pathlib.Path) -> None:
        for target in self.targets:
            known = [column.name for column in self.columns]
            if target not in known:
                raise UsageError(f"{self.name} knows no target {target!r}; {nearest(target, known)}")
            if target not in catalog.colnames:
                sources = next(column.sources for column in self.columns if column.name == target)
                raise ValueError(
                    f"{path} has no column for the target {target} (looked for {', '.join((target, *sources))}); "
                    f"it has {', '.join(table.colnames)}; name it with dataset.columns.{target}=NAME"
                )
            if not np.isfinite(catalog[target]).any():
                raise ValueError(f"no row of {path} has a finite {target}; check dataset.columns.{target}")

    def _cut(self, catalog: Table) -> Selection:
        counts = {"read": len(catalog)}
        for cut in self.cuts:
            absent = [name for name in cut.columns if name not in catalog.colnames]
            if absent:
                counts[f"{cut.name} (not applied: no {', '.join(absent)})"] = len(catalog)
                continue
            catalog = catalog[np.asarray(cut.keeps(catalog), dtype=bool)]
            counts[cut.name] = len(catalog)
        return Selection(catalog, counts)


def _numbers(source: np.ndarray, column: Column, path: str | pathlib.Path) -> np.ndarray:
    values = np.asarray(source)
    if values.dtype.kind in "US":
        try:
            values = np.where(values == "", "nan", values).astype(np.float64)
        except ValueError as error:
            raise ValueError(
                f"{path}: the column of {column.name} is not made of numbers ({error}); mend it, or name another with "
                f"dataset.columns.{column.name}=NAME"
            ) from error
    if column.missing is not None:
        values = np.where(values == column.missing, np.nan, values.astype(np.float64))
    return values


def _in_unit(values: np.ndarray, unit: Unit | None, column: Column) -> np.ndarray:
    """Convert values whose unit can be brought to the column's; a unit that is not understood is taken for it."""
    if not column.unit or unit is None or unit == Unit(column.unit) or not unit.is_equivalent(Unit(column.unit)):
        return values
    return np.asarray(Quantity(values, unit).to_value(Unit(column.unit)))
