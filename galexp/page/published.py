"""The published numbers of the studies, as their published.yaml files hold them."""

from __future__ import annotations

import dataclasses
import functools
import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from galexp.config import PACKAGE, choices, nearest

EVIDENCE = {
    "P": "text of the paper",
    "K": "public code or its output",
    "F": "read off a figure",
    "V": "verified by running it",
    "I": "inferred",
    "M": "from memory",
}
HOW = ("model", "trainer", "optimizer", "schedule", "environment", "imaging")
"""Groups that say how a network was trained and on what images, or surroundings measured, but not of which galaxies."""

# Some twenty times as fast, where the C library is there.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STUDY = ("study", "references", "numbers", "tables")


@dataclasses.dataclass(frozen=True)
class PublishedNumber:
    """One number of a paper, and what it is of.

    Args:
        name: Unique in its file.
        quantity: Key in ``metrics.json`` where runs print it, otherwise a word of its own.
        value: As published.
        where: Table, figure, section or file.
        evidence: Tags of :data:`EVIDENCE`, with commas where several hold.
        error: Of the value; NaN where none is given.
        error_kind: What the error is; there where there is an error.
        unit: Empty where there is none.
        n: Number of galaxies that it is over; None where it is not given.
        target: Column that is predicted; empty where it is none of ours, or all of them.
        method: As ``metrics.json`` calls it.
        match: What a run must have chosen for the number to stand beside it: group -> option, or dotted key of the
            resolved configuration -> value. Nothing: it stands beside none.
        note: What the number does not say, or what disagrees with it.
    """

    name: str
    quantity: str
    value: float
    where: str
    evidence: str
    error: float = math.nan
    error_kind: str = ""
    unit: str = ""
    n: int | None = None
    target: str = ""
    method: str = "network"
    match: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    note: str = ""

    def fits(self, settings: Mapping[str, Any], besides: Sequence[str] = ()) -> bool:
        """Tell whether a run of these settings is what the number is of.

        Args:
            settings: The resolved configuration, with ``choices``.
            besides: Groups that are passed over, such as :data:`HOW`, where the number is shown and judges nothing.
        """
        return _fits(self.match, settings, besides)


def _fits(match: Mapping[str, Any], settings: Mapping[str, Any], besides: Sequence[str]) -> bool:
    asked = {key: value for key, value in match.items() if key.partition(".")[0] not in besides}
    return bool(asked) and all(_chosen(settings, key) == value for key, value in asked.items())


def _chosen(settings: Mapping[str, Any], key: str) -> Any:
    if "." not in key:
        return settings["choices"].get(key)
    found: Any = settings
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


@dataclasses.dataclass(frozen=True)
class PublishedTable:
    """A published table that is more than a list of numbers.

    Args:
        name: Unique in its file.
        columns: Their names.
        rows: As many values each as there are columns.
        where: As of a number.
        evidence: As of a number.
        target: As of a number.
        match: As of a number.
        note: As of a number.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    where: str
    evidence: str
    target: str = ""
    match: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    note: str = ""

    def fits(self, settings: Mapping[str, Any], besides: Sequence[str] = ()) -> bool:
        """Tell whether a run of these settings is what the table is of.

        Args:
            settings: As of :meth:`PublishedNumber.fits`.
            besides: Likewise.
        """
        return _fits(self.match, settings, besides)

    def column(self, name: str) -> list[Any]:
        """Return the values of one column.

        Raises:
            ValueError: where there is none of that name.
        """
        if name not in self.columns:
            raise ValueError(f"table {self.name} has no column {name!r}; {nearest(name, self.columns)}")
        return [row[self.columns.index(name)] for row in self.rows]


@dataclasses.dataclass(frozen=True)
class Study:
    """What is published of a study.

    Args:
        folder: Below experiments/.
        study: As it is cited in words.
        references: Keys in references.bib.
        numbers: In the order of the file.
        tables: Likewise.
    """

    folder: str
    study: str
    references: tuple[str, ...]
    numbers: tuple[PublishedNumber, ...]
    tables: tuple[PublishedTable, ...] = ()

    def number(self, name: str) -> PublishedNumber:
        """Return the number of this name.

        Raises:
            ValueError: where there is none.
        """
        return _named(self.numbers, name, self.folder)

    def table(self, name: str) -> PublishedTable:
        """Return the table of this name.

        Raises:
            ValueError: where there is none.
        """
        return _named(self.tables, name, self.folder)


def _named(items: Sequence[Any], name: str, folder: str) -> Any:
    for item in items:
        if item.name == name:
            return item
    raise ValueError(f"published.yaml of {folder} has no {name!r}; {nearest(name, [item.name for item in items])}")


def experiments_dir() -> pathlib.Path:
    """Return the folder of the studies: inside the wheel, or beside the package in a checkout.

    Raises:
        FileNotFoundError: where it is in neither.
    """
    for folder in (PACKAGE / "experiments", PACKAGE.parent / "experiments"):
        if (folder / "references.bib").is_file():
            return folder
    raise FileNotFoundError(f"no experiments/references.bib in {PACKAGE} or beside it; reinstall galexp")


@functools.cache
def studies() -> tuple[Study, ...]:
    """Return all studies, in the order of their folders.

    Raises:
        ValueError: as :func:`read_study` does.
    """
    return tuple(read_study(path) for path in sorted(experiments_dir().glob("*/published.yaml")))


def study(folder: str) -> Study:
    """Return the study of a folder below experiments/.

    Raises:
        ValueError: where there is none.
    """
    for found in studies():
        if found.folder == folder:
            return found
    raise ValueError(f"no study {folder!r}; {nearest(folder, [found.folder for found in studies()])}")


def read_study(path: pathlib.Path) -> Study:
    """Read one ``published.yaml``.

    Args:
        path: Of the file.

    Raises:
        ValueError: where it cannot be read, has an unknown key (the nearest is named) or lacks one, holds what is not
            of the kind that is expected, names something twice, or matches what cannot be chosen.
    """
    try:
        content = yaml.load(path.read_text(), _Loader)
    except (yaml.YAMLError, OSError) as error:
        raise ValueError(f"{path} cannot be read ({' '.join(str(error).split())}); mend it") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds a {type(content).__name__}; expected the keys {', '.join(_STUDY)}")
    _check_keys(content, _STUDY, ("study", "references", "numbers"), str(path))
    numbers = tuple(_number(dict(node), path) for node in content["numbers"])
    tables = tuple(_table(dict(node), path) for node in content.get("tables", []))
    for items in (numbers, tables):
        names = [item.name for item in items]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{path} has {twice[0]!r} twice; give each a name of its own")
    references = tuple(map(str, content["references"]))
    return Study(path.parent.name, str(content["study"]), references, numbers, tables)


def _fields(kind: type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of all fields of a dataclass, and of those without a default."""
    fields = dataclasses.fields(kind)
    bare = [
        field.name
        for field in fields
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    return tuple(field.name for field in fields), tuple(bare)


def _number(node: dict[str, Any], path: pathlib.Path) -> PublishedNumber:
    where = f"{path}: number {node.get('name', node)!r}"
    _check_keys(node, *_fields(PublishedNumber), where)
    for key in ("value", "error"):
        if key in node:
            if isinstance(node[key], bool) or not isinstance(node[key], int | float):
                raise ValueError(f"{where} has the {key} {node[key]!r}; expected a number")
            node[key] = float(node[key])
    if "error" in node and not node.get("error_kind"):
        raise ValueError(f"{where} has an error and no error_kind; say what the error is")
    _check_source(node, where)
    return PublishedNumber(**node)


def _table(node: dict[str, Any], path: pathlib.Path) -> PublishedTable:
    where = f"{path}: table {node.get('name', node)!r}"
    _check_keys(node, *_fields(PublishedTable), where)
    columns, rows = tuple(map(str, node["columns"])), tuple(tuple(row) for row in node["rows"])
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{where} has a row of {len(row)} values for {len(columns)} columns: {list(row)}")
    _check_source(node, where)
    return PublishedTable(**{**node, "columns": columns, "rows": rows})


def _check_source(node: dict[str, Any], where: str) -> None:
    for tag in str(node["evidence"]).split(","):
        if tag.strip() not in EVIDENCE:
            raise ValueError(f"{where} has the evidence {tag.strip()!r}; choose from {', '.join(EVIDENCE)}")
    for key, value in node.get("match", {}).items():
        if "." in key:
            continue
        known = choices()
        if key not in known:
            raise ValueError(f"{where} matches the group {key!r}, which there is not; {nearest(key, known)}")
        if value not in known[key]:
            raise ValueError(f"{where} matches {key}={value}, which there is not; {nearest(str(value), known[key])}")


def _check_keys(node: dict[str, Any], known: Sequence[str], needed: Sequence[str], where: str) -> None:
    for key in node:
        if key not in known:
            raise ValueError(f"{where} has the unknown key {key!r}; {nearest(str(key), known)}")
    missing = [key for key in needed if node.get(key) is None]
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}; add it")
