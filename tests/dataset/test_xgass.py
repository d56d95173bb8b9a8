from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.dataset.xgass import XGASS

COLUMNS = {
    "GASS": [3151, 11956, 124028], "RA": [1.0, 2.0, 3.0], "DEC": [0.1, 0.2, 0.3], "zSDSS": [0.03] * 3,
    "lgMstar": [10.0, 10.0, 9.5], "lgMHI": [9.0, 9.5, 9.5], "lgGF": [-1.0, -0.5, 0.0], "HI_FLAG": [99, 1, 5],
    "HIconf_flag": [-99.0, 0.2, 1.0], "env_code_B": [1, -1, 0], "group_id_B": [5, -99, 7], "model_r": [15.0] * 3,
    "NUVr": [3.0, -99.0, 2.0], "petrR50_r": [10.0, 1.0, 100.0], "SFR_best": [1.0, -99.0, 10.0],
}  # fmt: skip


@pytest.fixture
def table(tmp_path):
    Table(COLUMNS).write(tmp_path / "xGASS_representative_sample.fits")
    return tmp_path


def read(path):
    return XGASS("auto", ["log_hi_fraction"]).read(path)


def test_limits_and_confusion_follow_from_the_published_flags(table):
    catalog = read(table).catalog
    assert catalog["hi_is_limit"].tolist() == [True, False, False]
    assert catalog["hi_confused"].tolist() == [False, False, True]
    assert catalog["hi_is_limit"].dtype == bool


def test_a_folder_with_the_published_file_is_as_good_as_the_file(table):
    assert read(table).counts == read(table / "xGASS_representative_sample.fits").counts


def test_what_was_not_measured_is_nan(table):
    catalog = read(table).catalog
    np.testing.assert_array_equal(catalog["nuv_minus_r"], [3.0, np.nan, 2.0])
    np.testing.assert_array_equal(catalog["log_sfr"], [0.0, np.nan, 1.0])
    np.testing.assert_array_equal(catalog["log_r50"], [1.0, 0.0, 2.0])


def test_without_the_published_fraction_it_follows_from_the_masses(tmp_path):
    Table({name: values for name, values in COLUMNS.items() if name != "lgGF"}).write(tmp_path / "t.fits")
    assert read(tmp_path / "t.fits").catalog["log_hi_fraction"].tolist() == [-1.0, -0.5, 0.0]


def test_counts_say_how_many_are_limits_and_confused(table):
    assert read(table).counts == {"read": 3, "of these hi_is_limit": 1, "of these hi_confused": 1}


def test_the_photometry_that_is_at_hand_is_taken():
    dataset = XGASS("auto", ["log_hi_fraction"])
    assert dataset.photometry_in({"mag_r", "nuv_minus_r", "log_r50", "ra"}) == ("mag_r", "nuv_minus_r", "log_r50")
    assert dataset.photometry_in({"mag_r", "g_minus_r", "log_r50"}) == ("mag_r", "g_minus_r", "log_r50")
    assert dataset.photometry_in({"ra"}) == dataset.photometry


def test_a_truncated_table_is_refused_with_the_file(table):
    path = table / "xGASS_representative_sample.fits"
    path.write_bytes(path.read_bytes()[:-2880])
    with pytest.raises(ValueError, match=r"sample\.fits cannot be read as fits: File may have been truncated"):
        read(table)


def test_the_real_table_gives_the_published_numbers(real_data):
    """Catinella+ 2018 and Janowiecki+ 2017: rows, limits, groups; Wu 2020: percentiles and scatter of the target."""
    dataset = XGASS("auto", ["log_hi_fraction"])
    selection = dataset.read(real_data / "xgass" / "xGASS_representative_sample.fits")
    assert selection.counts == dict(dataset.published)
    catalog = selection.catalog
    codes, counts = np.unique(catalog["env_code"], return_counts=True)
    assert dict(zip(codes.tolist(), counts.tolist(), strict=True)) == {1: 541, 0: 352, 2: 262, -1: 24}
    fraction = np.asarray(catalog["log_hi_mass"], float) - np.asarray(catalog["log_stellar_mass"], float)
    assert np.std(fraction, ddof=1) == pytest.approx(0.665223, abs=5e-7)
    np.testing.assert_allclose(
        np.percentile(catalog["log_hi_fraction"], [16, 50, 84]), [-1.777, -1.107, -0.265], atol=1e-3
    )
    target = np.asarray(catalog["log_hi_fraction"])
    assert (int(np.sum(target < -1.5)), int(np.sum(target > -0.5))) == (394, 278)
    assert np.asarray(catalog["redshift"]).max() == pytest.approx(0.04997)


def test_the_real_limits_are_the_undetected_and_no_limit_is_confused(real_data):
    catalog = XGASS("auto", ["log_hi_fraction"]).read(real_data / "xgass").catalog
    raw = Table.read(real_data / "xgass" / "xGASS_representative_sample.fits")
    assert np.asarray(catalog["hi_is_limit"]).tolist() == (np.asarray(raw["HIsrc"]) == 4).tolist()
    assert not np.any(np.asarray(catalog["hi_is_limit"]) & np.asarray(catalog["hi_confused"]))
    for name in ("log_hi_fraction", "mag_r", "log_r50", "ra", "dec", "redshift"):
        assert np.isfinite(catalog[name]).all(), name
    assert int(np.isnan(catalog["nuv_minus_r"]).sum()) == 22
