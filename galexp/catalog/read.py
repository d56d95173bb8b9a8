"""Read a catalog from any table format into plain columns: native byte order, strings for identifiers, NaN for gaps."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Sequence

import numpy as np
from astropy.table import MaskedColumn, Table

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


def read_catalog(path: str | pathlib.Path, text: Sequence[str] = ()) -> Table:
    """Read a table and bring its columns into one form.

    Masked entries become NaN (integers and booleans with gaps become floats), byte strings become strings, big-endian
    columns become native, units stay. The number of gaps per column is kept in ``table.meta["missing"]``.

    Args:
        path: CSV, ECSV, FITS, VOTable or Parquet, by suffix; ``.gz`` may follow.
        text: Columns that a CSV file holds as text, even if they look like numbers: identifiers keep leading zeros.

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
        table = read_parquet(path) if suffix == ".parquet" else _read_table(path, _FORMATS[suffix], text)
    except Exception as error:
        raise ValueError(f"{path} cannot be read as {_FORMATS.get(suffix, 'parquet')}: {error}") from error
    return _plain(table)


def _read_table(path: pathlib.Path, format: str, text: Sequence[str]) -> Table:
    options = {"converters": dict.fromkeys(text, str)} if format == "ascii.csv" and text else {}
    return Table.read(path, format=format, **options)


def _plain(table: Table) -> Table:
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


def as_identifiers(values: np.ndarray, name: str) -> np.ndarray:
    """Return identifiers as strings, exactly.

    Example:
        >>> as_identifiers(np.array([1237649770260463687]), "objID").tolist()
        ['1237649770260463687']

    Raises:
        ValueError: where the column was read as floating point (digits are lost), is empty somewhere, holds a
            character that a WebDataset key cannot hold, or holds one identifier twice.
    """
    values = np.asarray(values)
    if values.dtype.kind == "f":
        raise ValueError(
            f"identifiers in column {name!r} are floating-point numbers (or have gaps), such as "
            f"{', '.join(str(value) for value in values[:1])}: digits of 64-bit identifiers are lost; store them as "
            "integers or text"
        )
    texts = values.astype(str)
    bad = [str(text) for text in texts if not VALID_ID.fullmatch(text)]
    if bad:
        raise ValueError(
            f"{len(bad)} identifiers in column {name!r} are not made of letters, digits, '_' and '-', such as "
            f"{bad[0]!r}; rename them, since a WebDataset key ends at its first dot"
        )
    unique, counts = np.unique(texts, return_counts=True)
    if np.any(counts > 1):
        raise ValueError(
            f"{int(np.sum(counts > 1))} identifiers in column {name!r} occur more than once, such as "
            f"{str(unique[counts > 1][0])!r}; keep one row each"
        )
    return texts
