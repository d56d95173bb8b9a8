"""Claims about the pictures that `prepare` leaves beside the shards."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from galexp.dataset.sdss_metallicity import SDSSMetallicity
from galexp.preparation.preview import DISTRIBUTIONS, PREVIEW, write_pictures


@pytest.fixture
def survey():
    return SDSSMetallicity("table.csv", ["metallicity"])


def width(path):
    with Image.open(path) as picture:
        return picture.size[0]


def test_observed_images_get_a_contact_sheet_and_no_distributions(data, survey):
    write_pictures(data, survey)
    assert width(data.folder / PREVIEW) > 8 * 150
    assert not (data.folder / DISTRIBUTIONS).exists()


def test_a_mock_gets_both(workplace):
    folder = workplace / "data" / "xgass-mock-mock-tiny"
    assert all(width(folder / name) > 300 for name in (PREVIEW, DISTRIBUTIONS))


def test_a_sheet_that_is_there_is_left(data, survey):
    (data.folder / PREVIEW).write_text("mine")
    write_pictures(data, survey)
    assert (data.folder / PREVIEW).read_text() == "mine"


def test_the_sheet_goes_through_the_first_target_from_its_lowest_to_its_highest_value(data, survey):
    data.catalog["metallicity"] = [9.0, np.nan, 8.2, 8.7, 9.3, 8.1, 8.5, 8.9, 8.8, 8.6]
    rows, captions, which = survey.shown(data.catalog)
    assert rows == [5, 2, 6, 9, 3, 8, 7, 0, 4]
    assert captions == ["8.10", "8.20", "8.50", "8.60", "8.70", "8.80", "8.90", "9.00", "9.30"]
    assert which == "in the order of metallicity"


def test_images_without_targets_are_shown_by_name(data):
    rows, captions, which = SDSSMetallicity("table.csv", []).shown(data.catalog)
    assert (len(rows), which) == (len(data), "by name")
    assert captions == [str(data.catalog["id"][row]) for row in rows]
