"""A table on a page: its first rows for every reader, all of them for the script that sorts, searches and turns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from galexp.page.content import DataTable, Link, Row, Value
from galexp.page.files import MARKS
from galexp.page.value import as_text, checked_address, heading, is_marked, is_numeric

ROWS_OF_A_PAGE = 25
FIRST_ROWS = 1000
"""So many rows stand at the head of a sample as they are, since a table that is long is often a ranked one."""

_LONGEST_WORD = 40
Cell: TypeAlias = "str | tuple[str, str]"


class Head(NamedTuple):
    """What stands over a column.

    Attributes:
        text: The heading with its unit.
        kind: ``mark``, ``number``, ``word`` where every text is short enough for one line, or ``text``.
        hint: What is to be known of it, or empty.
    """

    text: str
    kind: str
    hint: str


class PageTable(NamedTuple):
    """A table as a template takes it.

    Attributes:
        heads: Of the columns.
        rows: Each a list of texts, or of texts with an address.
        total: Number of rows that there are.
    """

    heads: list[Head]
    rows: list[list[Cell]]
    total: int


def page_table(table: DataTable, most_rows: int) -> PageTable:
    """Write the values of a table as texts, of at most so many rows.

    Args:
        table: Of any length.
        most_rows: More are sampled by :func:`sampled`.

    Raises:
        ValueError: for a link that leads elsewhere than to the web or to a file beside the page.
    """
    heads = [Head(heading(column), _kind(table, place), column.hint) for place, column in enumerate(table.columns)]
    has_marks = is_marked(table)
    digits = [column.digits for column in table.columns]
    rows = [
        [*([row.mark] if has_marks else []), *(_cell(*pair) for pair in zip(row.values, digits, strict=True))]
        for row in sampled(table.rows, most_rows)
    ]
    return PageTable([Head(MARKS, "mark", ""), *heads] if has_marks else heads, rows, len(table.rows))


def _kind(table: DataTable, place: int) -> str:
    if is_numeric(table, place):
        return "number"
    is_short = all(len(as_text(row.values[place])) <= _LONGEST_WORD for row in table.rows)
    return "word" if is_short else "text"


def sampled(rows: Sequence[Row], most: int, first: int = FIRST_ROWS) -> Sequence[Row]:
    """Return at most so many rows in their order: the first ones, and others at random, always the same.

    Args:
        rows: Of a table.
        most: Rows that are wanted.
        first: Rows that are kept in any case, as far as the number goes.

    Example:
        >>> [row.values[0] for row in sampled([Row((number,)) for number in range(100)], most=4, first=3)][:3]
        [0, 1, 2]
    """
    if len(rows) <= most:
        return rows
    head = min(first, most)
    others = random.Random(0).sample(range(head, len(rows)), most - head)
    return [*rows[:head], *(rows[number] for number in sorted(others))]


def _cell(value: Value, digits: int) -> Cell:
    return (value.text, checked_address(value.address)) if isinstance(value, Link) else as_text(value, digits)
