import io

import numpy as np
import pytest
from PIL import Image

from galexp.mock.imaging import MockImaging
from galexp.mock.render import render
from galexp.mock.survey import mock_xgass


@pytest.fixture(scope="module")
def catalog():
    return mock_xgass(objects=5, seed=4)


def test_files_hold_exactly_the_rendered_bytes_in_catalog_order(catalog):
    imaging = MockImaging(image_size=48, pixel_scale=1.5, batch_size=2)
    files = list(imaging.images(catalog))
    assert [identifier for identifier, _ in files] == list(catalog["id"])
    decoded = np.stack([np.asarray(Image.open(io.BytesIO(file))) for _, file in files])
    np.testing.assert_array_equal(decoded.transpose(0, 3, 1, 2), render(catalog, 48, 1.5).numpy())


def test_batch_size_changes_no_byte(catalog):
    batches = [dict(MockImaging(40, 1.5, batch_size=size).images(catalog)) for size in (1, 5)]
    assert batches[0] == batches[1]


def test_it_says_what_it_is():
    imaging = MockImaging()
    assert (imaging.name, imaging.bands) == ("mock", ("i", "r", "g"))
    assert imaging.pixel_scale == 0.396


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="batch_size=0; expected at least 1"):
        MockImaging(batch_size=0)
