import numpy as np
import pytest
import torch

from galexp.attribution.deletion import area, center_order, deletion_curves, order_of, random_order, squares_of


def brightness(images):
    return images.sum((1, 2, 3))


@pytest.fixture
def images():
    found = torch.rand(4, 2, 32, 32, generator=torch.Generator().manual_seed(0))
    found[..., :2, :], found[..., -2:, :], found[..., :2], found[..., -2:] = 0, 0, 0, 0
    return found


def test_the_order_of_a_sum_is_its_own_light_and_no_order_is_faster(images):
    order = order_of(images.sum(1))
    curves = deletion_curves(brightness, images, order, steps=8)
    place = squares_of(32, 32)
    light = torch.stack([images.sum(1)[:, place == number].sum(1) for number in range(256)], 1)
    left = light.sum(1, keepdim=True) - light.sort(descending=True).values.cumsum(1)[:, 31::32]
    np.testing.assert_allclose(curves.deletion[:, 0], brightness(images), rtol=1e-5)
    np.testing.assert_allclose(curves.deletion[:, 1:], left, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(curves.insertion, curves.deletion[:, :1] - curves.deletion, rtol=1e-4, atol=1e-3)
    chance = deletion_curves(brightness, images, random_order(4, 32, 32, seed=0), steps=8)
    assert (chance.deletion >= curves.deletion - 1e-3).all()


def test_a_random_order_takes_light_in_proportion():
    image = torch.ones(1, 1, 64, 64)
    image[..., :4, :], image[..., -4:, :], image[..., :4], image[..., -4:] = 0, 0, 0, 0
    curves = [deletion_curves(brightness, image, random_order(1, 64, 64, seed), 4).deletion[0] for seed in range(40)]
    np.testing.assert_allclose(np.mean(curves, axis=0) / image.sum().item(), [1, 0.75, 0.5, 0.25, 0], atol=0.03)


def test_ranks_are_each_given_once_and_chance_is_a_function_of_the_seed():
    maps = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
    for order in (order_of(maps), random_order(3, 32, 32, 0), center_order(3, 32, 32)):
        assert order.shape == (3, 256)
        assert (order.sort(1).values == torch.arange(256)).all()
    assert torch.equal(random_order(3, 32, 32, 5), random_order(3, 32, 32, 5))
    assert not torch.equal(random_order(3, 32, 32, 5), random_order(3, 32, 32, 6))


def test_the_center_comes_first_and_the_corners_last():
    rank = center_order(1, 32, 32)[0].reshape(16, 16)
    assert set(rank[7:9, 7:9].flatten().tolist()) == {0, 1, 2, 3}
    assert set(rank[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()) == {252, 253, 254, 255}


def test_sides_that_sixteen_does_not_divide_have_squares_of_nearly_one_size():
    counts = torch.bincount(squares_of(69, 69).flatten())
    assert len(counts) == 256
    assert (counts.min(), counts.max()) == (16, 25)
    assert int(squares_of(10, 10).max()) == 99


def test_the_area_of_a_straight_line_is_its_middle():
    assert area(np.array([[1.0, 0.5, 0.0], [2.0, 2.0, 2.0]]), np.array([0.0, 0.5, 1.0])).tolist() == [0.5, 2.0]


def test_an_order_of_other_squares_is_refused(images):
    with pytest.raises(ValueError, match=r"order has shape \[4, 100\] for 4 images of 256 squares; rank each"):
        deletion_curves(brightness, images, random_order(4, 10, 10, 0))
