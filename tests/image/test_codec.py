from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from galexp.image.codec import decode, encode_png, is_blank

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 10, 3), dtype=np.uint8)


def encoded(pixels: np.ndarray, kind: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format=kind)
    return stream.getvalue()


@pytest.mark.parametrize("bands", [1, 3])
def test_png_gives_back_every_pixel(bands):
    np.testing.assert_array_equal(decode(encode_png(PIXELS[:, :, :bands]), "x"), PIXELS[:, :, :bands])


def test_png_is_read_by_pillow_alike():
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(PIXELS)))), PIXELS)


def test_jpeg_pixels_are_those_of_pillow():
    jpeg = encoded(PIXELS, "JPEG")
    np.testing.assert_array_equal(decode(jpeg, "x"), np.asarray(Image.open(io.BytesIO(jpeg))))


def test_a_palette_becomes_three_bands():
    assert decode(encoded(PIXELS[:, :, 0] > 9, "PNG"), "x").shape == (12, 10, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_cut_image_is_refused_unless_every_pixel_is_there(kind, share):
    whole = encoded(PIXELS, kind)
    cut = whole[: int(share * len(whole))]
    try:
        pixels = decode(cut, "cut.jpg")
    except ValueError:
        with pytest.raises(ValueError, match=rf"cut\.jpg is not a whole 8-bit image \({len(cut)} bytes"):
            decode(cut, "cut.jpg")
    else:
        np.testing.assert_array_equal(pixels, decode(whole, "whole.jpg"))


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", encoded(PIXELS, "JPEG")[:-200]])
def test_bytes_that_are_no_image_are_named_with_their_number_and_what_to_do(content):
    with pytest.raises(ValueError, match=rf"galaxy 7 is not a whole .*\({len(content)} bytes: .*fetch it again or rem"):
        decode(content, "galaxy 7")


def test_sixteen_bits_are_refused_and_not_clipped():
    with pytest.raises(ValueError, match="I;16, not 8 bits"):
        decode(encoded(np.full((4, 4), 1000, dtype=np.uint16), "PNG"), "deep.png")


def test_an_image_of_one_color_is_blank_and_one_with_a_galaxy_is_not():
    blank = np.broadcast_to(np.array([10, 20, 30], dtype=np.uint8), (32, 32, 3))
    galaxy = blank.copy()
    galaxy[12:20, 12:20, 1] += 40
    assert is_blank(blank)
    assert not is_blank(galaxy)
    assert is_blank(blank + np.uint8(0) + (np.indices((32, 32)).sum(0) % 2)[:, :, None].astype(np.uint8))
