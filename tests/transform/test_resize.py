import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.transform.resize import resize_with_margin, size_with_margin


def noise(*shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("factor", [2, 3, 5])
def test_a_whole_ratio_is_the_mean_of_blocks(factor):
    image = noise(3, 8 * factor, 8 * factor)
    expected = F.avg_pool2d(image.float(), factor)
    assert (resize_with_margin(image, 8).float() - expected).abs().max() <= 0.5 + 1e-3


def test_an_image_of_the_right_size_is_unchanged():
    image = noise(3, 33, 33)
    assert torch.equal(resize_with_margin(image, 33), image)


@pytest.mark.parametrize(("stored", "image_size"), [(212, 64), (69, 64), (97, 31)])
def test_any_ratio_conserves_the_mean_surface_brightness(stored, image_size):
    image = noise(1, stored, stored)
    assert resize_with_margin(image, image_size).float().mean() == pytest.approx(image.float().mean().item(), abs=0.06)


@pytest.mark.parametrize(("stored", "image_size"), [(212, 64), (40, 64)])
def test_a_ramp_keeps_its_value_at_every_position(stored, image_size):
    ramp = torch.linspace(0, 255, stored)
    image = ramp.round().to(torch.uint8).expand(1, stored, stored)
    positions = (torch.arange(image_size) + 0.5) * stored / image_size - 0.5
    expected = positions.clamp(0, stored - 1) * 255 / (stored - 1)
    assert (resize_with_margin(image, image_size)[0].float() - expected).abs().max() < 1.1


def test_the_margin_continues_the_image_at_one_pixel_scale():
    image = noise(3, 200, 200)
    with_margin = resize_with_margin(image, 40, field_fraction=0.5)
    assert with_margin.shape == (3, 58, 58)
    assert torch.equal(with_margin[..., 9:49, 9:49], resize_with_margin(image, 40, field_fraction=0.5, margin=1))
    assert torch.equal(with_margin[..., 9:49, 9:49], resize_with_margin(image[:, 50:150, 50:150], 40))


def test_a_field_that_is_not_square_gives_its_central_square():
    image = noise(3, 60, 90)
    assert torch.equal(resize_with_margin(image, 20), resize_with_margin(image[..., 15:75], 20))


@settings(deadline=None)
@given(st.integers(8, 300), st.floats(0.05, 1), st.floats(1, 2))
def test_size_is_centered_on_the_image_and_within_field_and_margin(image_size, field_fraction, margin):
    side = size_with_margin(image_size, field_fraction, margin)
    assert (side - image_size) % 2 == 0
    assert image_size <= side <= image_size / field_fraction + 1e-6
    assert side <= margin * image_size + 2


def test_without_a_smaller_field_there_is_no_margin():
    assert size_with_margin(64) == 64


@pytest.mark.parametrize("fraction", [0.0, 1.1, -1.0])
def test_a_field_fraction_out_of_range_is_refused(fraction):
    with pytest.raises(ValueError, match=r"field_fraction is .*; expected above 0 and at most 1"):
        size_with_margin(64, fraction)


def test_a_margin_below_one_is_refused():
    with pytest.raises(ValueError, match=r"margin is 0\.9"):
        size_with_margin(64, margin=0.9)


def test_images_that_are_not_eight_bit_are_refused():
    with pytest.raises(ValueError, match="expected uint8"):
        resize_with_margin(torch.zeros(3, 8, 8), 4)
