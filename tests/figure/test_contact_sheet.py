import numpy as np
import pytest

from galexp.figure.contact_sheet import contact_sheet
from galexp.shard.origin import Origin


def image(*shape):
    return np.arange(np.prod(shape), dtype=np.uint64).astype(np.uint8).reshape(shape)


def test_images_of_any_size_are_shown_as_they_are_each_over_its_caption():
    images = [image(4, 4, 3), image(6, 5), image(3, 3, 1)]
    figure = contact_sheet(images, ["a", "b", "c\nd"], "three", 2, origin=Origin.OBSERVED)
    panels = [axes for axes in figure.axes if axes.images]
    assert [axes.get_xlabel() for axes in panels] == ["a", "b", "c\nd"]
    for axes, stamp in zip(panels, images, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), stamp.squeeze())
    assert panels[1].images[0].get_clim() == (0, 255)
    assert figure.get_suptitle() == "three"


def test_a_sheet_has_no_more_columns_than_images():
    assert len(contact_sheet([image(4, 4)] * 3, ["a"] * 3, "", 10, origin=Origin.OBSERVED).axes) == 3


@pytest.mark.parametrize("origin", list(Origin))
def test_a_mock_and_a_simulation_say_so_over_it(origin):
    figure = contact_sheet([image(4, 4)], ["a"], "one", 1, origin=origin)
    assert [text.get_text() for text in figure.texts if text.get_gid() == "mock"] == [origin.mark] * bool(origin.mark)


@pytest.mark.parametrize(
    ("images", "captions", "columns", "match"),
    [
        ([], [], 3, "0 images in 3 columns; expected at least one of both"),
        ([image(4, 4)], ["a"], 0, "1 images in 0 columns"),
        ([image(4, 4)], [], 1, "1 images have 0 captions; give one an image"),
        ([image(4, 4, 2)], ["a"], 1, r"shape \(4, 4, 2\) and type uint8; expected uint8"),
        ([image(4, 4).astype(float)], ["a"], 1, "type float64; expected uint8"),
    ],
)
def test_what_cannot_be_shown_is_refused(images, captions, columns, match):
    with pytest.raises(ValueError, match=match):
        contact_sheet(images, captions, "", columns, origin=Origin.OBSERVED)
