"""Claims about where pixels go: closed forms, scipy as the reference, and what rotation, zoom and shift leave alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from galexp.transform import warp as module
from galexp.transform.crop import center_crop_to_float
from galexp.transform.dihedral import ORDER, dihedral
from galexp.transform.resize import size_with_margin
from galexp.transform.warp import Motion, chunks, warp

INVERSE = [0, 3, 2, 1, 4, 5, 6, 7]


def noise(rows, side, seed=0):
    return torch.rand(rows, 3, side, side, generator=torch.Generator().manual_seed(seed))


def blob(side, x=0.0, y=0.0, sigma=3.0):
    pixels = torch.arange(side) - (side - 1) / 2
    return torch.exp(-((pixels[None] - x) ** 2 + (pixels[:, None] - y) ** 2) / (2 * sigma**2)).view(1, 1, side, side)


def moments(image):
    side = image.shape[-1]
    pixels = torch.arange(side) - (side - 1) / 2
    across, down = image.sum((0, 1, 2)) / image.sum(), image.sum((0, 1, 3)) / image.sum()
    x, y = (across * pixels).sum(), (down * pixels).sum()
    return x.item(), y.item(), (across * (pixels - x) ** 2).sum().item()


def move(rows=1, element=0, angle=0.0, zoom=1.0, shift=(0.0, 0.0)):
    ones = torch.ones(rows)
    return Motion((element * ones).long(), angle * ones, zoom * ones, torch.tensor(shift) * ones[:, None])


def reference(image, element, angle, zoom, shift, mode):
    """Return what scipy makes of an image of one band, with rows before columns and y upward as textbooks have it."""
    turned = np.rot90(image[:, ::-1] if element >= 4 else image, element % 4)
    theta = np.deg2rad(angle)
    matrix = np.array([[np.cos(theta), np.sin(theta)], [-np.sin(theta), np.cos(theta)]]) / zoom
    center = (np.array(image.shape) - 1) / 2
    offset = center - matrix @ (center + np.array(shift)[::-1])
    return ndimage.affine_transform(turned, matrix, offset, order=1, mode=mode)


@pytest.mark.parametrize(("padding", "mode"), [("reflection", "reflect"), ("zeros", "grid-constant")])
@pytest.mark.parametrize(
    ("element", "angle", "zoom", "shift"),
    [(0, 20.0, 1.0, (0, 0)), (3, -75.0, 1.0, (2, -5)), (6, 250.0, 0.7, (0.4, 3.3)), (5, 0.0, 1.3, (-1.5, 0))],
)
def test_a_warp_is_what_scipy_makes_of_it(padding, mode, element, angle, zoom, shift):
    image = noise(1, 31)[:, :1]
    found = warp(image, move(1, element, angle, zoom, shift), 31, padding)
    expected = reference(image[0, 0].numpy(), element, angle, zoom, shift, mode)
    np.testing.assert_allclose(found[0, 0].numpy(), expected, atol=2e-5)


@pytest.mark.parametrize(("stored", "image_size"), [(16, 16), (17, 17), (24, 16), (25, 16), (24, 17)])
@pytest.mark.parametrize("element", range(ORDER))
def test_an_element_alone_is_the_very_flip_or_quarter_turn(stored, image_size, element):
    images = noise(2, stored)
    expected = dihedral(center_crop_to_float(images, image_size), element)
    assert torch.equal(warp(images, move(2, element), image_size), expected)


@pytest.mark.parametrize("element", range(ORDER))
def test_an_element_after_its_inverse_returns_the_image(element):
    images = noise(2, 21)
    assert torch.equal(warp(dihedral(images, INVERSE[element]), move(2, element), 21), images)


@pytest.mark.parametrize("quarters", [-1, 1, 2, 3, 4])
def test_a_rotation_by_ninety_degrees_is_a_quarter_turn(quarters):
    images = noise(2, 40)
    found = warp(images, move(2, angle=90.0 * quarters), 40)
    torch.testing.assert_close(found, images.rot90(quarters, (-2, -1)), atol=1e-4, rtol=0)


@settings(deadline=None, max_examples=15)
@given(st.floats(-720, 720), st.integers(0, 3))
def test_a_rotation_and_its_reverse_return_the_image_inside_a_disk(angle, quarters):
    image = blob(48, 6, -4, sigma=5) + 0.5 * blob(48, -9, 3, sigma=6)
    there = warp(image, move(1, quarters, angle), 48)
    back = warp(there, move(1, -quarters % 4, -angle), 48)
    pixels = torch.arange(48) - 23.5
    disk = pixels[None] ** 2 + pixels[:, None] ** 2 < 22**2
    assert (back - image)[..., disk].abs().max() < 0.03


@settings(deadline=None, max_examples=15)
@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(0, 360), st.integers(0, 7))
def test_a_centered_blob_moves_by_exactly_the_shift_whatever_turns_it(x, y, angle, element):
    found = warp(blob(48), move(1, element, angle, shift=(x, y)), 48, "zeros")
    assert moments(found)[:2] == pytest.approx((x, y), abs=5e-3)


def test_a_shift_by_whole_pixels_copies_them():
    images = noise(2, 9)
    found = warp(images, move(2, shift=(2.0, -3.0)), 9, "zeros")
    assert torch.equal(found[..., :6, 2:], images[..., 3:, :7])
    assert not found[..., 6:, :].any()
    assert not found[..., :2].any()


@settings(deadline=None, max_examples=15)
@given(st.floats(0.6, 1.5), st.floats(0, 360))
def test_zoom_scales_second_moments_by_its_square_and_leaves_the_surface_brightness(zoom, angle):
    found = warp(blob(80, sigma=6), move(1, angle=angle, zoom=zoom), 80, "zeros")
    assert moments(found)[2] == pytest.approx(36 * zoom**2, rel=0.01)
    assert found.sum().item() == pytest.approx(2 * torch.pi * 36 * zoom**2, rel=0.01)


def test_corners_hold_zeros_or_the_reflection_where_there_is_no_margin():
    white = torch.ones(1, 1, 32, 32)
    corner = warp(white, move(angle=45.0), 32, "zeros")[0, 0, 0, 0]
    assert corner == 0
    torch.testing.assert_close(warp(white, move(angle=45.0), 32, "reflection"), white)


@pytest.mark.parametrize("image_size", [33, 64])
def test_a_margin_of_sqrt_two_hides_the_padding_at_every_angle(image_size):
    side = size_with_margin(image_size, field_fraction=0.5)
    white = torch.full((360, 1, side, side), 255, dtype=torch.uint8)
    motion = move(360)._replace(angles=torch.arange(360.0))
    torch.testing.assert_close(warp(white, motion, image_size, "zeros"), torch.ones(360, 1, image_size, image_size))


def test_autocast_to_half_precision_changes_nothing():
    images, motion = noise(2, 64), move(2, 1, 12.0, 1.05, (0.5, 1.0))
    with torch.autocast("cpu", torch.bfloat16):
        found = warp(images, motion, 64)
    assert torch.equal(found, warp(images, motion, 64))


def test_all_at_once_as_on_a_gpu_is_the_same_as_in_chunks():
    images = noise(6, 20)
    motion = move(6)._replace(elements=torch.arange(6), angles=torch.tensor([0, 0, 10, 0, 200.0, 0]))
    arguments = images, module._affine(motion, (20, 20), 16), motion.resamples(), 16, "zeros"
    torch.testing.assert_close(module._at_once(*arguments), module._in_chunks(*arguments), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("motion", "resamples"),
    [
        (move(element=5, shift=(3.0, -2.0)), False),
        (move(angle=1e-6), True),
        (move(zoom=1.01), True),
        (move(shift=(0.0, 0.5)), True),
    ],
)
def test_only_what_falls_between_pixels_is_resampled(motion, resamples):
    assert motion.resamples().tolist() == [resamples]


def test_chunks_hold_every_row_once_in_order(monkeypatch):
    monkeypatch.setattr(module, "_CPU_CHUNK", 3 * 4 * 4 * 5)
    found = list(chunks(torch.arange(12), torch.empty(12, 3, 4, 4)))
    assert [len(rows) for rows in found] == [5, 5, 2]
    assert torch.cat(found).tolist() == list(range(12))


def test_no_images_stay_none():
    assert warp(noise(0, 20), move(0), 16).shape == (0, 3, 16, 16)


def test_images_that_cannot_be_warped_are_refused():
    with pytest.raises(ValueError, match="stored images have 16 px, the network wants 20 px"):
        warp(noise(2, 16), move(2), 20)
    with pytest.raises(ValueError, match="expected uint8"):
        warp(noise(2, 16).long(), move(2), 16)
