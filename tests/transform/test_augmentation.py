"""Claims about an augmentation of many steps, and about those of the studies."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from scipy import stats

from galexp.config import choices, compose
from galexp.target import instantiate
from galexp.transform.augment import Augmentation, DihedralRotation
from galexp.transform.crop import center_crop_to_float
from galexp.transform.dihedral import ORDER
from galexp.transform.pixel import add_noise, light, tint
from galexp.transform.warp import warp

AUGMENT = DihedralRotation()
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


def preset(name):
    return instantiate(compose([f"transform={name}"])["transform"]["augment"])


def draw(augment, keys, seed, epoch, image_size=16):
    augment = augment.augmentation() if isinstance(augment, DihedralRotation) else augment
    return augment.draw(keys, seed, epoch, image_size)


def elements_and_angles(augment, keys, seed, epoch):
    return draw(augment, keys, seed, epoch).motion[:2]


def noise(rows, side, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (rows, 3, side, side), dtype=torch.uint8, generator=generator)


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


@pytest.mark.parametrize("name", choices()["transform"])
def test_every_preset_augments_a_batch(name):
    output = preset(name)(noise(4, 24), KEYS[:4], 0, 0, 16)
    assert output.shape == (4, 3, 16, 16)
    assert output.dtype == torch.float32
    assert output.isfinite().all()


def test_wu_2020_augments_as_the_default_does():
    images = noise(len(KEYS), 20)
    assert torch.equal(preset("wu2020")(images, KEYS, 0, 1, 16), AUGMENT(images, KEYS, 0, 1, 16))


def test_the_noise_of_deepgalaxy_is_all_that_it_does():
    images = noise(8, 64)
    added = preset("deepgalaxy")(images, KEYS[:8], 0, 0, 64) - images / 255
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
def test_the_accelerator_does_everything_as_the_cpu_does_and_in_full_precision():
    images = noise(len(KEYS), 30)
    with torch.autocast("cuda", torch.bfloat16):
        there = EVERYTHING(images.cuda(), KEYS.cuda(), 0, 0, 24).cpu()
    torch.testing.assert_close(there, EVERYTHING(images, KEYS, 0, 0, 24), atol=1e-3, rtol=0)
