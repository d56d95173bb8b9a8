"""Fetch one file by HTTP: resumed where it broke off, checked, and put in place when it is whole."""

from __future__ import annotations

import dataclasses
import pathlib
import time

import requests
import urllib3

from galexp.catalog.read import read_catalog
from galexp.catalog.services import ServiceError, Services
from galexp.terminal import say

CHUNK = 1 << 16


@dataclasses.dataclass(frozen=True)
class WebFile:
    """A table that lies as a file on a web server. What is fetched so has met a local server only.

    Args:
        service: A field of :class:`Services`.
        path: On that service.
        column: That the table must have, none in particular where empty.
    """

    service: str
    path: str
    column: str = ""

    @property
    def file_name(self) -> str:
        """The name under which it is published."""
        return self.path.rsplit("/", 1)[-1]

    def address(self, services: Services) -> str:
        """Say where it comes from."""
        return services.address(self.service, self.path)

    def fetch(self, folder: pathlib.Path, services: Services) -> pathlib.Path:
        """Fetch the file into a folder and return its path.

        Raises:
            ServiceError: where it cannot be had, or what came is no table, or one without rows or that column.
        """
        return fetch_file(self.address(services), folder / self.file_name, services, self.column)


def fetch_file(address: str, path: pathlib.Path, services: Services, column: str = "") -> pathlib.Path:
    """Fetch a table: bytes go to ``<name>.part``, which a later attempt goes on from, and are renamed when they read.

    They are read under ``unread-<name>``, which ends as the suffix of a table must; nothing is ``<name>`` before that.

    Args:
        address: Where it is.
        path: Where it goes.
        services: How patiently it is asked for.
        column: That it must have, none in particular where empty.

    Raises:
        ServiceError: where it cannot be had, or what came is no table, or one without rows or that column.
    """
    part = path.with_name(f"{path.name}.part")
    session = services.polite(requests.Session())
    say(f"downloading {address}")
    with session:
        for attempt in range(services.retries + 1):
            try:
                _append(session, address, part, services.timeout)
                break
            except urllib3.exceptions.HTTPError as error:
                if attempt == services.retries:
                    raise services.failure(address, error, path.name) from error
                time.sleep(services.pause * 2**attempt)
            except requests.RequestException as error:
                raise services.failure(address, error, path.name) from error
    return _in_place(part, path, address, column)


def _append(session: requests.Session, address: str, part: pathlib.Path, timeout: float) -> None:
    """Ask for what is missing of a file and append it; start anew where the server cannot give a part."""
    have = part.stat().st_size if part.is_file() else 0
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with session.get(address, headers=headers, timeout=timeout, stream=True) as response:
        if have and response.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()
            raise urllib3.exceptions.HTTPError(f"{have} bytes are more than the server has")
        response.raise_for_status()
        resumed = response.status_code == requests.codes.partial_content
        with part.open("ab" if resumed else "wb") as file:
            for chunk in response.raw.stream(CHUNK, decode_content=False):
                file.write(chunk)


def _in_place(part: pathlib.Path, path: pathlib.Path, address: str, column: str) -> pathlib.Path:
    """Rename a file that reads as a table with rows; throw away what does not."""
    with part.open("rb") as file:
        beginning = file.read(64).lstrip().lower()
    if not beginning or beginning.startswith((b"<html", b"<!doctype html")):
        part.unlink()
        found = "a web page" if beginning else "nothing"
        raise ServiceError(f"{address} gave {found} instead of {path.name}; check the address, or try again later")
    unread = part.rename(path.with_name(f"unread-{path.name}"))
    try:
        _check_table(unread, column)
    except ValueError as error:
        unread.unlink()
        raise ServiceError(f"{address} gave something that is no table: {error}; try again later") from error
    return unread.rename(path)


def _check_table(path: pathlib.Path, column: str) -> None:
    """Refuse what reads as a table and is none: a line of plain text is the head of a CSV without rows.

    Raises:
        ValueError: for a table without rows, or without that column.
    """
    table = read_catalog(path)
    found = ", ".join(table.colnames)[:200]
    if len(table) == 0:
        raise ValueError(f"it has no row below {found!r}, expected at least one")
    if column and column not in table.colnames:
        raise ValueError(f"its columns are {found!r}, expected {column!r} among them")
