"""The files that a survey is read from: the names under which they are published, and where they come from."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from galexp.catalog.services import ServiceError, Services
from galexp.shard.write import file_sha256
from galexp.terminal import say

MAIN = "catalog"
LEDGER = "downloads.json"


class Source(Protocol):
    """A place that a table can be fetched from."""

    @property
    def file_name(self) -> str:
        """The name that the fetched file gets."""

    def address(self, services: Services) -> str:
        """Say where it comes from."""

    def fetch(self, folder: pathlib.Path, services: Services) -> pathlib.Path:
        """Fetch it into a folder and return its path."""


@dataclasses.dataclass(frozen=True)
class PublishedTable:
    """One of the tables that a survey is read from.

    Args:
        key: Ours: ``catalog`` for the main one, otherwise the key below ``dataset.tables``.
        names: File names under which it is published; the first that is there is taken.
        sources: Where it can be downloaded from; each is tried where those before it fail.
    """

    key: str
    names: tuple[str, ...]
    sources: tuple[Source, ...] = ()

    def in_folder(self, folder: pathlib.Path) -> pathlib.Path | None:
        """Return the file of this table in a folder, None where it is not there."""
        names = dict.fromkeys([*self.names, *(source.file_name for source in self.sources)])
        return next((folder / name for name in names if (folder / name).is_file()), None)


def locate_tables(
    tables: Sequence[PublishedTable], catalog: str | pathlib.Path, given: Mapping[str, str | None]
) -> dict[str, pathlib.Path]:
    """Return the file of each table.

    Args:
        tables: What the survey is read from, the main table among them.
        catalog: The main table, or a folder that holds every table under its published name. Tables beside the main
            one are looked for in its folder, too.
        given: Key -> the path of that table, where the user named one.

    Raises:
        FileNotFoundError: for a table that is nowhere; the message says under which names it was looked for.
    """
    catalog = pathlib.Path(catalog)
    folder = catalog if catalog.is_dir() else catalog.parent
    found = {}
    for table in tables:
        named = given.get(table.key)
        if table.key == MAIN and not catalog.is_dir():
            path: pathlib.Path | None = catalog
        else:
            path = pathlib.Path(named) if named else table.in_folder(folder)
        if path is None or (named and not path.is_file()):
            raise FileNotFoundError(_not_found(table, path, folder))
        found[table.key] = path
    return found


def _not_found(table: PublishedTable, path: pathlib.Path | None, folder: pathlib.Path) -> str:
    if path is not None:
        return f"dataset.tables.{table.key} is {path}, which is no file; give the path of the table"
    setting = "dataset.catalog=FILE" if table.key == MAIN else f"dataset.tables.{table.key}=FILE"
    held = ", ".join(sorted(file.name for file in folder.iterdir())[:5]) if folder.is_dir() else "nothing"
    return (
        f"{folder} holds no {' or '.join(table.names)} (it holds {held or 'nothing'}); put it there, give {setting}, "
        "or let dataset.catalog=survey download it"
    )


def download_tables(tables: Sequence[PublishedTable], folder: pathlib.Path, services: Services) -> None:
    """Fetch every table of a survey into a folder, and keep what is there with the hash that it had.

    ``downloads.json`` says of each file where it came from, when, its length and its hash.

    Raises:
        ServiceError: where a table cannot be had from any of its sources.
        ValueError: where a file is not what was downloaded or not what the settings name now, or has no source.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        path = table.in_folder(folder)
        if path is None:
            path, source = _fetch(table, folder, services)
            _write_down(path, source.address(services))
        else:
            _check(path, [source.address(services) for source in table.sources if source.file_name == path.name])


def _fetch(table: PublishedTable, folder: pathlib.Path, services: Services) -> tuple[pathlib.Path, Source]:
    if not table.sources:
        raise ValueError(
            f"{' or '.join(table.names) or 'the table of this survey'} cannot be downloaded by galexp; give "
            f"dataset.{'catalog' if table.key == MAIN else f'tables.{table.key}'}=FILE"
        )
    for source in table.sources:
        try:
            return source.fetch(folder, services), source
        except ServiceError as error:
            if source is table.sources[-1]:
                raise
            say(f"{error}: trying {table.sources[table.sources.index(source) + 1].address(services)}", "yellow")
    raise AssertionError("a table has at least one source")


def _ledger(folder: pathlib.Path) -> dict[str, dict[str, str | int]]:
    path = folder / LEDGER
    return json.loads(path.read_text()) if path.is_file() else {}


def _write_down(path: pathlib.Path, address: str) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    entry = {"address": address, "time": now, "size": path.stat().st_size, "sha256": file_sha256(path)}
    part = path.with_name(f"{LEDGER}.part")
    part.write_text(json.dumps({**_ledger(path.parent), path.name: entry}, indent=2) + "\n")
    part.rename(path.with_name(LEDGER))


def _check(path: pathlib.Path, addresses: Sequence[str]) -> None:
    """Refuse a download that was changed since, or that came from elsewhere than the settings name now.

    Raises:
        ValueError: for either.
    """
    entry = _ledger(path.parent).get(path.name)
    if entry is None:
        return
    if entry["address"] not in addresses:
        named = " or ".join(addresses) or "nothing"
        raise ValueError(
            f"{path} was downloaded from {entry['address']}, but the settings name {named}; "
            "remove the file to download it again, or set the address, release or query back"
        )
    if entry["sha256"] != file_sha256(path):
        raise ValueError(
            f"{path} is not what was downloaded on {entry['time']} (its hash differs); delete it to download it again, "
            f"or give dataset.catalog={path.parent} to use it as it is"
        )
