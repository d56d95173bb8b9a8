import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from astropy.table import Table
from scipy.special import gammaincinv

from galexp.image.stretch import sdss_asinh
from galexp.mock.render import render
from galexp.mock.render.compose import galaxy_flux
from galexp.mock.render.detector import SIGMA_PER_FWHM, SKY_SIGMA, add_noise, blur, expose, survey_pixels
from galexp.mock.render.parameters import read_parameters, sersic_shape
from galexp.mock.render.plane import Grid, disk_plane
from galexp.mock.render.profile import bar, bulge
from galexp.mock.render.spots import add_spots
from galexp.mock.render.surroundings import field_objects
from galexp.mock.survey import mock_xgass

FACE_ON_DISK = {
    "mag_g": 15.6, "mag_r": 15.0, "mag_i": 14.7, "r50": 10.0, "mock_bulge_to_total": 0.0, "mock_inclination": 0.0,
    "mock_position_angle": 0.4, "mock_disk": 1.0, "mock_young_fraction": 0.0, "mock_young_extent": 1.0,
    "mock_arm_count": 2.0, "mock_arm_strength": 0.0, "mock_arm_pitch": 0.35, "mock_flocculence": 0.0,
    "mock_bar_strength": 0.0, "mock_ring": 0.0, "mock_dust": 0.0, "mock_companion": 0.0, "mock_seed": 5,
}  # fmt: skip


def galaxy(**changes):
    return Table([FACE_ON_DISK | changes])


def centered(catalog):
    parameters = read_parameters(catalog)
    uniform = parameters.uniform.copy()
    uniform[:, 1:3] = 0.5
    return replace(parameters, uniform=uniform)


def flux_of(parameters, grid):
    return galaxy_flux(parameters, disk_plane(parameters, grid), grid).double()


@pytest.fixture(scope="module")
def catalog():
    return mock_xgass(objects=60, seed=2)


def test_face_on_exponential_disk_has_its_closed_form():
    grid = Grid(128, 0.5)
    flux = flux_of(centered(galaxy()), grid)[0, 1]
    axis = grid.axis(torch.float64)
    radius = torch.hypot(axis[None, :], axis[:, None])
    length = 10.0 / 1.678347
    expected = 1000.0 * torch.exp(-radius / length) / (2 * math.pi * length**2) * 0.25
    torch.testing.assert_close(flux[radius > 1.0], expected[radius > 1.0], rtol=2e-3, atol=0)


@pytest.mark.parametrize("bulge_to_total", [0.0, 0.2, 0.5, 1.0])
def test_half_of_the_light_lies_within_the_half_light_radius(bulge_to_total):
    grid = Grid(400, 0.5)
    flux = flux_of(centered(galaxy(mock_bulge_to_total=bulge_to_total)), grid)[0, 1]
    axis = grid.axis(torch.float64)
    inside = torch.hypot(axis[None, :], axis[:, None]) < 10.0
    assert flux[inside].sum().item() / 1000.0 == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("changes", [{}, {"mock_bulge_to_total": 0.3, "mock_young_fraction": 0.4}, {"mock_disk": 0.0}])
def test_without_dust_flux_and_color_are_the_catalogs(changes):
    total = flux_of(read_parameters(galaxy(r50=6.0, **changes)), Grid(304, 0.396)).sum((2, 3))[0]
    expected = torch.tensor([10 ** (0.4 * (22.5 - mag)) for mag in (15.6, 15.0, 14.7)], dtype=torch.float64)
    torch.testing.assert_close(total / expected, torch.ones(3, dtype=torch.float64), rtol=0, atol=0.05)
    assert -2.5 * math.log10(total[0] / total[1]) == pytest.approx(0.6, abs=0.005)


def test_population_keeps_its_flux_and_color_on_a_stamp(catalog):
    alone = catalog[np.asarray(catalog["mock_companion"]) == 0]
    total = flux_of(read_parameters(alone), Grid(128, 0.7)).sum((2, 3)).numpy()
    share = total[:, 1] / 10 ** (0.4 * (22.5 - np.asarray(alone["mag_r"])))
    reddening = -2.5 * np.log10(total[:, 0] / total[:, 1]) - alone["g_minus_r"]
    assert np.median(share) == pytest.approx(0.97, abs=0.04)
    assert 0.84 < share.min() < share.max() < 1.06
    assert abs(np.mean(reddening)) < 0.03


def test_turning_the_position_angle_turns_the_galaxy(catalog):
    row = catalog[:4].copy()
    row["mock_companion"] = 0.0
    turned = row.copy()
    turned["mock_position_angle"] += math.pi / 2
    grid = Grid(64, 1.386)
    before, after = flux_of(centered(row), grid), flux_of(centered(turned), grid)
    torch.testing.assert_close(after, before.rot90(-1, (2, 3)), rtol=2e-3, atol=1e-4 * before.max().item())


@pytest.mark.parametrize(("image_size", "pixel_scale"), [(64, 1.386), (57, 1.386), (112, 0.8)])
def test_bytes_do_not_depend_on_the_batch(catalog, image_size, pixel_scale):
    rows = catalog[:10]
    together = render(rows, image_size, pixel_scale)
    alone = torch.cat([render(rows[row : row + 1], image_size, pixel_scale) for row in range(10)])
    assert together.shape == (10, 3, image_size, image_size)
    assert together.dtype == torch.uint8
    assert torch.equal(together, alone)
    assert torch.equal(render(rows[::-1], image_size, pixel_scale), together.flip(0))


def test_a_seed_fixes_the_noise_and_another_changes_it():
    assert torch.equal(render(galaxy(), 32), render(galaxy(), 32))
    assert not torch.equal(render(galaxy(), 32), render(galaxy(mock_seed=6), 32))


def test_red_galaxies_look_red_and_blue_ones_blue():
    red = render(galaxy(mag_g=15.8, mag_i=14.6), 64)[0, :, 24:40, 24:40].float().mean((1, 2))
    blue = render(galaxy(mag_g=15.2, mag_i=14.9), 64)[0, :, 24:40, 24:40].float().mean((1, 2))
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_nearby_massive_galaxies_do_not_fill_the_stamp_with_white(catalog):
    massive = catalog[catalog["log_stellar_mass"] > 10.8]
    saturated = (render(massive, 64, 1.386).amax(1) == 255).float().mean((1, 2))
    assert saturated.max() < 0.25


def test_no_rows_give_no_images(catalog):
    assert render(catalog[:0], 32).shape == (0, 3, 32, 32)


def test_bulge_and_bar_integrate_to_one():
    parameters = centered(galaxy(mock_bulge_to_total=0.4, mock_bar_strength=0.7, mock_inclination=0.6, r50=12.0))
    grid = Grid(400, 0.5)
    plane = disk_plane(parameters, grid)
    assert bar(parameters, plane, grid).double().sum().item() * 0.25 == pytest.approx(1.0, abs=0.01)
    assert bulge(parameters, plane, grid).double().sum().item() * 0.25 == pytest.approx(1.0, abs=0.02)


def test_spots_keep_their_flux_place_and_width():
    grid = Grid(64, 0.5)
    entries = [torch.tensor([[value]], dtype=torch.float64) for value in (3.2, -4.1, 7.0, 1.5)]
    spot = add_spots(*entries, grid).double()[0]
    axis = grid.axis(torch.float64)
    assert spot.sum().item() == pytest.approx(7.0, rel=1e-5)
    assert (spot.sum(0) @ axis).item() / 7.0 == pytest.approx(3.2, abs=1e-4)
    both = add_spots(entries[0], entries[1], torch.tensor([[[7.0], [3.5]]], dtype=torch.float64), entries[3], grid)
    torch.testing.assert_close(both[0].double(), torch.stack([spot, spot / 2]))
    assert (spot.sum(1) @ axis).item() / 7.0 == pytest.approx(-4.1, abs=1e-4)
    variance = (spot.sum(0) @ (axis - 3.2) ** 2).item() / 7.0
    assert variance == pytest.approx(1.5**2 + 0.5**2 / 12, rel=1e-3)


def test_seeing_keeps_flux_and_has_its_width():
    point = torch.zeros(1, 65, 65)
    point[0, 32, 32] = 1.0
    image = blur(point, fwhm=1.44, pixel_scale=0.396)[0].double()
    offset = torch.arange(65, dtype=torch.float64) - 32
    assert image.sum().item() == pytest.approx(1.0, abs=1e-6)
    assert (image.sum(0) @ offset**2).item() == pytest.approx((1.44 * SIGMA_PER_FWHM / 0.396) ** 2, rel=0.02)


@pytest.mark.parametrize("pixel_scale", [0.396, 1.386])
def test_sky_noise_grows_with_the_side_of_a_pixel(pixel_scale):
    grid = Grid(128, pixel_scale)
    noise = add_noise(torch.zeros(1, 3, 128, 128), read_parameters(galaxy()), grid)
    expected = torch.tensor(SKY_SIGMA) * pixel_scale / 0.396
    torch.testing.assert_close(noise.std((0, 2, 3)), expected, rtol=0.03, atol=0)


def test_noise_on_fine_pixels_is_that_of_the_survey_interpolated():
    grid = Grid(256, 0.132)
    noise = add_noise(torch.zeros(1, 3, 256, 256), read_parameters(galaxy()), grid)
    every_third = noise[0, 1, ::3, ::3]
    assert every_third.std().item() * 9 == pytest.approx(SKY_SIGMA[1], rel=0.05)
    smooth = torch.corrcoef(torch.stack([noise[0, 1, :, :-1].flatten(), noise[0, 1, :, 1:].flatten()]))[0, 1]
    apart = torch.corrcoef(torch.stack([every_third[:, :-1].flatten(), every_third[:, 1:].flatten()]))[0, 1]
    assert smooth > 0.8
    assert abs(apart) < 0.05


def test_survey_pixels_are_interpolated_linearly():
    weights = survey_pixels(Grid(5, 0.198))
    assert weights.tolist() == [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 1, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 1, 0]]


def test_dust_leaves_the_light_of_the_catalog():
    edge_on = {"mock_inclination": 1.5, "mock_bulge_to_total": 0.2, "mock_young_fraction": 0.3}
    clear, dusty = (flux_of(read_parameters(galaxy(mock_dust=dust, **edge_on)), Grid(128, 0.5)) for dust in (0, 0.3))
    torch.testing.assert_close(dusty.sum((2, 3)), clear.sum((2, 3)), rtol=1e-3, atol=0)
    assert dusty.max() < 0.95 * clear.max()


@pytest.mark.parametrize("radius", [1e-3, 0.05, 0.4])
@pytest.mark.parametrize(("bulge_to_total", "kept"), [(0.0, 0.9), (0.4, 0.8), (1.0, 0.7)])
def test_a_galaxy_far_smaller_than_a_pixel_keeps_its_flux(radius, bulge_to_total, kept):
    row = galaxy(r50=radius, mag_r=20.0, mock_bulge_to_total=bulge_to_total)
    assert kept < flux_of(read_parameters(row), Grid(64, 0.5))[0, 1].sum().item() / 10.0 < 1.05


def test_a_galaxy_far_larger_than_the_picture_fills_it_with_its_central_brightness():
    flux = flux_of(read_parameters(galaxy(r50=1e4)), Grid(16, 0.5))[0, 1]
    expected = 1000.0 / (2 * math.pi * (1e4 / 1.678347) ** 2) * 0.25
    torch.testing.assert_close(flux, torch.full_like(flux, expected), rtol=2e-3, atol=0)


@pytest.mark.parametrize("index", [0.5, 1.0, 2.0, 4.0])
def test_half_of_a_sersic_profile_lies_within_its_radius(index):
    assert sersic_shape(np.array(index)) == pytest.approx(gammaincinv(2.0 * index, 0.5), abs=1e-3)


def test_the_sky_is_dark_and_its_noise_is_seen():
    dark = sdss_asinh(expose(torch.zeros(1, 3, 2, 2), 0.396)) * 255
    torch.testing.assert_close(dark, torch.full_like(dark, 4.5), rtol=0, atol=1.0)
    torch.testing.assert_close(sdss_asinh(expose(torch.zeros(1, 3, 2, 2), 1.2), 1.2) * 255, dark)


def test_field_objects_follow_the_area_of_the_picture(catalog):
    parameters = read_parameters(catalog)
    share = [(field_objects(parameters, Grid(48, scale))[:, 1].amax((1, 2)) > 0.02).sum() for scale in (0.2, 1.8)]
    assert share[0] < 0.5 * share[1]


def test_a_missing_column_is_named():
    catalog = galaxy()
    catalog.remove_column("mock_dust")
    with pytest.raises(ValueError, match=r"lacks \['mock_dust'\]"):
        render(catalog)


@pytest.mark.parametrize("arguments", [(0, 0.396), (64, 0.0)])
def test_an_image_without_extent_is_refused(arguments):
    with pytest.raises(ValueError, match="expected both above 0"):
        render(galaxy(), *arguments)
