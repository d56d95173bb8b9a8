"""A column under our name and a cut on such columns."""

from __future__ import annotations

import dataclasses
import pathlib
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table
from astropy.units import Quantity, Unit, UnrecognizedUnit, dimensionless_unscaled

from galexp.catalog.read import as_texts
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from jaxtyping import Bool

COUNTS = "counts"
"""Where ``Table.meta`` holds the rows after each step of reading a table that is joined to another."""


@dataclasses.dataclass(frozen=True)
class Column:
    """A column under our name, with the names that catalogs give it.

    Args:
        name: Ours.
        sources: Theirs, the first that is there is taken; our own name is always tried first.
        unit: As astropy writes it, empty for a number without dimension, None for whatever the table at hand says.
        description: One line.
        missing: A number that stands for "not measured" in that catalog.
        text: Whether it holds texts, such as the identifiers of another survey.
        whole: Whether no text may be empty.
        compute: How it follows from columns under our names that stand before it, where no table has it.
        needs: Those columns.
    """

    name: str
    sources: tuple[str, ...]
    unit: str | None = ""
    description: str = ""
    missing: float | None = None
    text: bool = False
    whole: bool = False
    compute: Callable[[Table], np.ndarray] | None = None
    needs: tuple[str, ...] = ()

    def values(self, table: Table, source: str, path: str | pathlib.Path) -> np.ndarray:
        """Return a table's column in our unit, as numbers with NaN for gaps, or as texts.

        Raises:
            ValueError: for values that are not numbers, identifiers that lost digits, texts that are empty where none
                may be, or a unit that cannot be ours.
        """
        if self.text:
            return self._texts(table, source, path)
        return _in_unit(_numbers(table[source], self, path), table[source].unit, self, source, path)

    def _texts(self, table: Table, source: str, path: str | pathlib.Path) -> np.ndarray:
        try:
            texts = as_texts(np.asarray(table[source]), source)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        empty = np.flatnonzero(texts == "")
        if self.whole and len(empty):
            raise ValueError(
                f"{path}: column {source!r} is empty in {len(empty)} rows, first in row {empty[0] + 1}, where "
                f"{self.name} is needed of each; fill it in, drop these rows, or name another column with "
                f"dataset.columns.{self.name}=NAME"
            )
        return texts

    def computed(self, catalog: Table) -> np.ndarray | None:
        """Return what follows from the columns at hand, None where they do not suffice."""
        if self.compute is None or not set(self.needs) <= set(catalog.colnames):
            return None
        return np.asarray(self.compute(catalog))


@dataclasses.dataclass(frozen=True)
class Cut:
    """A step of the selection: what it is called, the columns that it needs, which rows it keeps."""

    name: str
    columns: tuple[str, ...]
    keeps: Callable[[Table], Bool[np.ndarray, " galaxy"]]


@dataclasses.dataclass(frozen=True)
class Selection:
    """The rows that a survey's cuts leave.

    Args:
        catalog: Those rows.
        counts: Rows after each step.
        ignored: The table's columns that were not taken.
        parent: The rows whose surroundings are measured, before the cuts; None for those that the cuts leave.
        origin: What they are: observed galaxies, or those of somebody's simulation.
    """

    catalog: Table
    counts: dict[str, int]
    ignored: tuple[str, ...] = ()
    parent: Table | None = None
    origin: Origin = Origin.OBSERVED


def apply_cuts(catalog: Table, cuts: Sequence[Cut]) -> tuple[Table, dict[str, int]]:
    """Keep the rows that every cut keeps, and count them after each; a cut whose columns are not there says so."""
    counts = {}
    for cut in cuts:
        absent = [name for name in cut.columns if name not in catalog.colnames]
        if absent:
            counts[f"{cut.name} (not applied: no {', '.join(absent)})"] = len(catalog)
            continue
        catalog = catalog[np.asarray(cut.keeps(catalog), dtype=bool)]
        counts[cut.name] = len(catalog)
    return catalog, counts


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


def _in_unit(
    values: np.ndarray, unit: Unit | None, column: Column, source: str, path: str | pathlib.Path
) -> np.ndarray:
    """Convert values to the column's unit; none at all, or one that is not understood, is taken for it."""
    if column.unit is None or unit is None or values.dtype.kind == "b":
        return values
    if isinstance(unit, UnrecognizedUnit):
        warnings.warn(
            f"{path}: the unit {str(unit)!r} of column {source!r} is not known, and its values are taken to be "
            f"{_in_words(column)}; correct the unit in the table if they are not",
            UserWarning,
            stacklevel=2,
        )
        return values
    ours = Unit(column.unit)
    if _is_bare_logarithm(unit, ours):
        return values
    if not unit.is_equivalent(ours):
        raise ValueError(
            f"{path}: column {source!r} has the unit {unit}, where {column.name} is {_in_words(column)}; correct the "
            f"unit in the table, or name another column with dataset.columns.{column.name}=NAME"
        )
    return values if unit == ours else np.asarray(Quantity(values, unit, subok=True).to_value(ours))


def _in_words(column: Column) -> str:
    return f"in {column.unit}" if column.unit else "without a unit"


def _is_bare_logarithm(unit: Unit, ours: Unit) -> bool:
    """Tell whether a unit is our logarithm without what it is of (``dex`` for ``dex(solMass)``), or ``mag(AB)``."""
    if unit == ours or _scale(unit) != _scale(ours):
        return False
    return unit == _scale(unit) or (ours == _scale(ours) == Unit("mag")) or _is_ratio(unit)


def _is_ratio(unit: Unit) -> bool:
    return getattr(unit, "physical_unit", None) == dimensionless_unscaled


def _scale(unit: Unit) -> Unit:
    """Return the logarithmic scale of a unit such as ``mag(AB)`` or ``dex(solMass)``, otherwise the unit."""
    return getattr(unit, "function_unit", unit)
