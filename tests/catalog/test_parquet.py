from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.catalog.parquet import read_parquet, write_parquet


def test_unit_and_description_come_back(tmp_path):
    table = Table({"mass": [1.0, 2.0], "name": ["a", "b"]})
    table["mass"].unit, table["mass"].description = "dex(solMass)", "log10 of the stellar mass"
    write_parquet(table, tmp_path / "t.parquet")
    found = read_parquet(tmp_path / "t.parquet")
    assert str(found["mass"].unit) == "dex(solMass)"
    assert found["mass"].description == "log10 of the stellar mass"
    assert found["name"].unit is None
    assert found["name"].description is None


@pytest.mark.parametrize(
    "values",
    [
        np.array([1237649770260463687, -1]),
        np.array([1.5, np.nan]),
        np.array([1.5, -2.5], dtype=np.float32),
        np.array([True, False]),
        np.array(["a", ""]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_values_and_their_type_come_back(tmp_path, values):
    write_parquet(Table({"x": values}), tmp_path / "t.parquet")
    found = np.asarray(read_parquet(tmp_path / "t.parquet")["x"])
    assert found.dtype.kind == values.dtype.kind
    assert found.dtype.itemsize == values.dtype.itemsize
    np.testing.assert_array_equal(found, values)


def test_a_table_without_rows_keeps_its_text_column(tmp_path):
    write_parquet(Table({"id": np.array([], dtype=str)}), tmp_path / "t.parquet")
    assert read_parquet(tmp_path / "t.parquet")["id"].dtype.kind == "U"


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_parquet(Table({"x": np.arange(5.0)}), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
