import io

import numpy as np
import pytest
from PIL import Image

from galexp.mock.imaging import MockImaging
from galexp.mock.render import render
from galexp.mock.survey import mock_xgass


def decode(file):
    return np.asarray(Image.open(io.BytesIO(file)))


@pytest.fixture(scope="module")
def catalog():
    return mock_xgass(objects=5, seed=4)


def test_files_hold_exactly_the_rendered_bytes_in_catalog_order(catalog):
    imaging = MockImaging(image_size=48, field=72.0, batch_size=2)
    files = list(imaging.images(catalog))
    assert [identifier for identifier, _ in files] == list(catalog["id"])
    decoded = np.stack([np.asarray(Image.open(io.BytesIO(file))) for _, file in files])
    np.testing.assert_array_equal(decoded.transpose(0, 3, 1, 2), render(catalog, 48, 1.5).numpy())


def test_batch_size_changes_no_byte(catalog):
    batches = [dict(MockImaging(40, 60.0, batch_size=size).images(catalog)) for size in (1, 5)]
    assert batches[0] == batches[1]


def test_five_pictures_of_224_pixels_are_rendered_at_once():
    assert [MockImaging(size).batch_size for size in (224, 128, 64)] == [5, 16, 64]


def test_it_says_what_it_is():
    imaging = MockImaging()
    assert (imaging.name, imaging.bands) == ("mock", ("i", "r", "g"))
    assert imaging.pixel_scale == 0.396
    assert MockImaging(field=None).pixel_scale is None


def test_a_larger_picture_holds_the_same_pixels_in_its_middle(catalog):
    assert [MockImaging(32, 48.0, fraction).pixels for fraction in (1.0, 0.5, 0.4882)] == [32, 64, 66]
    (_, file), *_ = MockImaging(32, 48.0, field_fraction=0.5).images(catalog)
    np.testing.assert_array_equal(decode(file), render(catalog[:1], 64, 1.5)[0].permute(1, 2, 0).numpy())


def test_each_row_has_the_field_that_its_catalog_gives(catalog):
    fields = catalog.copy()
    fields["mock_field"] = [60.0, 60.0, 30.0, 90.0, 90.0]
    files = dict(MockImaging(40, field=None, batch_size=4).images(fields))
    assert list(files) == list(catalog["id"])
    for row, (file, side) in enumerate(zip(files.values(), fields["mock_field"], strict=True)):
        expected = render(catalog[row : row + 1], 40, side / 40)[0].permute(1, 2, 0).numpy()
        np.testing.assert_array_equal(decode(file), expected)


@pytest.mark.parametrize("side", [0.0, -3.0, np.nan, np.inf])
def test_a_field_without_extent_is_named(catalog, side):
    fields = catalog.copy()
    fields["mock_field"] = [60.0, side, 60.0, 60.0, 60.0]
    with pytest.raises(ValueError, match=f"mock_field is {side:g} for {catalog['id'][1]}; expected a side above 0"):
        list(MockImaging(16, field=None).images(fields))


def test_rows_without_a_field_of_their_own_need_one(catalog):
    with pytest.raises(ValueError, match=r"mock\.field is null and the catalog has no mock_field; give mock\.field"):
        list(MockImaging(16, field=None).images(catalog))


def test_a_field_that_is_given_is_that_of_every_row(catalog):
    fields = catalog.copy()
    fields["mock_field"] = 30.0
    assert dict(MockImaging(16, field=60.0).images(fields)) == dict(MockImaging(16, field=60.0).images(catalog))


@pytest.mark.parametrize(("size", "field"), [(0, 60.0), (16, 0.0), (16, -1.0), (16, np.nan)])
def test_no_pixels_and_no_field_are_refused(size, field):
    with pytest.raises(ValueError, match=f"mock.image_size={size} and mock.field={field}; expected both above 0"):
        MockImaging(size, field=field)


@pytest.mark.parametrize("fraction", [0.0, 1.2])
def test_a_share_of_the_field_that_is_none_is_refused(fraction):
    with pytest.raises(ValueError, match=f"field_fraction={fraction}; expected above 0 and at most 1"):
        MockImaging(field_fraction=fraction)


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="batch_size=0; expected at least 1"):
        MockImaging(batch_size=0)
