"""Claims about color images in one band."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table
from PIL import Image

from galexp.image.codec import decode
from galexp.image.gray import GrayFolder


def test_color_becomes_the_luma_of_bt601_and_one_band_keeps_its_bytes(tmp_path, image_bytes):
    (tmp_path / "color.png").write_bytes(image_bytes("color"))
    (tmp_path / "plain.png").write_bytes(image_bytes("plain", bands=1))
    found = dict(GrayFolder(str(tmp_path)).images(Table({"id": ["color", "plain"]})))
    assert found["plain"] == image_bytes("plain", bands=1)
    luma = decode(image_bytes("color"), "") @ np.array([0.299, 0.587, 0.114])
    assert decode(found["color"], "").shape == (16, 16, 1)
    assert np.abs(decode(found["color"], "")[:, :, 0] - luma).max() <= 0.51


def test_a_broken_image_is_named_or_left_out_as_in_a_folder(tmp_path, image_bytes):
    (tmp_path / "whole.jpg").write_bytes(image_bytes("whole", kind="JPEG"))
    (tmp_path / "cut.jpg").write_bytes(image_bytes("cut", kind="JPEG")[:-100])
    rows = Table({"id": ["cut", "whole"]})
    with pytest.raises(ValueError, match=r"cut\.jpg is not a whole 8-bit image"):
        list(GrayFolder(str(tmp_path)).images(rows))
    kept = GrayFolder(str(tmp_path), unreadable="skip")
    assert kept.available(rows).all()
    assert [name for name, _ in kept.images(rows)] == ["whole"]
    assert kept.fingerprint(rows) != kept.fingerprint(rows[:1])


def test_transparency_and_palettes_are_read_as_their_colors(tmp_path):
    Image.new("RGBA", (4, 4), (10, 10, 10, 128)).save(tmp_path / "a.png")
    Image.new("RGB", (4, 4), (30, 30, 30)).quantize().save(tmp_path / "b.png")
    found = dict(GrayFolder(str(tmp_path)).images(Table({"id": ["a", "b"]})))
    assert [int(decode(found[name], "").mean()) for name in "ab"] == [10, 30]
