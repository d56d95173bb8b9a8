"""Read a catalog from any table format into plain columns: native byte order, strings for identifiers, NaN for gaps."""

from __future__ import annotations

import pathlib
import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy.table import MaskedColumn, Table
from astropy.utils.exceptions import AstropyUserWarning

from galexp.catalog.parquet import read_parquet

_FORMATS = {
    ".csv": "ascii.csv",
    ".ecsv": "ascii.ecsv",
    ".fits": "fits",
    ".fit": "fits",
    ".vot": "votable",
    ".xml": "votable",
    ".vo": "votable",
}
VALID_ID = re.compile(r"[A-Za-z0-9_-]+")
_WAS_FLOAT = re.compile(r"\d+\.\d*(e\+?\d+)?|\d+e\+\d+", re.IGNORECASE)


def read_catalog(path: str | pathlib.Path, text: Sequence[str] = (), only: Sequence[str] = ()) -> Table:
    """Read a table and bring its columns into one form.

    Masked entries become NaN (integers and booleans with gaps become floats), byte strings become strings, big-endian
    columns become native, units stay. The number of gaps per column is kept in ``table.meta["missing"]``.

    Args:
        path: CSV, ECSV, FITS, VOTable or Parquet, by suffix; ``.gz`` may follow.
        text: Columns that a CSV file holds as text, even if they look like numbers: identifiers keep leading zeros.
        only: The columns that are wanted, all where empty; those that are not there are passed over.

    Raises:
        FileNotFoundError: where there is no such file.
        ValueError: for a suffix that is not known, or a file that cannot be read as what its suffix says.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no catalog at {path}; give dataset.catalog=FILE")
    suffix = next((suffix for suffix in reversed(path.suffixes) if suffix != ".gz"), "").lower()
    if suffix not in (*_FORMATS, ".parquet"):
        raise ValueError(f"{path} ends in {suffix!r}; a catalog ends in {', '.join([*_FORMATS, '.parquet'])}")
    try:
        table = read_parquet(path) if suffix == ".parquet" else _read_table(path, _FORMATS[suffix], text, only)
    except Exception as error:
        raise ValueError(f"{path} cannot be read as {_FORMATS.get(suffix, 'parquet')}: {error}") from error
    if only:
        table.keep_columns([name for name in table.colnames if name in only])
    return plain_table(table)


def _read_table(path: pathlib.Path, format: str, text: Sequence[str], only: Sequence[str]) -> Table:
    options: dict[str, Any] = {}
    if format == "ascii.csv":
        options |= {"converters": dict.fromkeys(text, str)} if text else {}
        options |= {"include_names": list(only)} if only else {}
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "File may have been truncated", AstropyUserWarning)
        return Table.read(path, format=format, **options)


def plain_table(table: Table) -> Table:
    """Bring the columns of a table into the form that :func:`read_catalog` describes."""
    missing = dict(table.meta.get("missing", {}))
    plain = Table(meta={})
    for name in table.colnames:
        column = table[name]
        if isinstance(column, MaskedColumn):
            missing[name] = int(np.sum(column.mask))
        plain[name] = _plain_values(column)
        plain[name].unit, plain[name].description = column.unit, column.description
    plain.meta["missing"] = {name: count for name, count in missing.items() if count}
    return plain


def _plain_values(column: MaskedColumn) -> np.ndarray:
    values = np.ma.asarray(column)
    kind = values.dtype.kind
    if kind in "SUO":
        texts = values.filled(b"" if kind == "S" else "").astype(str)
        return np.char.strip(texts)
    if np.ma.is_masked(values):
        return np.ma.filled(values.astype(np.float64), np.nan)
    return np.asarray(values.data).astype(values.dtype.newbyteorder("="))


def as_texts(values: np.ndarray, name: str) -> np.ndarray:
    """Return identifiers as strings, exactly; gaps stay empty and nothing is asked of their characters.

    Example:
        >>> as_texts(np.array([1237649770260463687]), "objID").tolist()
        ['1237649770260463687']

    Raises:
        ValueError: where the column was read as floating point, or holds a number that once was: digits are lost.
    """
    values = np.asarray(values)
    texts = values.astype(str)
    was_float = values.dtype.kind == "f"
    lost = [str(text) for text in texts if was_float or _WAS_FLOAT.fullmatch(text)]
    if was_float or lost:
        raise ValueError(
            f"identifiers in column {name!r} are floating-point numbers (or have gaps), such as "
            f"{', '.join(lost[:1])}: digits of 64-bit identifiers are lost; store them as integers or text"
        )
    return texts


def as_identifiers(values: np.ndarray, name: str, unique: bool = True) -> np.ndarray:
    """Return identifiers as strings, exactly.

    Args:
        values: Integers or texts.
        name: The column's.
        unique: Whether each must stand in one row only.

    Example:
        >>> as_identifiers(np.array([1237649770260463687]), "objID").tolist()
        ['1237649770260463687']

    Raises:
        ValueError: where the column was read as floating point (digits are lost), is empty somewhere, holds a
            character that a WebDataset key cannot hold, or holds one identifier twice.
    """
    texts = as_texts(values, name)
    bad = [str(text) for text in texts if not VALID_ID.fullmatch(text)]
    if bad:
        raise ValueError(
            f"{len(bad)} identifiers in column {name!r} are not made of letters, digits, '_' and '-', such as "
            f"{bad[0]!r}; rename them, since a WebDataset key ends at its first dot"
        )
    found, counts = np.unique(texts, return_counts=True)
    if unique and np.any(counts > 1):
        raise ValueError(
            f"{int(np.sum(counts > 1))} identifiers in column {name!r} occur more than once, such as "
            f"{str(found[counts > 1][0])!r}; keep one row each"
        )
    return texts
