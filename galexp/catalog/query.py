"""What is asked of SkyServer and VizieR, as data; :mod:`galexp.catalog.survey` does the asking."""

from __future__ import annotations

import dataclasses
import pathlib

from galexp.catalog.services import Services


@dataclasses.dataclass(frozen=True)
class SqlQuery:
    """A SkyServer query that is asked page by page, each page going on after the last whole key of the one before.

    Paging by key costs the server a range scan, where an offset would cost it the whole query each time. A page may end
    between two rows of one key, so its last key is asked for again with the next page.

    Args:
        name: Of the table that is written.
        key: An integer column such as ``S.specObjID``, of which no value has as many rows as a page.
        columns: What to select besides; the name after the dot, or after ``AS``, becomes the column's.
        tables: What stands after FROM.
        conditions: What must hold, joined by AND.
    """

    name: str
    key: str
    columns: tuple[str, ...]
    tables: str
    conditions: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The name of the file that is written."""
        return f"{self.name}.parquet"

    @property
    def key_column(self) -> str:
        """The name of the key in the table that is written."""
        return self.key.rsplit(".", 1)[-1]

    def page(self, after: int, rows: int) -> str:
        """Write the SQL of the page of at most ``rows`` rows that follows the key ``after``.

        Example:
            >>> SqlQuery("nsa", "nsaid", ("ra", "dec", "z"), "nsatlas").page(-1, 1000)
            'SELECT TOP 1000 nsaid, ra, dec, z FROM nsatlas WHERE nsaid > -1 ORDER BY nsaid'
        """
        where = " AND ".join([*self.conditions, f"{self.key} > {after}"])
        return f"SELECT TOP {rows} {self._selected} WHERE {where} ORDER BY {self.key}"

    @property
    def _selected(self) -> str:
        return f"{', '.join([self.key, *self.columns])} FROM {self.tables}"

    def address(self, services: Services) -> str:
        """Say where it comes from, and by which query, whatever the size of its pages."""
        where = f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""
        return f"{services.address('skyserver')} DR{services.release}: SELECT {self._selected}{where}"

    def fetch(self, folder: pathlib.Path, services: Services) -> pathlib.Path:
        """Fetch every page, kept one by one so that a later attempt goes on after them, and join them into a table.

        Raises:
            ServiceError: where a page cannot be had.
            ValueError: where the query gives no row, or as many rows of one key as a page holds.
        """
        from galexp.catalog.survey import fetch_sql

        return fetch_sql(self, folder, services)


@dataclasses.dataclass(frozen=True)
class VizierTable:
    """A table of VizieR, whole.

    Args:
        name: Of the table that is written.
        table: As VizieR calls it, such as ``J/AJ/160/271/table2``.
    """

    name: str
    table: str

    @property
    def file_name(self) -> str:
        """The name of the file that is written."""
        return f"{self.name}.parquet"

    def address(self, services: Services) -> str:
        """Say where it comes from."""
        return f"{services.address('vizier')} {self.table}"

    def fetch(self, folder: pathlib.Path, services: Services) -> pathlib.Path:
        """Fetch the table into a folder and return its path.

        Raises:
            ServiceError: where it cannot be had.
        """
        from galexp.catalog.survey import fetch_vizier

        return fetch_vizier(self, folder, services)
