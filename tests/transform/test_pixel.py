"""Claims about brightness, contrast, color and noise."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torchvision.transforms.functional import adjust_brightness, adjust_contrast

from galexp.transform.pixel import add_noise, light, tint

KEYS = torch.arange(8) * 7919
GRAY = torch.full((8, 3, 32, 32), 0.5)


def images(low=0.0, high=1.0, bands=3):
    return low + (high - low) * torch.rand(4, bands, 16, 16, generator=torch.Generator().manual_seed(1))


def each(value, rows=4):
    return torch.full((rows,), value)


def test_no_brightness_and_no_contrast_change_nothing():
    torch.testing.assert_close(light(images(), each(0.0), each(0.0)), images(), atol=1e-7, rtol=0)


@settings(deadline=None, max_examples=25)
@given(st.floats(-0.2, 0.2), st.floats(-0.3, 0.3))
def test_brightness_is_added_to_the_mean_and_contrast_multiplies_the_spread(brightness, contrast):
    before, after = images(0.4, 0.6), light(images(0.4, 0.6), each(brightness), each(contrast))
    factor = 1 + contrast if contrast >= 0 else 1 / (1 - contrast)
    torch.testing.assert_close(after.mean((1, 2, 3)), before.mean((1, 2, 3)) + brightness, atol=1e-5, rtol=0)
    torch.testing.assert_close(after.std((1, 2, 3)), before.std((1, 2, 3)) * factor, atol=1e-5, rtol=0)


@pytest.mark.parametrize("contrast", [0.05, 0.5])
def test_a_contrast_and_its_opposite_undo_each_other(contrast):
    back = light(light(images(0.4, 0.6), each(0.0), each(contrast)), each(0.0), each(-contrast))
    torch.testing.assert_close(back, images(0.4, 0.6), atol=1e-6, rtol=0)


@pytest.mark.parametrize("contrast", [-0.5, 0.3, 2.0])
def test_contrast_of_one_band_is_that_of_torchvision(contrast):
    factor = 1 + contrast if contrast >= 0 else 1 / (1 - contrast)
    expected = torch.stack([adjust_contrast(image, factor) for image in images(bands=1)])
    torch.testing.assert_close(light(images(bands=1), each(0.0), each(contrast)), expected, atol=1e-6, rtol=0)


def test_each_image_has_its_own_light_and_stays_in_the_unit_interval():
    found = light(images(), torch.tensor([0.0, 2.0, -2.0, 0.1]), torch.tensor([0.0, 0.0, 0.0, 0.0]))
    torch.testing.assert_close(found[0], images()[0], atol=1e-7, rtol=0)
    assert found[1].min() == 1
    assert found[2].max() == 0
    torch.testing.assert_close(found[3], (images()[3] + 0.1).clamp(max=1), atol=1e-6, rtol=0)


def test_a_color_of_one_band_leaves_the_others_alone():
    found = tint(images(0.4, 0.6), torch.tensor([0.0, 1.0, -1.0, 0.5]), [0.1, 0.0, 0.0])
    moved = (found - images(0.4, 0.6)).mean((2, 3))
    torch.testing.assert_close(moved[:, 0], torch.tensor([0.0, 0.1, -0.1, 0.05]), atol=1e-6, rtol=0)
    assert not moved[:, 1:].any()


def test_a_gray_color_is_a_brightness_and_is_cut_to_the_unit_interval():
    found = tint(images(), each(1.0), [0.25] * 3)
    torch.testing.assert_close(found, light(images(), each(0.25), each(0.0)), atol=1e-6, rtol=0)
    assert found.max() == 1
    white = tint(torch.ones(4, 3, 2, 2), each(-1.0), [0.25] * 3)
    torch.testing.assert_close(white, adjust_brightness(torch.ones(4, 3, 2, 2), 0.75))


def test_a_color_with_another_number_of_bands_is_refused():
    with pytest.raises(ValueError, match="color has 3 numbers and the images 1 bands; give one a band"):
        tint(images(bands=1), each(0.0), [0.1, 0.1, 0.1])


@pytest.mark.parametrize("sigma", [0.02, 0.3])
def test_noise_is_normal_with_the_asked_sigma_and_nothing_is_cut_off(sigma):
    drawn = (add_noise(torch.zeros(8, 3, 32, 32), sigma, KEYS, 0, 0) / sigma).flatten().numpy()
    assert stats.kstest(drawn, "norm").pvalue > 0.001
    assert abs((drawn < 0).mean() - 0.5) < 0.02


def test_noise_of_other_objects_epochs_seeds_and_bands_is_independent():
    first = add_noise(GRAY, 0.1, KEYS, 0, 0)
    bound = 4 / GRAY.numel() ** 0.5
    for other in (
        add_noise(GRAY, 0.1, KEYS, 0, 1),
        add_noise(GRAY, 0.1, KEYS, 1, 0),
        first.roll(1, 0),
        first.roll(1, 1),
        first.roll(1, 3),
    ):
        assert abs(stats.pearsonr(first.flatten(), other.flatten()).statistic) < bound


def test_noise_of_an_object_is_the_same_in_every_batch(monkeypatch):
    together = add_noise(GRAY, 0.1, KEYS, 2, 3)
    alone = torch.cat([add_noise(GRAY[:1], 0.1, key[None], 2, 3) for key in KEYS])
    torch.testing.assert_close(alone, together, atol=1e-6, rtol=0)
    monkeypatch.setattr("galexp.transform.warp._CPU_CHUNK", 3 * GRAY[0].numel())
    torch.testing.assert_close(add_noise(GRAY, 0.1, KEYS, 2, 3), together, atol=1e-6, rtol=0)
    assert torch.equal(add_noise(GRAY, 0.1, KEYS, 2, 3), add_noise(GRAY, 0.1, KEYS, 2, 3))
