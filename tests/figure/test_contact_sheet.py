import numpy as np
import pytest

from galexp.figure.contact_sheet import contact_sheet
from galexp.shard.origin import Origin


def image(*shape):
    return np.arange(np.prod(shape), dtype=np.uint64).astype(np.uint8).reshape(shape)


def same(first, second):
    return first.size == second.size and first.tobytes() == second.tobytes()


def sheet(*images, captions="", title="", columns=10, origin=Origin.OBSERVED):
    return contact_sheet(images, captions or [""] * len(images), title, columns, origin=origin)


@pytest.mark.parametrize("shape", [(45, 45, 3), (45, 30), (25, 75, 1), (225, 225, 3)])
def test_an_image_is_shown_as_it_is_each_pixel_a_square(shape):
    stamp = image(*shape)
    shown = np.asarray(sheet(stamp))
    scale = 225 // max(shape[:2])
    height, width = scale * shape[0], scale * shape[1]
    top, left = 7 + (225 - height) // 2, 7 + (225 - width) // 2
    square = shown[top : top + height : scale, left : left + width : scale]
    np.testing.assert_array_equal(square, np.broadcast_to(stamp.reshape(*shape[:2], -1), square.shape))
    np.testing.assert_array_equal(shown[top + scale - 1 : top + height : scale, left : left + width : scale], square)
    frame = shown.copy()
    frame[top : top + height, left : left + width] = 255
    assert (frame == 255).all()


def test_an_image_that_is_larger_than_its_square_is_averaged():
    stamp = np.full((900, 900), 100, np.uint8)
    stamp[::2] = 140
    assert (np.asarray(sheet(stamp))[10:230, 10:230] == 120).all()


def test_a_sheet_has_as_many_columns_as_asked_for_but_no_more_than_images():
    widths = [sheet(*[image(4, 4)] * 3, columns=columns).width for columns in (1, 2, 3, 10)]
    assert widths == [240, 480, 720, 720]


def test_a_caption_stands_under_its_image_and_lines_make_room():
    plain, told = (sheet(*[image(4, 4)] * 2, captions=["", caption]) for caption in ("", "b"))
    changed = np.nonzero((np.asarray(plain) != np.asarray(told)).any(axis=2))
    assert changed[0].min() > 7 + 225
    assert 240 < changed[1].min() < changed[1].max() < 480
    heights = [sheet(image(4, 4), captions=[caption]).height for caption in ("a", "a\nb", "a\nb\nc")]
    np.testing.assert_allclose(np.diff(heights), 1.35 * 8 / 72 * 150, atol=1)


def test_a_title_stands_over_the_images_and_a_long_one_is_broken():
    plain, short, long = (sheet(image(4, 4), title=title) for title in ("", "one", "one two three four five"))
    assert plain.height < short.height < long.height
    below = short.crop((0, short.height - plain.height, short.width, short.height))
    assert same(below.crop((0, 7, 240, 232)), plain.crop((0, 7, 240, 232)))


def test_a_mock_and_a_simulation_say_so_over_it():
    plain, mock, simulation = (sheet(*[image(4, 4)] * 2, origin=origin) for origin in Origin)
    for marked in (mock, simulation):
        assert marked.height == simulation.height > plain.height
        assert marked.getpixel((0, 0)) == marked.getpixel((479, 38)) == (0xF5, 0xE3, 0xB3)
        assert same(
            marked.crop((0, marked.height - plain.height + 7, 480, marked.height)), plain.crop((0, 7, *plain.size))
        )
    assert not same(mock, simulation)


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
