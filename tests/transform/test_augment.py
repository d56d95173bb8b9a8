"""Claims about augmentation: what is drawn, what is done with it, and that nothing else decides."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from scipy import stats

from galexp.config import choices, compose
from galexp.target import instantiate
from galexp.transform.augment import Augmentation, DihedralRotation
from galexp.transform.crop import center_crop_to_float
from galexp.transform.dihedral import ORDER, dihedral
from galexp.transform.pixel import add_noise, light, tint
from galexp.transform.warp import warp

AUGMENT = DihedralRotation()
ALWAYS = DihedralRotation(max_rotation_degrees=180, rotation_probability=1)
ZEROS_OUTSIDE = dataclasses.replace(ALWAYS, padding="zeros")
EVERYTHING = Augmentation(
    symmetry="dihedral",
    rotation_degrees=(0, 360),
    rotation_probability=0.8,
    zoom=(0.8, 1.25),
    zoom_scale="log",
    zoom_probability=0.5,
    max_shift=3,
    random_crop=True,
    max_brightness=0.05,
    max_contrast=0.1,
    color=(0.01, 0.02, 0.03),
    noise=0.04,
)
KEYS = torch.arange(40) * 7919
MANY = torch.arange(8000)
PRESETS = {name: compose([f"transform={name}"])["transform"]["augment"] for name in choices()["transform"]}


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


def test_the_draws_of_the_default_are_those_that_kept_runs_were_trained_with():
    elements, angles = elements_and_angles(AUGMENT, KEYS[:6], seed=5, epoch=3)
    assert elements.tolist() == [7, 6, 0, 6, 5, 3]
    expected = [13.483943939208984, 3.055166721343994, -6.416301727294922, -6.986591339111328, 0.0, -5.4515790939331055]
    assert angles.tolist() == expected


def test_nothing_asked_for_is_the_center_crop():
    images = noise(len(KEYS), 20)
    assert torch.equal(Augmentation()(images, KEYS, 0, 0, 16), center_crop_to_float(images, 16))


def test_everything_is_the_warp_then_light_then_color_then_noise():
    images = noise(len(KEYS), 24)
    drawn = EVERYTHING.draw(KEYS, 1, 2, 16)
    expected = warp(images, drawn.motion, 16, "reflection")
    expected = tint(light(expected, drawn.brightness, drawn.contrast), drawn.color, EVERYTHING.color)
    assert torch.equal(EVERYTHING(images, KEYS, 1, 2, 16), add_noise(expected, 0.04, KEYS, 1, 2))


def test_everything_of_an_object_depends_on_seed_epoch_and_key_alone():
    images = noise(len(KEYS), 30)
    together = EVERYTHING(images, KEYS, seed=2, epoch=-3, image_size=24)
    assert torch.equal(EVERYTHING(images, KEYS, 2, -3, 24), together)
    alone = torch.cat([EVERYTHING(i[None], k[None], 2, -3, 24) for i, k in zip(images, KEYS, strict=True)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    for seed, epoch, keys in ((3, -3, KEYS), (2, -4, KEYS), (2, -3, KEYS + 1)):
        different = (EVERYTHING(images, keys, seed, epoch, 24) - together).flatten(1).abs().amax(1)
        assert different.min() > 0.01


@pytest.mark.parametrize(
    ("symmetry", "elements"), [("dihedral", range(ORDER)), ("mirror", (0, ORDER // 2)), ("none", (0,))]
)
def test_a_symmetry_draws_its_own_elements_alike(symmetry, elements):
    found = torch.bincount(draw(Augmentation(symmetry=symmetry), MANY, 0, 0).motion.elements, minlength=ORDER)
    assert found.nonzero()[:, 0].tolist() == list(elements)
    assert (found[found > 0] / len(MANY) - 1 / len(elements)).abs().max() < 0.02


@pytest.mark.parametrize("degrees", [(0.0, 360.0), (-10.0, 10.0), (30.0, 31.0)])
def test_angles_are_uniform_over_any_range(degrees):
    angles = draw(Augmentation(rotation_degrees=degrees), MANY, 0, 0).motion.angles
    assert stats.kstest(angles.numpy(), "uniform", args=(degrees[0], degrees[1] - degrees[0])).pvalue > 0.001


def test_zooms_are_uniform_or_uniform_in_their_logarithm_where_there_are_any():
    linear = draw(Augmentation(zoom=(1.0, 1.1), zoom_probability=0.75), MANY, 0, 0).motion.zooms
    assert stats.binomtest(int((linear != 1).sum()), len(MANY), 0.75).pvalue > 0.001
    assert stats.kstest(linear[linear != 1].numpy(), "uniform", args=(1, 0.1)).pvalue > 0.001
    log = draw(Augmentation(zoom=(1 / 1.3, 1.3), zoom_scale="log"), MANY, 0, 0).motion.zooms
    assert stats.kstest(log.numpy(), stats.loguniform(1 / 1.3, 1.3).cdf).pvalue > 0.001


def test_shifts_are_uniform_along_both_axes_or_whole_pixels_all_alike():
    shifts = draw(Augmentation(max_shift=4), MANY, 0, 0).motion.shifts
    for axis in range(2):
        assert stats.kstest(shifts[:, axis].numpy(), "uniform", args=(-4, 8)).pvalue > 0.001
    assert abs(stats.pearsonr(*shifts.T.numpy()).statistic) < 4 / len(MANY) ** 0.5
    whole = draw(Augmentation(max_shift=4.5, whole_pixels=True), MANY, 0, 0).motion
    values, counts = whole.shifts.unique(return_counts=True)
    assert values.tolist() == list(range(-4, 5))
    assert stats.chisquare(counts.numpy()).pvalue > 0.001
    assert not whole.resamples().any()


def test_a_random_crop_goes_as_far_as_the_zoomed_image_covers_the_frame():
    augment = Augmentation(zoom=(0.9, 1.5), random_crop=True, padding="zeros")
    motion = augment.draw(MANY, 0, 0, image_size=100)[0]
    room = 50 * (motion.zooms - 1).clamp(min=0)
    assert (motion.shifts.abs() <= room[:, None]).all()
    larger = room > 0
    assert stats.kstest((motion.shifts / room[:, None])[larger, 0].numpy(), "uniform", args=(-1, 2)).pvalue > 0.001
    white = augment(torch.ones(200, 1, 100, 100), MANY[:200], 0, 0, 100)
    covered = white[larger[:200]][..., 1:-1, 1:-1]
    torch.testing.assert_close(covered, torch.ones_like(covered))


def test_brightness_and_contrast_are_uniform_and_color_is_normal():
    drawn = draw(Augmentation(max_brightness=0.05, max_contrast=0.2), MANY, 0, 0)
    assert stats.kstest(drawn.brightness.numpy(), "uniform", args=(-0.05, 0.1)).pvalue > 0.001
    assert stats.kstest(drawn.contrast.numpy(), "uniform", args=(-0.2, 0.4)).pvalue > 0.001
    assert stats.kstest(drawn.color.numpy(), "norm").pvalue > 0.001


def test_what_is_drawn_for_one_thing_is_independent_of_the_others():
    drawn = draw(dataclasses.replace(EVERYTHING, rotation_probability=1, zoom_probability=1), MANY, 0, 0)
    columns = [drawn.motion.elements.float(), drawn.motion.angles, drawn.motion.zooms.log(), *drawn.motion.shifts.T]
    columns += [drawn.brightness, drawn.contrast, drawn.color]
    correlation = torch.corrcoef(torch.stack(columns)) - torch.eye(len(columns))
    assert correlation.abs().max() < 4.5 / len(MANY) ** 0.5


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_augments_a_batch(name):
    output = instantiate(PRESETS[name])(noise(4, 24), KEYS[:4], 0, 0, 16)
    assert output.shape == (4, 3, 16, 16)
    assert output.dtype == torch.float32
    assert output.isfinite().all()


def test_wu_2020_augments_as_the_default_does():
    images = noise(len(KEYS), 20)
    assert torch.equal(instantiate(PRESETS["wu2020"])(images, KEYS, 0, 1, 16), AUGMENT(images, KEYS, 0, 1, 16))


def test_the_noise_of_deepgalaxy_is_all_that_it_does():
    images = noise(8, 64)
    added = instantiate(PRESETS["deepgalaxy"])(images, KEYS[:8], 0, 0, 64) - images / 255
    assert added.std().item() == pytest.approx(0.08, rel=0.01)
    assert added.mean().abs() < 0.001


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"symmetry": "octagon"}, "symmetry is 'octagon'; expected 'dihedral' or 'mirror' or 'none'"),
        ({"rotation_degrees": (10, -10)}, r"rotation_degrees is \[10, -10\]; expected a lowest and a highest number"),
        ({"rotation_degrees": (10,)}, r"rotation_degrees is \[10\]; expected a lowest and a highest number"),
        ({"zoom": (0, 1)}, r"zoom is \[0, 1\]; expected a lowest and a highest number above 0"),
        ({"zoom_scale": "cubic"}, "zoom_scale is 'cubic'; expected 'linear' or 'log'"),
        ({"zoom_probability": -0.1}, "zoom_probability is -0.1; expected 0 to 1"),
        ({"max_shift": -1}, "max_shift is -1; expected 0 or more"),
        ({"max_brightness": float("nan")}, "max_brightness is nan; expected 0 or more"),
        ({"max_contrast": float("inf")}, "max_contrast is inf; expected 0 or more"),
        ({"noise": -0.08}, "noise is -0.08; expected 0 or more"),
    ],
)
def test_arguments_of_an_augmentation_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Augmentation(**arguments)


def test_a_color_needs_a_number_for_each_band():
    with pytest.raises(ValueError, match="color has 3 numbers and the images 1 bands"):
        EVERYTHING(noise(2, 20)[:, :1], KEYS[:2], 0, 0, 16)


@pytest.mark.gpu
def test_the_accelerator_gives_what_the_cpu_gives():
    images = noise(len(KEYS), 30)
    there = AUGMENT(images.cuda(), KEYS.cuda(), 0, 0, 24).cpu()
    torch.testing.assert_close(there, AUGMENT(images, KEYS, 0, 0, 24), atol=1e-4, rtol=0)


@pytest.mark.gpu
def test_the_accelerator_does_everything_as_the_cpu_does_and_in_full_precision():
    images = noise(len(KEYS), 30)
    with torch.autocast("cuda", torch.bfloat16):
        there = EVERYTHING(images.cuda(), KEYS.cuda(), 0, 0, 24).cpu()
    torch.testing.assert_close(there, EVERYTHING(images, KEYS, 0, 0, 24), atol=1e-3, rtol=0)
