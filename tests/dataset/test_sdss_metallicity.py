from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.dataset.sdss_metallicity import QUERY, SDSSMetallicity
from galexp.image.folder import ImageFolder

GOOD = {
    "oh_p50": 8.9, "petroMag_r": 17.0, "rChi2": 1.0, "zErr": 1e-5, "z": 0.05,
    "modelMag_u": 19.0, "modelMag_g": 18.0, "modelMag_r": 17.5, "modelMag_i": 17.2, "modelMag_z": 17.0,
}  # fmt: skip
BAD = [
    ("petroMag_r", 18.0), ("petroMag_r", 10.0), ("modelMag_u", 24.0), ("modelMag_u", 17.5), ("modelMag_g", 25.0),
    ("modelMag_z", 10.0), ("modelMag_u", np.nan), ("rChi2", 2.0), ("zErr", 0.01), ("zErr", 0.0), ("z", 0.02),
]  # fmt: skip


def read(tmp_path, **changes):
    rows = [GOOD, GOOD | changes]
    table = Table({name: [row[name] for row in rows] for name in GOOD})
    table["objID"] = [1, 2]
    table.write(tmp_path / "t.fits")
    return SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "t.fits")


@pytest.mark.parametrize(("column", "value"), BAD)
def test_each_published_cut_drops_the_row_at_its_border(tmp_path, column, value):
    assert read(tmp_path, **{column: value}).catalog["id"].tolist() == ["1"]


def test_a_galaxy_inside_every_cut_stays_and_every_cut_is_counted(tmp_path):
    selection = read(tmp_path, z=0.0201)
    assert list(selection.counts.values()) == [2] * 9
    assert [step for step in selection.counts if "not applied" in step] == [
        "one spectrum an object (not applied: no spectrum_id)"
    ]


def test_identifiers_and_metallicities_alone_are_enough(tmp_path):
    Table({"objID": [1, 2], "oh_p50": [8.9, -9999.0]}).write(tmp_path / "t.csv")
    selection = SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "t.csv")
    assert selection.catalog["id"].tolist() == ["1"]
    assert [step for step in selection.counts if "not applied" not in step] == ["read", "metallicity"]


def test_of_an_object_with_two_spectra_the_one_of_the_lower_number_stays_whatever_the_order(tmp_path):
    table = Table({"objID": ["7", "8", "7"], "oh_p50": [8.5, 8.6, 8.7]})
    table["specObjID"] = [2000000000000000003, 2000000000000000002, 2000000000000000001]
    table.write(tmp_path / "t.csv")
    selection = SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "t.csv")
    assert selection.catalog["id"].tolist() == ["8", "7"]
    assert selection.catalog["metallicity"].tolist() == [8.6, 8.7]
    assert selection.counts["one spectrum an object"] == 2
    assert len(selection.parent) == 2


def test_spectra_need_not_be_numbered(tmp_path):
    table = Table({"objID": ["7", "7", "8", "8"], "oh_p50": [8.5, 8.6, 8.7, 8.8]})
    table["specObjID"] = ["spec-10", "spec-9", "b2", "a2"]
    table.write(tmp_path / "t.csv")
    assert SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "t.csv").catalog["metallicity"].tolist() == [
        8.6,
        8.8,
    ]


def test_a_row_without_a_spectrum_is_refused_with_the_file(tmp_path):
    table = Table({"objID": ["7", "7", "8"], "oh_p50": [8.5, 8.6, 8.7], "specObjID": ["s1", "", "s3"]})
    table.write(tmp_path / "t.csv")
    message = (
        r"t\.csv: column 'specObjID' is empty in 1 rows, first in row 2, where spectrum_id is needed of each; fill"
    )
    with pytest.raises(ValueError, match=message):
        SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "t.csv")


def test_an_object_that_occurs_twice_without_spectra_to_tell_is_refused(tmp_path):
    Table({"objID": ["7", "7"], "oh_p50": [8.5, 8.7]}).write(tmp_path / "t.csv")
    with pytest.raises(ValueError, match="1 identifiers in column 'objID' occur more than once, such as '7'"):
        SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "t.csv")


def test_galaxies_with_a_stellar_mass_are_counted(tmp_path):
    Table({"objID": [1, 2], "oh_p50": [8.5, 8.6], "lgm_tot_p50": [9.0, -9999.0], "d4000_n": [1.3, 1.4]}).write(
        tmp_path / "t.csv"
    )
    selection = SDSSMetallicity("auto", ["metallicity"]).read(tmp_path / "t.csv")
    assert selection.counts["of these log_stellar_mass"] == 1
    assert selection.catalog["d4000_n"].tolist() == [1.3, 1.4]


def test_the_query_asks_for_every_cut_and_for_every_column_under_a_name_that_is_known():
    page = QUERY.page(-1, 10)
    known = {source for column in SDSSMetallicity.columns for source in (column.name, *column.sources)}
    names = {name.split(".")[-1] for name in (QUERY.key, *QUERY.columns)}
    assert names - known == {"objID"}
    for condition in ("G.petroMag_r < 18", "S.rChi2 < 2", "S.zErr < 0.01", "S.z > 0.02", "E.oh_p50 != -9999"):
        assert condition in page
    assert "TOP 10 S.specObjID" in page


def test_the_photometry_of_the_baseline_is_among_the_columns():
    assert set(SDSSMetallicity.photometry) <= {column.name for column in SDSSMetallicity.columns}


def test_real_galaxies_are_read_built_and_given_back_byte_by_byte(real_data, tmp_path, build_data):
    root = real_data / "sdss_metallicity"
    selection = SDSSMetallicity("auto", ["metallicity"]).read(root / "catalog.csv")
    assert list(selection.counts.values()) == [400] * 9
    assert sum("not applied" in step for step in selection.counts) == 7
    imaging = ImageFolder(str(root / "images"))
    assert imaging.available(selection.catalog).all()
    data = build_data(tmp_path / "real", catalog=selection.catalog, imaging=imaging)
    assert len(data) == 400
    for row, identifier in enumerate(data.catalog["id"]):
        assert data.image(row) == (root / "images" / f"{identifier}.jpg").read_bytes()
    assert data.problems() == []
    assert not data.catalog["image_is_blank"].any()
