"""How a value of a table is written for a person, and what may be linked to."""

from __future__ import annotations

import math
import re

import numpy as np

from galexp.page.content import Column, DataTable, Link, Measured, Value

_DECIMAL = (float, np.floating)
_NUMERIC = (*_DECIMAL, int, np.integer, Measured)
_MOST_IN_FULL = 1e9
_SCHEME = re.compile(r"(https?:|[^:]*$|[^:]*[/?#])", re.IGNORECASE)


def as_text(value: Value, digits: int = 4) -> str:
    """Return a value as it is read; a file keeps all its digits.

    What would be rounded to zero although it is not, and what is longer than nine digits, has an exponent. Nothing is
    an empty text, and a number that is not one says so.

    Args:
        value: Of a table.
        digits: After the decimal point, of a number that is not whole by its type.

    Example:
        >>> as_text(Measured(0.44012, 0.01949)), as_text(2e-7), as_text(236), as_text(None), as_text(float("nan"))
        ('0.4401 ± 0.0195', '2.0e-07', '236', '', 'NaN')
    """
    if value is None:
        return ""
    if isinstance(value, Measured):
        error = f" ± {_float_text(value.error, digits)}" if math.isfinite(value.error) else ""
        return _float_text(value.value, digits) + error
    if isinstance(value, Link):
        return value.text
    return _float_text(float(value), digits) if isinstance(value, _DECIMAL) else str(value)


def _float_text(value: float, digits: int) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isfinite(value) and abs(value) >= _MOST_IN_FULL:
        return f"{value:.{digits}e}"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        return f"{value:.1e}" if value else f"{0:.{digits}f}"
    return text


def heading(column: Column) -> str:
    """Return the heading of a column with its unit.

    Example:
        >>> heading(Column("RMSE", "dex"))
        'RMSE [dex]'
    """
    return f"{column.heading} [{column.unit}]" if column.unit else column.heading


def is_numeric(table: DataTable, place: int) -> bool:
    """Return whether a column holds numbers alone, at least one, and so is sorted by size.

    Args:
        table: The table.
        place: Of the column.
    """
    present = [row.values[place] for row in table.rows if row.values[place] is not None]
    return bool(present) and all(isinstance(value, _NUMERIC) and not isinstance(value, bool) for value in present)


def is_marked(table: DataTable) -> bool:
    """Return whether any row has a mark, so that the table needs a column for it."""
    return any(row.mark for row in table.rows)


def checked_address(address: str) -> str:
    """Return an address that a page may lead to: of the web, or a file beside the page.

    Raises:
        ValueError: for any other scheme, such as ``javascript:``.

    Example:
        >>> checked_address("https://skyserver.sdss.org")
        'https://skyserver.sdss.org'
    """
    if not _SCHEME.match(address):
        raise ValueError(f"address {address!r} is neither https://, http:// nor relative; a report links to no other")
    return address
