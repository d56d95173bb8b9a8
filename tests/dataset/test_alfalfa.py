from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.config import UsageError
from galexp.dataset.alfalfa import ALFALFA
from galexp.preparation.write import published_counts

FIRST = 587730775499407375
TARGETS = ["log_hi_fraction"]


def write_tables(folder, **changes):
    """Write eight sources: 7 has no counterpart, 6 and 7 are not in DR7, 5 has another code, 3 and 8 have a mass."""
    main = Table({"AGCNr": np.arange(1, 9), "RAdeg_OC": np.arange(10.0, 18.0), "DECdeg_OC": np.arange(8.0)})
    main["RAdeg_OC"][6] = main["DECdeg_OC"][6] = 0.0
    main["Vhelio"], main["Dist"], main["logMsun"] = 3000 * np.arange(8), 40.0, 9.5
    main["HIcode"], main["OCcode"] = 1, list("IIIIUIOI")
    dr7 = Table({"AGCNr": [8, 5, 4, 3, 2, 1], "OCcode": list("IUIIII"), "PhotoObjID": FIRST + np.arange(6)})
    dr7["SpectObjID"], dr7["rmodelmag"], dr7["uminusr"], dr7["z_sdss"] = ["", "2", "3", "4", "5", "6"], 15.0, 1.5, 0.02
    mpa = Table({"DR7ObjID": FIRST + np.array([0, 1, 3, 4, 4, 5]), "lgm_tot_p50": [9.0, 9.0, 9.25, 9.0, 9.0, -9999.0]})
    mpa["oh_p50"], mpa["sfr_tot_p50"] = [8.9, 8.9, -9999.0, 8.9, 8.9, 8.9], -0.5
    mpa["modelMag_g"], mpa["modelMag_r"], mpa["petroR50_r"], mpa["ra"] = 15.75, 15.25, 10.0, 0.0
    durbala = Table({"AGC": [8, 1, 3], "logMstarTaylor": [9.0, np.nan, 10.0], "gmi_corr": [0.8] * 3})
    for name, table in {"main": main, "dr7": dr7, "mpa": mpa, "durbala": durbala}.items():
        changes.get(name, lambda table: None)(table)
    main.write(folder / "a40.datafile1.csv", overwrite=True)
    dr7.write(folder / "a40.datafile3.csv", overwrite=True)
    mpa.write(folder / "SDSS_basic_data.csv", overwrite=True)
    durbala.write(folder / "durbala2020_table2.fits", overwrite=True)


def read(folder, path=None, **settings):
    return ALFALFA("auto", TARGETS, **settings).read(path or folder)


def test_tables_are_joined_and_every_cut_is_counted_as_in_the_paper(tmp_path):
    write_tables(tmp_path)
    selection = read(tmp_path)
    assert selection.counts == {
        "MPA-JHU table: read": 6, "MPA-JHU table: every DR7ObjID once": 4, "MPA-JHU table: lgm_tot_p50 > 0": 3,
        "read": 8, "in the DR7 table": 6, "OCcode I": 5, "H I mass": 5, "stellar mass": 2, "of these in_a40B": 1,
    }  # fmt: skip
    assert selection.catalog["id"].tolist() == ["3", "8"]
    assert selection.catalog["dr7_photo_id"].tolist() == [str(FIRST + 3), str(FIRST)]


def test_the_target_is_gas_over_stars(tmp_path):
    write_tables(tmp_path)
    catalog = read(tmp_path).catalog
    assert catalog["log_hi_fraction"].tolist() == [0.25, 0.5]
    assert str(catalog["log_hi_fraction"].unit) == "dex"


def test_columns_come_from_all_three_tables_and_positions_from_the_first(tmp_path):
    write_tables(tmp_path)
    catalog = read(tmp_path).catalog
    np.testing.assert_array_equal(catalog["ra"], [12.0, 17.0])
    np.testing.assert_allclose(catalog["redshift"], [6000 / 299792.458, 21000 / 299792.458])
    assert catalog["log_r50"].tolist() == [1.0, 1.0]
    assert set(ALFALFA("auto", TARGETS).photometry) <= set(catalog.colnames)


def test_both_magnitudes_of_the_color_are_of_the_same_photometry(tmp_path):
    write_tables(tmp_path)
    catalog = read(tmp_path).catalog
    assert (catalog["mag_r"].tolist(), catalog["mag_r_mpa_jhu"].tolist()) == ([15.0] * 2, [15.25] * 2)
    assert catalog["g_minus_r"].tolist() == [0.5, 0.5]
    write_tables(tmp_path, mpa=lambda table: table.remove_column("modelMag_r"))
    assert "g_minus_r" not in read(tmp_path).catalog.colnames


@pytest.mark.parametrize(
    ("settings", "published"),
    [
        ({}, [717778, 648000, 7411, 4797]),
        ({"sample": "a40B"}, [717778, 648000, 7411, 4797]),
        ({"stellar_mass": "durbala2020"}, []),
    ],
)
def test_every_published_count_of_the_steps_that_are_taken_is_compared(tmp_path, settings, published):
    write_tables(tmp_path)
    dataset = ALFALFA("auto", TARGETS, **settings)
    compared = published_counts(dataset, dataset.read(tmp_path).counts)
    of_main = {"read": 15855, "in the DR7 table": 12468, "OCcode I": 11739, "H I mass": 11731}
    assert compared.items() >= of_main.items()
    assert [count for step, count in compared.items() if step not in of_main] == published
    assert ("with an image" in dataset.published) == (settings == {})


def test_of_an_object_that_occurs_twice_in_mpa_jhu_no_row_is_taken(tmp_path):
    write_tables(tmp_path)
    assert "2" not in read(tmp_path).catalog["id"]
    write_tables(tmp_path, mpa=lambda table: table.remove_row(4))
    assert read(tmp_path).catalog["id"].tolist() == ["2", "3", "8"]


def test_identifiers_of_64_bits_are_matched_exactly(tmp_path):
    write_tables(tmp_path, mpa=lambda table: table.replace_column("DR7ObjID", FIRST + 8 + np.arange(6)))
    assert float(FIRST + 8) == float(FIRST)
    with pytest.raises(ValueError, match=r"SDSS_basic_data\.csv: no DR7ObjID of 8 rows .* check that both tables mean"):
        read(tmp_path)


def test_a40b_asks_for_metallicity_and_star_formation_too(tmp_path):
    write_tables(tmp_path)
    selection = read(tmp_path, sample="a40B")
    assert selection.counts["sample a40B"] == 1
    assert selection.catalog["id"].tolist() == ["8"]
    assert read(tmp_path).catalog["in_a40B"].tolist() == [False, True]
    assert read(tmp_path).catalog["in_a40A"].tolist() == [True, True]


def test_stellar_masses_of_durbala_are_joined_by_source(tmp_path):
    write_tables(tmp_path)
    selection = read(tmp_path, stellar_mass="durbala2020")
    assert selection.catalog["id"].tolist() == ["3", "8"]
    assert selection.catalog["log_hi_fraction"].tolist() == [-0.5, 0.5]
    assert "in_a40A" not in selection.catalog.colnames
    assert set(ALFALFA("auto", TARGETS, stellar_mass="durbala2020").photometry) <= set(selection.catalog.colnames)


def test_a_source_without_counterpart_has_no_position_in_the_sample_whose_surroundings_are_measured(tmp_path):
    write_tables(tmp_path)
    parent = read(tmp_path).parent
    assert len(parent) == 8
    np.testing.assert_array_equal(np.isfinite(parent["ra"]), [True] * 6 + [False, True])


def test_tables_may_lie_anywhere_if_they_are_named(tmp_path):
    (tmp_path / "else").mkdir()
    write_tables(tmp_path)
    for name in ("a40.datafile3.csv", "SDSS_basic_data.csv"):
        (tmp_path / name).rename(tmp_path / "else" / f"my_{name}")
    tables = {"dr7": "else/my_a40.datafile3.csv", "stellar_mass": "else/my_SDSS_basic_data.csv"}
    tables = {key: str(tmp_path / path) for key, path in tables.items()}
    assert len(read(tmp_path, tmp_path / "a40.datafile1.csv", tables=tables).catalog) == 2


def test_a_table_that_is_missing_is_named_with_what_is_there(tmp_path):
    write_tables(tmp_path)
    (tmp_path / "a40.datafile3.csv").unlink()
    message = r"holds no a40\.datafile3\.csv \(it holds SDSS_basic_data\.csv, a40\.datafile1\.csv, .*\); put it there, "
    with pytest.raises(
        FileNotFoundError, match=message + r"give dataset\.tables\.dr7=FILE, or let dataset\.catalog=sur"
    ):
        read(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"dataset\.tables\.dr7 is nowhere\.csv, which is no file"):
        read(tmp_path, tables={"dr7": "nowhere.csv"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stellar_mass": "durbala"}, r"unknown dataset\.stellar_mass 'durbala'; did you mean 'durbala2020'\?"),
        ({"sample": "a40C"}, r"unknown dataset\.sample 'a40C'; did you mean 'a40[AB]' or 'a40[AB]'\?"),
        ({"tables": {"dr8": "x"}}, r"dataset\.tables has no 'dr8'; did you mean 'dr7'\?"),
        (
            {"sample": "a40B", "stellar_mass": "durbala2020"},
            r"a40B needs metallicities .*stellar_mass=durbala2020 does",
        ),
    ],
)
def test_options_that_do_not_exist_are_refused(settings, message):
    with pytest.raises(UsageError, match=message):
        ALFALFA("auto", TARGETS, **settings)


def as_float(table, name):
    table[name] = table[name].astype(np.float64)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"main": lambda t: t.remove_column("AGCNr")}, r"1\.csv has no column AGCNr to join by; it has RAdeg_OC"),
        ({"dr7": lambda t: t.remove_column("PhotoObjID")}, r"datafile3\.csv has no column PhotoObjID to join by"),
        ({"dr7": lambda t: as_float(t, "PhotoObjID")}, r"datafile3\.csv: identifiers in column 'PhotoObjID' are float"),
        ({"dr7": lambda t: t.add_row(t[0])}, r"datafile3\.csv: AGCNr 8 stands in 2 rows of the table that is joined"),
        ({"dr7": lambda t: t["AGCNr"].__iadd__(90)}, r"3\.csv: no AGCNr of 8 rows \(such as 1, 2, 3\) is among"),
        ({"mpa": lambda t: as_float(t, "DR7ObjID")}, r"basic_data\.csv: identifiers in column 'DR7ObjID' are floating"),
        ({"mpa": lambda t: t.remove_column("lgm_tot_p50")}, r"data\.csv has no column lgm_tot_p50 \(of those that are"),
        ({"mpa": lambda t: t["lgm_tot_p50"].fill(-9999)}, r"no row of .*data\.csv has a DR7ObjID of its own and"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_joined_are_refused_with_the_file(tmp_path, changes, message):
    write_tables(tmp_path, **changes)
    with pytest.raises(ValueError, match=message):
        read(tmp_path)


def test_a40b_without_its_columns_is_refused(tmp_path):
    write_tables(tmp_path, mpa=lambda table: table.remove_column("oh_p50"))
    with pytest.raises(ValueError, match=r"dataset\.sample=a40B needs oh_p50, which .*SDSS_basic_data\.csv lacks"):
        read(tmp_path, sample="a40B")


def test_the_real_tables_give_the_published_counts(real_data):
    """Haynes+ 2011: 15,855; Wu 2020: 12,468 and 11,739. All 11,739 have an H I mass, where Wu's script kept 11,731."""
    dataset = ALFALFA("auto", TARGETS, stellar_mass="durbala2020")
    selection = dataset.read(real_data / "alfalfa")
    assert list(selection.counts.values()) == [15855, 12468, 11739, 11739, 11328]
    differing = {step for step in dataset.published if selection.counts.get(step) != dataset.published[step]}
    assert differing == {"H I mass"}
    catalog = selection.catalog
    assert len(set(catalog["dr7_photo_id"])) == 11328
    assert catalog["dr7_photo_id"][0] == "587730775499407375"
    for name in ("log_hi_fraction", "ra", "dec", "redshift", "distance", "mag_r"):
        assert np.isfinite(catalog[name]).all(), name


def test_the_real_sources_beyond_10_mpc_are_the_published_ones_but_some_have_no_counterpart(real_data):
    """Wu (2020)'s code: 14,932 beyond 10 Mpc; 176 of them stand at right ascension and declination 0 in the table."""
    parent = ALFALFA("auto", TARGETS, stellar_mass="durbala2020").read(real_data / "alfalfa").parent
    beyond = parent[np.asarray(parent["distance"]) > 10]
    assert (len(parent), len(beyond), int(np.isfinite(beyond["ra"]).sum())) == (15855, 14932, 14756)
    assert np.sum(np.asarray(parent["counterpart_code"]) == "I") == 11740


def test_the_real_stellar_masses_are_as_many_as_are_known(real_data):
    table = Table.read(real_data / "alfalfa" / "durbala2020_table2.fits")
    parent = ALFALFA("auto", TARGETS, stellar_mass="durbala2020").read(real_data / "alfalfa").parent
    assert len(table) == 31501
    assert np.isfinite(parent["log_stellar_mass"]).sum() == 13609
