"""Claims about pictures that stand within a page."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from galexp.page.html.inline import inline_png, inline_stamp


def decoded(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))


def as_png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def test_a_figure_becomes_smaller_and_its_colors_stay(pngs):
    png = pngs["truth"].read_bytes()
    inline = inline_png(png)
    assert (inline.width, inline.height) == (2 * 96, 96)
    assert len(base64.b64decode(inline.address.partition(",")[2])) < len(png)
    before = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), int)
    after = np.asarray(decoded(inline.address).convert("RGB"), int)
    assert np.abs(before - after).max() <= 12
    assert np.array_equal(after[0, 0], [255, 255, 255])


def test_a_photograph_keeps_more_colors_than_a_palette_has():
    vertical, horizontal = np.mgrid[20:220, 20:220]
    noise = np.random.default_rng(0).integers(-9, 10, size=(200, 200, 3))
    pixels = (np.stack([vertical, horizontal, np.full((200, 200), 90)], axis=-1) + noise).astype(np.uint8)
    address = inline_png(as_png(pixels)).address
    assert decoded(address).format == "JPEG"
    assert len(address) < len(as_png(pixels)) / 2
    assert np.abs(np.asarray(decoded(address), float) - pixels).mean() < 8


def test_what_becomes_no_smaller_is_kept():
    png = as_png(np.random.default_rng(0).integers(256, size=(3, 300, 3), dtype=np.uint8))
    assert base64.b64decode(inline_png(png).address.partition(",")[2]) == png


@pytest.mark.parametrize("bands", [1, 3])
def test_a_stamp_is_small_and_shows_what_it_showed(bands):
    ramp = np.broadcast_to(np.linspace(0, 255, 400).astype(np.uint8)[:, None, None], (400, 200, bands))
    inline = inline_stamp(np.ascontiguousarray(ramp))
    image = decoded(inline.address)
    assert image.format == "JPEG"
    assert image.size == (inline.width, inline.height) == (80, 160)
    assert np.abs(np.asarray(image.convert("L"), float)[:, 40] - np.linspace(0, 255, 160)).max() < 4


def test_a_stamp_is_not_blown_up():
    assert inline_stamp(np.zeros((16, 16, 3), np.uint8))[1:] == (16, 16)
