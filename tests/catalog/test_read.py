from __future__ import annotations

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from astropy import units
from astropy.table import MaskedColumn, Table

from galexp.catalog.parquet import write_parquet
from galexp.catalog.read import as_identifiers, as_texts, read_catalog

BIG = 1237649770260463687
SUFFIXES = [".csv", ".csv.gz", ".ecsv", ".fits", ".fits.gz", ".vot", ".parquet"]
FORMATS = {".csv": "ascii.csv", ".ecsv": "ascii.ecsv", ".fits": "fits", ".vot": "votable"}
KEEP_UNITS = [".ecsv", ".fits", ".vot", ".parquet"]


def table() -> Table:
    columns = {
        "objID": np.array([BIG, BIG + 1, BIG + 2]),
        "mass": np.array([9.5, 10.25, 11.0]),
        "count": np.array([3, 1, 2], dtype=np.int32),
        "name": np.array(["NGC1", "M 31", "IC10"]),
    }
    made = Table(columns)
    made["mass"].unit = "solMass"
    return made


def write(made: Table, path):
    if path.suffix == ".parquet":
        write_parquet(made, path)
    elif path.suffix == ".gz":
        plain = path.with_suffix("")
        made.write(plain, format=FORMATS[plain.suffix])
        path.write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
    else:
        made.write(path, format=FORMATS[path.suffix])
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_back_its_columns_with_64_bit_identifiers_exact(tmp_path, suffix):
    made = table()
    found = read_catalog(write(made, tmp_path / f"table{suffix}"))
    assert found.colnames == made.colnames
    assert found["objID"].tolist() == [BIG, BIG + 1, BIG + 2]
    assert as_identifiers(np.asarray(found["objID"]), "objID")[0] == str(BIG)
    assert found["mass"].tolist() == made["mass"].tolist()
    assert found["name"].tolist() == made["name"].tolist()
    assert found["name"].dtype.kind == "U"
    assert found.meta["missing"] == {}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_column_of_numbers_is_one_that_torch_accepts(tmp_path, suffix):
    found = read_catalog(write(table(), tmp_path / f"table{suffix}"))
    for name in ("objID", "mass", "count"):
        assert torch.from_numpy(np.asarray(found[name])).tolist() == table()[name].tolist()


@pytest.mark.parametrize("suffix", KEEP_UNITS)
def test_formats_that_have_units_keep_them(tmp_path, suffix):
    assert read_catalog(write(table(), tmp_path / f"table{suffix}"))["mass"].unit == units.solMass


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_gap_in_numbers_becomes_nan_and_is_counted(tmp_path, suffix):
    made = table()
    made["count"] = MaskedColumn(made["count"], mask=[False, True, False])
    path = tmp_path / f"table{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.table({"objID": made["objID"].tolist(), "count": [3, None, 2]}), path)
    else:
        write(made, path)
    found = read_catalog(path)
    np.testing.assert_array_equal(found["count"], [3.0, np.nan, 2.0])
    assert found.meta["missing"] == {"count": 1}


def test_a_gap_in_booleans_of_parquet_becomes_nan(tmp_path):
    pq.write_table(pa.table({"is_limit": [True, None, False]}), tmp_path / "t.parquet")
    np.testing.assert_array_equal(read_catalog(tmp_path / "t.parquet")["is_limit"], [1.0, np.nan, 0.0])


def test_a_gap_in_texts_becomes_an_empty_text_and_is_counted(tmp_path):
    pq.write_table(pa.table({"name": ["a", None]}), tmp_path / "t.parquet")
    found = read_catalog(tmp_path / "t.parquet")
    assert found["name"].tolist() == ["a", ""]
    assert found.meta["missing"] == {"name": 1}


def test_fits_is_big_endian_on_disk_and_native_after_reading(tmp_path):
    path = write(table(), tmp_path / "t.fits")
    assert Table.read(path)["mass"].dtype.byteorder == ">"
    assert read_catalog(path)["mass"].dtype.isnative


def test_a_missing_file_is_refused_with_the_setting(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no catalog at .*none\.csv; give dataset\.catalog=FILE"):
        read_catalog(tmp_path / "none.csv")


def test_an_unknown_suffix_is_refused_with_those_that_are_known(tmp_path):
    (tmp_path / "t.xlsx").write_text("x")
    with pytest.raises(ValueError, match=r"t\.xlsx ends in '\.xlsx'; a catalog ends in \.csv.*\.parquet"):
        read_catalog(tmp_path / "t.xlsx")


@pytest.mark.parametrize("suffix", [".ecsv", ".fits", ".vot", ".parquet"])
def test_a_file_that_is_not_what_its_suffix_says_is_named(tmp_path, suffix):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(b"<html>429 Too Many Requests</html>")
    with pytest.raises(ValueError, match=rf"broken\{suffix} cannot be read as"):
        read_catalog(path)


def test_floating_point_identifiers_are_refused():
    with pytest.raises(ValueError, match=r"'objID' are floating-point.* such as 1\.23.*e\+18: digits .* are lost"):
        as_identifiers(np.array([float(BIG)]), "objID")


@pytest.mark.parametrize("text", ["1.2376497702604636e+18", "1.2E18", "1237649770260463687.0", "12e+17"])
def test_identifiers_that_were_floating_point_before_they_were_text_are_refused(text):
    with pytest.raises(ValueError, match=r"'objID' are floating-point .* such as 1.*digits of 64-bit"):
        as_texts(np.array(["1237649770260463687", text]), "objID")


def test_texts_that_only_look_like_numbers_stay():
    assert as_texts(np.array(["000123", "12e5", "", "s_1"]), "id").tolist() == ["000123", "12e5", "", "s_1"]


def test_no_identifiers_at_all_are_refused_as_floating_point_without_an_index_error():
    with pytest.raises(ValueError, match="floating-point"):
        as_identifiers(np.array([]), "objID")


@pytest.mark.parametrize("bad", ["s_0.25", "", "a b", "a/b", "é"])
def test_an_identifier_that_a_webdataset_key_cannot_hold_is_refused(bad):
    with pytest.raises(ValueError, match=f"1 identifiers in column 'id' .* such as '{bad}'; rename"):
        as_identifiers(np.array(["good", bad]), "id")


def test_a_duplicate_identifier_is_refused_by_name():
    with pytest.raises(ValueError, match="1 identifiers in column 'id' occur more than once, such as 'b'; keep one"):
        as_identifiers(np.array(["a", "b", "b"]), "id")
