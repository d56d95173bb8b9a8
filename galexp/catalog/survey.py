"""Tables by query: SkyServer SQL in pages, and VizieR; the one home of astroquery.

What is written here follows the documented behavior of both services and has met a local server only.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import pathlib
import shutil
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import requests
from astropy.table import Table, vstack
from astroquery.exceptions import RemoteServiceError, TableParseError
from astroquery.sdss import SDSSClass
from astroquery.sdss import conf as sdss_settings
from astroquery.vizier import VizierClass

from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.catalog.query import SqlQuery, VizierTable
from galexp.catalog.read import plain_table
from galexp.catalog.services import Services
from galexp.terminal import say

_NOTHING_FOUND = "No objects have been found"
_FAILURES = (requests.RequestException, RemoteServiceError, TableParseError, OSError, ValueError)


def fetch_sql(query: SqlQuery, folder: pathlib.Path, services: Services) -> pathlib.Path:
    """Fetch every page of a query, and join them into ``<name>.parquet``.

    Pages are kept one by one until the table is written, so that a later attempt goes on after them.

    Raises:
        ServiceError: where a page cannot be had.
        ValueError: where the query gives no row, or as many rows of one key as a page holds.
    """
    pages = _Pages(folder / f".{query.name}.pages", query, services)
    joined = vstack(list(pages.fetch()), metadata_conflicts="silent")
    path = _written(joined, folder / query.file_name)
    shutil.rmtree(pages.folder)
    return path


def _written(table: Table, path: pathlib.Path) -> pathlib.Path:
    part = path.with_name(f"{path.name}.part")
    write_parquet(table, part)
    part.rename(path)
    return path


@dataclasses.dataclass(frozen=True)
class _Pages:
    """The pages of a query on disk; those of another query, release or page size are thrown away."""

    folder: pathlib.Path
    query: SqlQuery
    services: Services

    def fetch(self) -> Iterator[Table]:
        """Yield the whole keys of every page, from disk where it is there, until one is empty.

        A short page is no end, since the server may give fewer rows at a time than it is asked for.

        Raises:
            ServiceError: where a page cannot be had.
            ValueError: where there is no row, or a page is full of one key.
        """
        self._prepare()
        session = _sky_server(self.services)
        after, done, longest = -1, 0, 0
        for number in itertools.count():
            page = self._page(session, number, after)
            if len(page) == 0:
                break
            whole = self._whole_keys(page, longest)
            longest = max(longest, len(page))
            done, after = done + len(whole), max(self._keys(whole))
            say(f"{self.query.name}: {done:,} rows")
            yield whole
        if not done:
            raise ValueError(f"{self.query.address(self.services)} gives no row; check the release and the query")

    def _keys(self, page: Table) -> list[int]:
        return [int(key) for key in page[self.query.key_column]]

    def _page(self, session: SDSSClass, number: int, after: int) -> Table:
        """Return a page from disk, else from the server; only two empty answers are an end, and none is kept."""
        path = self.folder / f"{number:06d}.parquet"
        if not path.is_file():
            time.sleep(self.services.pause if number else 0)
            page = self._ask(session, after)
            if len(page) == 0:
                time.sleep(self.services.pause)
                page = self._ask(session, after)
            if len(page) == 0:
                return page
            _written(page, path)
        return read_parquet(path)

    def _whole_keys(self, page: Table, longest: int) -> Table:
        """Return the rows whose key surely ends within the page: all but those of the last key.

        A page of one key is its end where it is shorter than what was asked for, and than a page that came before.

        Raises:
            ValueError: for a page that is full of one key.
        """
        keys = np.array(self._keys(page))
        whole = keys < keys.max()
        if whole.any():
            return page[whole]
        rows = min(longest or self.services.page_rows, self.services.page_rows)
        if len(page) >= rows:
            raise ValueError(
                f"{self.query.name}: a page of {len(page):,} rows is full of {self.query.key} {keys.max()}, expected "
                "fewer rows of one key than a page holds; set services.page_rows higher, or check the query"
            )
        return page

    def _prepare(self) -> None:
        asked = self.query.page(-1, self.services.page_rows)
        made_of = json.dumps([asked, self.services.skyserver, "the last key of a page is asked for again"])
        digest = hashlib.sha256(f"{made_of} {self.services.release}".encode()).hexdigest()
        mark = self.folder / "query.sha256"
        if mark.is_file() and mark.read_text() == digest:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        mark.write_text(digest)

    def _ask(self, session: SDSSClass, after: int) -> Table:
        services, sql = self.services, self.query.page(after, self.services.page_rows)
        address = services.address("skyserver")
        try:
            with sdss_settings.set_temp("skyserver_baseurl", address):
                answer = session.query_sql_async(
                    sql, timeout=services.timeout, data_release=services.release, cache=False
                )
            answer.raise_for_status()
            page = _parsed(answer.text, self.query.key_column)
        except _FAILURES as error:
            raise services.failure(address, error, self.query.name) from error
        if len(page) and min(int(key) for key in page[self.query.key_column]) <= after:
            raise services.failure(address, f"rows that do not come after {self.query.key} {after}", self.query.name)
        return page


def _parsed(answer: str, key: str) -> Table:
    """Read an answer in CSV; whatever does not begin with the asked columns is an error message, whatever its status.

    Raises:
        ValueError: for an error message, which it repeats.
    """
    lines = [line for line in answer.splitlines() if line.strip() and not line.startswith("#")]
    if lines and lines[0].startswith(_NOTHING_FOUND):
        return Table()
    if not lines or key not in lines[0].split(","):
        raise ValueError(f"instead of the column {key} it answered: {' '.join(answer.split())[:200] or 'nothing'}")
    table = plain_table(Table.read(lines, format="ascii.csv"))
    return table if len(table) else Table()


def _sky_server(services: Services) -> SDSSClass:
    session = SDSSClass()
    services.polite(session._session)
    return session


def fetch_vizier(source: VizierTable, folder: pathlib.Path, services: Services) -> pathlib.Path:
    """Fetch a table of VizieR, whole, into ``<name>.parquet``.

    Raises:
        ServiceError: where it cannot be had.
    """
    address = source.address(services)
    say(f"downloading {address}")
    try:
        found: Any = _Vizier(services).query_constraints(catalog=source.table, cache=False)
    except _FAILURES as error:
        raise services.failure(address, error, source.name) from error
    if found is None or len(found) != 1:
        raise services.failure(address, f"an answer with {len(found or ())} tables instead of one", source.name)
    return _written(plain_table(found[0]), folder / source.file_name)


class _Vizier(VizierClass):
    """VizieR at a configured address, where astroquery itself always speaks https to a host."""

    def __init__(self, services: Services) -> None:
        super().__init__(columns=["*"], row_limit=-1, timeout=services.timeout)
        self.services = services
        services.polite(self._session)

    def _server_to_url(self, return_type: str = "votable") -> str:
        return self.services.address("vizier", f"viz-bin/{return_type}")
