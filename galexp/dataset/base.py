"""What a survey is to galexp: its columns under our names, its cuts, its targets."""

from __future__ import annotations

import abc
import pathlib
import types
import warnings
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from astropy.table import Table

from galexp.catalog.read import as_identifiers, read_catalog
from galexp.config import UsageError, nearest
from galexp.dataset.column import COUNTS, Column, Cut, Selection, apply_cuts
from galexp.dataset.tables import MAIN, PublishedTable, locate_tables
from galexp.shard.origin import Origin

__all__ = ["Column", "Cut", "Dataset", "Selection"]


class Dataset(abc.ABC):
    """A survey.

    Args:
        catalog: ``mock``, ``survey`` (downloaded), the path of a table or of a folder with several, or ``auto`` for
            what has been prepared (mock where nothing has).
        targets: Columns to be learned.
        columns: Our name -> the name in the table at hand, where it is none of those that the survey's tables use.

    Attributes:
        name: The survey's.
        identifiers: Names of the column of identifiers.
        columns: What is taken from its tables.
        cuts: The steps of its selection.
        photometry: Columns that the random forest of the baselines learns from.
        tables: The files that it is read from; one of any name by default.
        published: Step of the selection -> the number of rows that its publication gives.
        tallies: Columns of which it is counted how many rows are true, or finite.
        across: Images in a row of the contact sheet.
        made: What galexp makes of it where nothing is at hand: a mock, or a simulation.
        repeats: Column that tells apart rows of one identifier, where the tables may hold such; a cut keeps one.
    """

    name: str
    identifiers: tuple[str, ...]
    columns: tuple[Column, ...]
    cuts: tuple[Cut, ...] = ()
    photometry: tuple[str, ...] = ("mag_r", "g_minus_r", "log_r50")
    tables: tuple[PublishedTable, ...] = (PublishedTable(MAIN, ()),)
    published: Mapping[str, int] = types.MappingProxyType({})
    tallies: tuple[str, ...] = ()
    repeats: str | None = None
    across: int = 8
    made: Origin = Origin.MOCK

    def __init__(self, catalog: str, targets: Sequence[str], columns: Mapping[str, str] | None = None) -> None:
        self.catalog = catalog
        self.targets = [targets] if isinstance(targets, str) else list(targets)
        self.renamed = dict(columns or {})
        self.given: dict[str, str | None] = {}
        known = {"id", *(column.name for column in self.columns)}
        for name in self.renamed:
            if name not in known:
                raise UsageError(f"dataset.columns has no {name!r}; {nearest(name, known)}")

    def locate(self, path: str | pathlib.Path) -> dict[str, pathlib.Path]:
        """Return the file of each table that the survey is read from.

        Args:
            path: The main table, or a folder with all of them under their published names.

        Raises:
            FileNotFoundError: for a table that is nowhere.
        """
        if not any(table.names for table in self.tables):
            return {MAIN: pathlib.Path(path)}
        return locate_tables(self.tables, path, self.given)

    def draw(self, objects: int | None, seed: int, stripping: float) -> Table:
        """Draw a mock catalog.

        Raises:
            ValueError: where this survey has no mock.
        """
        raise ValueError(
            f"{self.name} has no mock catalog; give a table: dataset.catalog=FILE imaging=files imaging.root=FOLDER, "
            "or let prepare fetch both: dataset.catalog=survey imaging=sdss"
        )

    def ignore_stripping(self, stripping: float) -> None:
        """Warn where gas is to be taken from a mock of a survey that tells nothing of it."""
        if stripping:
            warnings.warn(
                f"mock.stripping={stripping} is ignored: it takes H I, of which {self.name} tells nothing",
                UserWarning,
                stacklevel=3,
            )

    def load(self, files: Mapping[str, pathlib.Path], text: Sequence[str]) -> Table:
        """Read the survey's tables and join them into one, a row for each row of the main one.

        ``meta[COUNTS]`` may hold rows of the joined tables, step by step, for the counts of the selection.

        Args:
            files: As :meth:`locate` returns them.
            text: Columns that hold texts, even if they look like numbers.
        """
        return read_catalog(files[MAIN], text=text)

    def photometry_in(self, names: Collection[str]) -> tuple[str, ...]:
        """Return the photometry that a catalog with these columns has; all of it where it has none, to be missed."""
        return tuple(name for name in self.photometry if name in names) or self.photometry

    def parent(self, catalog: Table) -> Table:
        """Return the rows whose surroundings are measured, and whose trend they are compared with: all by default."""
        return catalog

    def shown(self, catalog: Table) -> tuple[list[int], list[str], str]:
        """Return the rows of a contact sheet, what stands under each, and in words which they are.

        Forty, evenly spaced in the order of the first target, with its value; of images without targets any forty.
        """
        values = np.asarray(catalog[self.targets[0]], dtype=np.float64) if self.targets else np.zeros(len(catalog))
        order = np.argsort(values, kind="stable")[: int(np.isfinite(values).sum()) or None]
        rows = order[np.linspace(0, len(order) - 1, min(40, len(order))).astype(int)].tolist()
        captions = [f"{values[row]:.2f}" if self.targets else str(catalog["id"][row]) for row in rows]
        return rows, captions, f"in the order of {self.targets[0]}" if self.targets else "by name"

    def read(self, path: str | pathlib.Path) -> Selection:
        """Read the tables, bring their columns under our names and apply the cuts that the columns allow.

        Args:
            path: The main table, or a folder with all of them under their published names.

        Raises:
            FileNotFoundError: for a table that is nowhere.
            ValueError: for a missing column, identifiers that are not unique, values that are not numbers, a unit that
                is not ours, a target that is nowhere finite, or cuts that leave no row.
            UsageError: for a target that the survey does not know.
        """
        files = self.locate(path)
        main = files[MAIN]
        names = [self.renamed["id"]] if "id" in self.renamed else ["id", *self.identifiers]
        texts = [name for column in self.columns if column.text for name in (column.name, *column.sources)]
        table = self.load(files, [*names, *texts])
        catalog, taken = self._under_our_names(table, names, main)
        self._check_targets(catalog, table, main)
        selected, counts = apply_cuts(catalog, self.cuts)
        counts = {**table.meta.get(COUNTS, {}), "read": len(catalog), **counts}
        if len(selected) == 0:
            steps = ", ".join(f"{step}: {count}" for step, count in counts.items())
            raise ValueError(f"no row of {main} is left by the cuts of {self.name} ({steps}); check its columns' units")
        counts |= {f"of these {name}": _tally(selected[name]) for name in self.tallies if name in selected.colnames}
        ignored = tuple(name for name in table.colnames if name not in {*names, *taken})
        return Selection(selected, counts, ignored, self.parent(catalog))

    def _under_our_names(self, table: Table, names: list[str], path: pathlib.Path) -> tuple[Table, set[str]]:
        catalog, taken = Table({"id": self._identifiers(table, names, path)}), set()
        for column in self.columns:
            source = self._source(table, column, path)
            values = column.computed(catalog) if source is None else column.values(table, source, path)
            if values is not None:
                catalog[column.name] = values
                own = table[source].unit if source and column.unit is None else None
                catalog[column.name].unit = column.unit or own
                catalog[column.name].description = column.description
            taken |= {source} if source else set()
        return catalog, taken

    def _identifiers(self, table: Table, names: list[str], path: str | pathlib.Path) -> np.ndarray:
        for name in names:
            if name in table.colnames:
                try:
                    return as_identifiers(np.asarray(table[name]), name, unique=self.repeats not in table.colnames)
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


def _tally(column: np.ndarray) -> int:
    """Count what is true, or finite."""
    values = np.asarray(column)
    return int(np.sum(values if values.dtype.kind == "b" else np.isfinite(values)))
