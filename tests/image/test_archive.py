"""Claims about images inside a zip file."""

from __future__ import annotations

import re
import zipfile

import pytest
from astropy.table import Table

from galexp.image.archive import ImageArchive


def ids(*names):
    return Table({"id": list(names)})


@pytest.fixture
def archive(tmp_path, image_bytes):
    """Write an archive as systems make them: in a folder, with leftovers, stored or deflated."""
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as file:
        file.writestr("images_training_rev1/", "")
        file.writestr("images_training_rev1/100008.jpg", image_bytes("100008", kind="JPEG"))
        file.writestr("images_training_rev1/100023.png", image_bytes("100023"), zipfile.ZIP_DEFLATED)
        file.writestr("images_training_rev1/100053.jpg", image_bytes("100053", kind="JPEG")[:-100])
        file.writestr("__MACOSX/images_training_rev1/._100008.jpg", b"leftover")
        file.writestr("images_training_rev1/.hidden.jpg", b"leftover")
        file.writestr("readme.txt", b"hello")
    return tmp_path / "images.zip"


def test_bytes_are_those_that_were_packed_in_the_order_of_the_rows(archive, image_bytes):
    found = list(ImageArchive(str(archive)).images(ids("100023", "100008")))
    assert found == [("100023", image_bytes("100023")), ("100008", image_bytes("100008", kind="JPEG"))]


def test_identifiers_are_the_names_of_the_images_alone(archive):
    assert ImageArchive(str(archive)).identifiers == ["100008", "100023", "100053"]
    assert ImageArchive(str(archive)).available(ids("100023", "7", "100008")).tolist() == [True, False, True]


def test_an_archive_without_the_rows_images_names_both_sides(archive):
    message = (
        r"none of 2 catalog ids \(such as 1, 2\) has an image in .*images\.zip, which holds 3 images \(such as 100"
    )
    with pytest.raises(ValueError, match=message):
        ImageArchive(str(archive)).available(ids("1", "2"))


def test_a_truncated_image_stops_with_its_name_or_is_left_out(archive):
    message = r"100053\.jpg in .*images\.zip is not a whole 8-bit image .*; or set imaging\.unreadable=skip"
    with pytest.raises(ValueError, match=message):
        list(ImageArchive(str(archive)).images(ids("100008", "100053")))
    kept = ImageArchive(str(archive), unreadable="skip").images(ids("100008", "100053", "100023"))
    assert [name for name, _ in kept] == ["100008", "100023"]


@pytest.mark.parametrize("name", ["100008", "100023"])
def test_a_flipped_bit_is_found_by_the_archives_own_checksum(archive, image_bytes, name):
    content = bytearray(archive.read_bytes())
    packed = image_bytes(name, kind="JPEG") if name == "100008" else None
    start = content.index(packed) if packed else content.index(b"100023.png") + 40
    content[start + 30] ^= 1
    archive.write_bytes(content)
    with pytest.raises(
        ValueError, match=rf"{name}\.\w+ in .*images\.zip cannot be unpacked .*; fetch the archive again"
    ):
        list(ImageArchive(str(archive)).images(ids(name)))


def test_the_fingerprint_follows_the_content_of_the_rows_alone(archive, image_bytes):
    rows = ids("100008", "100023")
    before = ImageArchive(str(archive)).fingerprint(rows)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("more/7.jpg", image_bytes("7", kind="JPEG"))
    assert ImageArchive(str(archive)).fingerprint(rows) == before
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("images_training_rev1/100008.jpg", image_bytes("other", kind="JPEG"))
        file.writestr("images_training_rev1/100023.png", image_bytes("100023"))
    assert ImageArchive(str(archive)).fingerprint(rows) != before


def test_one_id_in_two_places_is_refused(archive, image_bytes):
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("again/100008.png", image_bytes("100008"))
    message = r"holds one id twice, images_training_rev1/100008\.jpg and again/100008\.png; keep one file each"
    with pytest.raises(ValueError, match=message):
        ImageArchive(str(archive))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "imaging.path is '{}', which is no file; give imaging.path=FILE.zip"),
        (b"id,label\n1,2\n", "{} is no whole zip file (File is not a zip file); fetch it again, name another"),
        ("half", "{} is no whole zip file"),
    ],
)
def test_what_is_no_archive_is_refused_with_its_name(tmp_path, archive, content, message):
    path = tmp_path / "other.zip"
    if content is not None:
        path.write_bytes(archive.read_bytes()[:-200] if content == "half" else content)
    with pytest.raises(ValueError, match=re.escape(message.format(path))):
        ImageArchive(str(path))


def test_an_unknown_way_with_broken_images_is_refused(archive):
    with pytest.raises(ValueError, match=r"imaging\.unreadable is 'never'; choose raise or skip"):
        ImageArchive(str(archive), unreadable="never")
