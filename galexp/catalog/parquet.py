"""A catalog as Parquet, with unit and description of each column in the field metadata."""

from __future__ import annotations

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.table import Table


def write_parquet(table: Table, path: str | pathlib.Path) -> None:
    """Write a table; ``unit`` and ``description`` of a column go into its field's metadata.

    Args:
        table: One-dimensional columns of numbers, booleans or strings.
        path: Where to; an existing file is replaced.
    """
    fields, arrays = [], []
    for name in table.colnames:
        column = table[name]
        values = np.asarray(column)
        array = pa.array(values.tolist(), pa.string()) if values.dtype.kind in "UO" else pa.array(values)
        metadata = {"unit": str(column.unit or ""), "description": column.description or ""}
        fields.append(pa.field(name, array.type, metadata=metadata))
        arrays.append(array)
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), path)


def read_parquet(path: str | pathlib.Path) -> Table:
    """Read a Parquet file into a table with units and descriptions.

    Gaps in numbers and booleans become NaN; ``table.meta["missing"]`` counts the gaps of the columns that have any.
    """
    arrow = pq.read_table(path)
    table = Table()
    counts = {field.name: arrow.column(field.name).null_count for field in arrow.schema}
    table.meta["missing"] = {name: count for name, count in counts.items() if count}
    for field in arrow.schema:
        column = arrow.column(field.name)
        if pa.types.is_boolean(field.type) and column.null_count:
            column = column.cast(pa.int8())
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            table[field.name] = np.array([value or "" for value in column.to_pylist()], dtype=str)
        else:
            table[field.name] = np.asarray(column.to_numpy())
        metadata = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        table[field.name].unit = metadata.get("unit") or None
        table[field.name].description = metadata.get("description") or None
    return table
