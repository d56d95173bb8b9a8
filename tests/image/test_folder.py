from __future__ import annotations

import numpy as np
import pytest
import torch
from astropy.io import fits
from astropy.table import Table

from galexp.image.codec import decode
from galexp.image.folder import ImageFolder, stretch_fits
from galexp.image.stretch import sdss_asinh


@pytest.fixture
def folder(tmp_path, image_bytes):
    (tmp_path / "a.jpg").write_bytes(image_bytes("a", kind="JPEG"))
    (tmp_path / "b.PNG").write_bytes(image_bytes("b"))
    (tmp_path / "c.jpeg").write_bytes(image_bytes("c", kind="JPEG")[:-100])
    (tmp_path / "notes.txt").write_text("x")
    return tmp_path


def ids(*names: str) -> Table:
    return Table({"id": list(names)})


def test_rows_with_a_file_are_available(folder):
    assert ImageFolder(str(folder)).available(ids("b", "x", "a")).tolist() == [True, False, True]


def test_bytes_are_those_of_the_files_in_the_order_of_the_rows(folder):
    found = dict(ImageFolder(str(folder)).images(ids("b", "a")))
    assert list(found) == ["b", "a"]
    assert found["a"] == (folder / "a.jpg").read_bytes()
    assert found["b"] == (folder / "b.PNG").read_bytes()


def test_no_overlap_names_both_sides_and_the_settings(folder):
    message = r"none of 2 catalog ids \(such as x, y\).*holds 3 images \(such as a\.jpg, b\.PNG.*imaging\.root and"
    with pytest.raises(ValueError, match=message):
        ImageFolder(str(folder)).available(ids("x", "y"))


def test_a_truncated_image_stops_with_its_file_and_the_way_around(folder):
    with pytest.raises(ValueError, match=r"c\.jpeg is not a whole .*; or set imaging\.unreadable=skip"):
        list(ImageFolder(str(folder)).images(ids("a", "c")))


def test_a_truncated_image_is_left_out_with_skip(folder):
    imaging = ImageFolder(str(folder), unreadable="skip")
    assert [name for name, _ in imaging.images(ids("a", "c", "b"))] == ["a", "b"]


@pytest.mark.parametrize("root", [None, "no/such/folder"])
def test_a_missing_folder_is_refused(root):
    with pytest.raises(ValueError, match=r"imaging\.root is .*, which is no folder; give imaging\.root=FOLDER"):
        ImageFolder(root)


def test_an_unknown_policy_is_refused(folder):
    with pytest.raises(ValueError, match=r"imaging\.unreadable is 'drop'; choose raise or skip"):
        ImageFolder(str(folder), unreadable="drop")


@pytest.mark.parametrize("pixel_scale", [None, 0.2])
def test_three_planes_of_fits_become_the_stretch_of_g_r_i(tmp_path, pixel_scale):
    planes = np.random.default_rng(0).exponential(0.3, (3, 8, 6)).astype(">f4")
    fits.writeto(tmp_path / "a.fits", planes)
    [(_, image)] = ImageFolder(str(tmp_path), pixel_scale=pixel_scale).images(ids("a"))
    expected = sdss_asinh(torch.from_numpy(planes.astype("f4"))[None], pixel_scale or 0.396)[0] * 255
    np.testing.assert_allclose(decode(image, "a"), expected.permute(1, 2, 0).numpy(), atol=0.501)


def test_one_plane_with_gaps_is_stretched_as_three_equal_planes_and_its_gaps_are_black(tmp_path):
    plane = np.random.default_rng(0).exponential(0.3, (8, 6)).astype("f4")
    plane[0, 0] = np.nan
    fits.writeto(tmp_path / "one.fits", plane)
    fits.writeto(tmp_path / "three.fits", np.stack([plane] * 3))
    assert stretch_fits(tmp_path / "one.fits") == stretch_fits(tmp_path / "three.fits")
    assert decode(stretch_fits(tmp_path / "one.fits"), "one")[0, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("length", [0, 100, 3000, 3200])
def test_a_truncated_fits_image_is_refused_by_name(tmp_path, length):
    fits.writeto(tmp_path / "a.fits", np.ones((3, 8, 8), dtype="f4"))
    (tmp_path / "cut.fits").write_bytes((tmp_path / "a.fits").read_bytes()[:length])
    with pytest.raises(ValueError, match=r"cut\.fits is not a whole FITS image .*fetch it again or remove it"):
        stretch_fits(tmp_path / "cut.fits")


def test_fits_without_pixels_is_refused(tmp_path):
    fits.PrimaryHDU().writeto(tmp_path / "empty.fits")
    with pytest.raises(ValueError, match=r"empty\.fits is not a whole FITS image"):
        stretch_fits(tmp_path / "empty.fits")


def test_two_planes_are_refused_with_their_shape(tmp_path):
    fits.writeto(tmp_path / "two.fits", np.ones((2, 8, 8), dtype="f4"))
    with pytest.raises(ValueError, match=r"shape \(2, 8, 8\); expected one plane, or three ordered g, r, i"):
        stretch_fits(tmp_path / "two.fits")
