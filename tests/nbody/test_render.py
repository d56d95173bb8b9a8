"""Claims about pictures: flux, the width of a point, the turn of a camera, and one exposure for all."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.nbody.camera import axes
from galexp.nbody.render import FAINT, FIELD, WHITE, WIDTHS, expose, gaussian_in_pixels, render, surface_density

SIDES = np.array([[[1.0, 0, 0], [0, 1.0, 0]]])
TURNED = np.array([[[0, 1.0, 0], [-1.0, 0, 0]]])


def cloud(count=2000, spread=8.0):
    rng = np.random.default_rng(0)
    return rng.normal(0, spread, (count, 3)) * [1, 0.5, 0.2] + [6, 2, 0], rng.uniform(0.5, 1.5, count) * 1e-3


@pytest.mark.parametrize("image_size", [32, 128, 256])
def test_the_mass_in_a_picture_is_that_of_the_stars(image_size):
    position, weight = cloud()
    surface = surface_density(position[:, :2], weight, image_size)
    assert surface.sum(dtype=np.float64) * (FIELD / image_size) ** 2 == pytest.approx(weight.sum(), rel=1e-4)


def test_a_star_alone_is_a_gaussian_of_the_widest_blur():
    image_size = 255
    surface = surface_density(np.zeros((1, 2)), np.ones(1), image_size).astype(np.float64)
    pixel = FIELD / image_size
    offset = (np.arange(image_size) - image_size // 2) * pixel
    expected = np.exp(-(offset[:, None] ** 2 + offset**2) / (2 * WIDTHS[-1] ** 2)) / (2 * np.pi * WIDTHS[-1] ** 2)
    np.testing.assert_allclose(surface, expected, atol=0.01 * expected.max())
    variance = surface.sum(0) @ offset**2 / surface.sum()
    assert variance == pytest.approx(WIDTHS[-1] ** 2 + pixel**2 / 12, rel=1e-3)


def test_a_crowd_is_blurred_by_the_narrowest():
    surface = surface_density(np.zeros((1000, 2)), np.full(1000, 1e-3), 255).astype(np.float64)
    assert surface.max() == pytest.approx(1 / (2 * np.pi * WIDTHS[0] ** 2), rel=0.06)


def test_a_gaussian_in_pixels_is_whole_and_has_its_width():
    offset = np.arange(-32, 33)
    shares = gaussian_in_pixels(offset, 2.0)
    assert shares.sum() == pytest.approx(1)
    assert shares @ offset**2 == pytest.approx(4 + 1 / 12, rel=1e-6)


def test_a_star_at_one_edge_leaves_no_light_at_the_other():
    edge = FIELD / 2 - 0.1
    surface = surface_density(np.array([[-edge, edge]]), np.ones(1), 64)
    assert surface[0, 0] == surface.max()
    assert surface[:, 32:].max() < 1e-6 * surface.max()
    assert surface.sum() * (FIELD / 64) ** 2 == pytest.approx(0.4, abs=0.2)


def test_a_camera_turned_by_a_right_angle_turns_the_picture():
    position, weight = cloud()
    straight, turned = (render(position, weight, sides, 64)[0] for sides in (SIDES, TURNED))
    assert straight.max() > 50
    assert np.abs(turned.astype(int) - np.rot90(straight, -1)).max() <= 1


def test_up_is_up_and_right_is_right():
    position = np.array([[20.0, 30.0, 0.0]])
    row, column = np.unravel_index(render(position, np.ones(1), SIDES, 108)[0].argmax(), (108, 108))
    assert (row, column) == (54 - 30, 54 + 20) or (row, column) == (54 - 31, 54 + 20)


def test_a_picture_alone_is_the_same_as_one_of_fourteen():
    position, weight = cloud()
    together = render(position, weight, axes(), 128)
    for camera in range(14):
        np.testing.assert_array_equal(render(position, weight, axes()[camera : camera + 1], 128)[0], together[camera])


def test_pictures_of_every_size_look_alike():
    position, weight = cloud()
    large = render(position, weight, SIDES, 256)[0].astype(float)
    for image_size in (32, 64, 128):
        small = render(position, weight, SIDES, image_size)[0].astype(float)
        factor = 256 // image_size
        shrunk = large.reshape(image_size, factor, image_size, factor).mean((1, 3))
        assert np.abs(shrunk - small).mean() < 1.5


def test_stars_outside_the_field_are_left_out():
    assert not render(np.array([[FIELD, 0.0, 0.0]]), np.ones(1), SIDES, 32).any()


def test_one_exposure_serves_all():
    np.testing.assert_array_equal(expose(np.array([[0.0, WHITE, 10 * WHITE]], np.float32)), [[0, 255, 255]])
    expected = 255 * np.arcsinh(1) / np.arcsinh(WHITE / FAINT)
    assert expose(np.array([[FAINT]], np.float32))[0, 0] == round(expected)


def test_a_picture_without_extent_is_refused():
    with pytest.raises(ValueError, match="image_size=4; expected at least 8 pixels"):
        render(np.zeros((1, 3)), np.ones(1), SIDES, 4)
