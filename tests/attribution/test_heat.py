import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from galexp.attribution.heat import enlarged, share_inside, shown

MAPS = np.random.default_rng(0).normal(size=(3, 2, 7, 7)).astype(np.float32)


def test_maps_are_enlarged_as_torch_does_it_bicubically_and_one_of_the_images_size_stays():
    expected = interpolate(torch.from_numpy(MAPS), size=(28, 28), mode="bicubic", align_corners=False).numpy()
    np.testing.assert_allclose(enlarged(MAPS, 28, 28), expected, rtol=1e-6)
    np.testing.assert_array_equal(enlarged(MAPS, 7, 7), MAPS)
    assert enlarged(MAPS.astype(np.float64), 28, 28).dtype == np.float32


def test_what_is_shown_is_one_sign_between_0_and_1_whatever_the_strength():
    for sign in (1, -1):
        found = shown(MAPS, 28, 28, sign=sign)
        assert found.min() == 0
        assert found.max() <= 1
        np.testing.assert_allclose(shown(7.5 * MAPS, 28, 28, sign=sign), found, atol=1e-6)
        np.testing.assert_array_equal(shown(-MAPS, 28, 28, sign=-sign), found)


def test_cells_keep_their_value_where_the_map_is_as_large_as_the_image():
    np.testing.assert_allclose(shown(MAPS, 7, 7), np.maximum(MAPS, 0) / MAPS.max((-2, -1), keepdims=True))


def test_two_signs_share_one_scale_where_that_is_asked_for():
    up, down = (shown(MAPS, 7, 7, sign=sign, both=True) for sign in (1, -1))
    np.testing.assert_allclose(up - down, MAPS / np.abs(MAPS).max((-2, -1), keepdims=True), rtol=1e-6)


def test_a_map_without_the_sign_is_zero_and_no_galaxy_hides_another():
    maps = np.stack([-np.ones((4, 4)), np.eye(4)])
    found = shown(maps, 4, 4)
    assert not found[0].any()
    np.testing.assert_array_equal(found[1], np.eye(4))


def test_the_share_inside_counts_what_raises_alone_and_is_nan_where_nothing_does():
    inside = np.zeros((3, 8, 8), dtype=bool)
    inside[:, 2:4, 2:4] = True
    maps = np.full((3, 8, 8), 1.0)
    maps[1], maps[2] = -1.0, np.where(inside[2], 5.0, -3.0)
    found = share_inside(maps, inside)
    assert found[0] == pytest.approx(4 / 64)
    assert np.isnan(found[1])
    assert found[2] == 1
