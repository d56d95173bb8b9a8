"""Claims about augmentation: what is drawn, what is done with it, and that nothing else decides."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from scipy import stats

from galexp.transform.augment import DihedralRotation
from galexp.transform.crop import center_crop_to_float
from galexp.transform.dihedral import ORDER, dihedral

AUGMENT = DihedralRotation()
ALWAYS = DihedralRotation(max_rotation_degrees=180, rotation_probability=1)
ZEROS_OUTSIDE = dataclasses.replace(ALWAYS, padding="zeros")
KEYS = torch.arange(40) * 7919
MANY = torch.arange(8000)


def draw(augment, keys, seed, epoch, image_size=16):
    augment = augment.augmentation() if isinstance(augment, DihedralRotation) else augment
    return augment.draw(keys, seed, epoch, image_size)


def elements_and_angles(augment, keys, seed, epoch):
    return draw(augment, keys, seed, epoch).motion[:2]


def noise(rows, side, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (rows, 3, side, side), dtype=torch.uint8, generator=generator)


def blob(side, x, y, sigma=3.0):
    pixels = torch.arange(side) - (side - 1) / 2
    return torch.exp(-((pixels[None] - x) ** 2 + (pixels[:, None] - y) ** 2) / (2 * sigma**2)).view(1, 1, side, side)


@pytest.mark.parametrize(
    ("stored", "image_size"), [(16, 16), (17, 17), (24, 16), (63, 63), (25, 17), (25, 16), (24, 17)]
)
def test_without_rotation_every_row_is_exactly_a_quarter_turn_or_flip(stored, image_size):
    augment = DihedralRotation(rotation_probability=0)
    images = noise(len(KEYS), stored)
    output = augment(images, KEYS, seed=0, epoch=1, image_size=image_size)
    elements, angles = elements_and_angles(augment, KEYS, seed=0, epoch=1)
    assert set(elements.tolist()) == set(range(ORDER))
    assert not angles.any()
    expected = torch.stack(
        [dihedral(center_crop_to_float(i, image_size), e) for i, e in zip(images, elements.tolist(), strict=True)]
    )
    torch.testing.assert_close(output, expected, atol=1e-6, rtol=0)


def test_a_vanishing_rotation_agrees_with_the_exact_elements():
    augment = DihedralRotation(max_rotation_degrees=1e-6, rotation_probability=1)
    images = noise(len(KEYS), 23)
    elements, angles = elements_and_angles(augment, KEYS, seed=0, epoch=0)
    assert angles.all()
    expected = torch.stack([dihedral(i / 255, e) for i, e in zip(images, elements.tolist(), strict=True)])
    torch.testing.assert_close(augment(images, KEYS, 0, 0, 23), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("stored", [64, 71])
def test_a_blob_moves_where_the_rotation_says_with_its_flux(stored):
    output = ZEROS_OUTSIDE(blob(stored, 12, -5).expand(len(KEYS), -1, -1, -1), KEYS, 0, 0, image_size=stored)
    elements, angles = elements_and_angles(ALWAYS, KEYS, 0, 0)
    pixels = torch.arange(stored) - (stored - 1) / 2
    flux = output.sum((1, 2, 3))
    x, y = (output.sum(2)[:, 0] * pixels).sum(1) / flux, (output.sum(3)[:, 0] * pixels).sum(1) / flux
    theta = torch.deg2rad(angles + 90 * (elements % 4))
    start = torch.where(elements >= 4, -12.0, 12.0)
    # y grows downward, so that a counterclockwise turn takes (x, y) to (x cos + y sin, -x sin + y cos).
    torch.testing.assert_close(x, start * theta.cos() - 5 * theta.sin(), atol=0.02, rtol=0)
    torch.testing.assert_close(y, -start * theta.sin() - 5 * theta.cos(), atol=0.02, rtol=0)
    torch.testing.assert_close(flux, torch.full_like(flux, 2 * torch.pi * 9), atol=0, rtol=0.005)


def test_rotation_and_crop_keep_the_pixel_scale():
    output = ALWAYS(blob(92, 0, 0, sigma=6).expand(8, -1, -1, -1), KEYS[:8], 0, 0, image_size=64)
    torch.testing.assert_close(output, blob(64, 0, 0, sigma=6).expand(8, -1, -1, -1), atol=0.01, rtol=0)


def test_the_margin_fills_the_corners_and_the_padding_does_where_there_is_none():
    white = torch.full((40, 1, 92, 92), 255, dtype=torch.uint8)
    torch.testing.assert_close(ZEROS_OUTSIDE(white, KEYS, 0, 0, 64), torch.ones(40, 1, 64, 64))
    assert ZEROS_OUTSIDE(white[..., :64, :64], KEYS, 0, 0, 64).min() < 0.1
    torch.testing.assert_close(ALWAYS(white[..., :64, :64], KEYS, 0, 0, 64), torch.ones(40, 1, 64, 64))


def test_one_by_one_equals_a_batch_in_any_order():
    images = noise(len(KEYS), 30)
    together = AUGMENT(images, KEYS, seed=2, epoch=3, image_size=24)
    alone = torch.cat([AUGMENT(i[None], k[None], 2, 3, 24) for i, k in zip(images, KEYS, strict=True)])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)
    order = torch.randperm(len(KEYS))
    torch.testing.assert_close(AUGMENT(images[order], KEYS[order], 2, 3, 24), together[order], atol=1e-6, rtol=0)


def test_a_large_batch_in_chunks_equals_small_ones(monkeypatch):
    images = noise(len(KEYS), 30)
    whole = AUGMENT(images, KEYS, 0, 0, 24)
    monkeypatch.setattr("galexp.transform.warp._CPU_CHUNK", 3 * 3 * 24**2)
    torch.testing.assert_close(AUGMENT(images, KEYS, 0, 0, 24), whole, atol=1e-6, rtol=0)


def test_epochs_and_seeds_differ():
    images = noise(len(KEYS), 24)
    first = AUGMENT(images, KEYS, seed=0, epoch=0, image_size=24)
    assert (AUGMENT(images, KEYS, 0, 1, 24) != first).any()
    assert (AUGMENT(images, KEYS, 1, 0, 24) != first).any()


def test_elements_and_angles_follow_their_distributions():
    elements, angles = elements_and_angles(AUGMENT, MANY, seed=0, epoch=0)
    assert stats.chisquare(torch.bincount(elements, minlength=8).numpy()).pvalue > 0.001
    assert stats.binomtest(int((angles != 0).sum()), 8000, 0.75).pvalue > 0.001
    rotated = angles[angles != 0].numpy()
    assert stats.kstest(rotated, "uniform", args=(-15, 30)).pvalue > 0.001


def test_eight_bit_and_floating_point_images_give_the_same():
    images = noise(len(KEYS), 20)
    torch.testing.assert_close(AUGMENT(images, KEYS, 0, 0, 20), AUGMENT(images / 255, KEYS, 0, 0, 20))


def test_output_stays_in_the_unit_interval_and_needs_no_gradient():
    output = AUGMENT(noise(len(KEYS), 20).div(255).requires_grad_(), KEYS, 0, 0, 16)
    assert output.min() >= 0
    assert output.max() <= 1
    assert not output.requires_grad


def test_an_empty_batch_stays_empty():
    assert AUGMENT(noise(0, 20), KEYS[:0], 0, 0, 16).shape == (0, 3, 16, 16)


def test_an_image_that_is_not_square_is_cropped_at_its_center():
    images = noise(len(KEYS), 30)[..., :20]
    output = DihedralRotation(rotation_probability=0)(images, KEYS, 0, 0, 16)
    elements, _ = elements_and_angles(AUGMENT, KEYS, 0, 0)
    expected = torch.stack(
        [dihedral(center_crop_to_float(i, 16), e) for i, e in zip(images, elements.tolist(), strict=True)]
    )
    torch.testing.assert_close(output, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_rotation_degrees": -1}, "expected 0 to 180"),
        ({"rotation_probability": 1.5}, "expected 0 to 1"),
        ({"padding": "border"}, "expected 'reflection' or 'zeros'"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        DihedralRotation(**arguments)


def test_images_that_cannot_be_augmented_are_refused():
    with pytest.raises(ValueError, match="stored images have 16 px"):
        AUGMENT(noise(2, 16), KEYS[:2], 0, 0, 20)
    with pytest.raises(ValueError, match="expected uint8"):
        AUGMENT(noise(2, 16).long(), KEYS[:2], 0, 0, 16)


@pytest.mark.gpu
def test_the_accelerator_gives_what_the_cpu_gives():
    images = noise(len(KEYS), 30)
    there = AUGMENT(images.cuda(), KEYS.cuda(), 0, 0, 24).cpu()
    torch.testing.assert_close(there, AUGMENT(images, KEYS, 0, 0, 24), atol=1e-4, rtol=0)
