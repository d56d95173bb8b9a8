import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from galexp.image.stretch import BAND_SCALES, PEDESTAL, SDSS_PIXEL_SCALE, sdss_asinh, to_uint8

FLUX = st.floats(0.0, 1e4, allow_nan=False)


def pixel(g, r, i):
    return torch.tensor([g, r, i], dtype=torch.float64).view(1, 3, 1, 1)


def test_empty_sky_has_the_closed_form_gray():
    expected = math.asinh(20.0 * PEDESTAL) / math.sqrt(20.0)
    assert torch.allclose(sdss_asinh(pixel(0.0, 0.0, 0.0)), torch.full((1, 3, 1, 1), expected, dtype=torch.float64))


@pytest.mark.parametrize(("band", "channel"), [(0, 2), (1, 1), (2, 0)])
def test_g_is_shown_blue_r_green_and_i_red(band, channel):
    flux = [0.0, 0.0, 0.0]
    flux[band] = 1.0
    assert sdss_asinh(pixel(*flux)).flatten().argmax().item() == channel


@given(FLUX, FLUX, FLUX)
def test_color_survives_the_stretch_at_every_brightness(g, r, i):
    red, green, blue = sdss_asinh(pixel(g, r, i)).flatten().tolist()
    scaled = [flux * scale + PEDESTAL for flux, scale in zip((g, r, i), BAND_SCALES, strict=True)]
    assert max(red, green, blue) <= 1.0 + 1e-12
    assert green * scaled[0] == pytest.approx(blue * scaled[1], rel=1e-9)
    assert red * scaled[1] == pytest.approx(green * scaled[2], rel=1e-9)


@given(st.floats(0.0, 100.0), st.floats(1e-3, 10.0))
def test_more_white_light_is_never_darker(flux, more):
    faint, bright = (sdss_asinh(pixel(*(light / scale for scale in BAND_SCALES))) for light in (flux, flux + more))
    assert bool((bright >= faint - 1e-12).all())


def test_equal_surface_brightness_looks_equal_at_every_pixel_scale():
    flux = torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    coarse = sdss_asinh(flux * 3.5**2, pixel_scale=3.5 * SDSS_PIXEL_SCALE)
    assert torch.allclose(coarse, sdss_asinh(flux))


def test_negative_noise_is_black_and_not_nan():
    assert sdss_asinh(pixel(-1.0, -1.0, -1.0)).flatten().tolist() == [0.0, 0.0, 0.0]


def test_eight_bits_round_clip_and_blacken_nan():
    values = torch.tensor([-0.1, 0.0, 0.5 / 255 + 1e-4, 1.0, 2.0, math.nan])
    assert to_uint8(values).tolist() == [0, 0, 1, 255, 255, 0]


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 4, 8, 8)])
def test_another_number_of_bands_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \[batch, 3, height, width\]"):
        sdss_asinh(torch.zeros(shape))
