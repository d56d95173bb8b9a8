import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from galexp.evaluation.baseline.pixels import COMPONENTS, SIDE, principal_directions, small_pixels


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (60, 40), dtype=np.uint8)


def test_a_small_pixel_is_the_mean_of_the_area_that_it_covers():
    images = torch.randint(0, 256, (4, 3, 96, 96), dtype=torch.uint8)
    expected = images.double().reshape(4, 3, SIDE, 3, SIDE, 3).mean((3, 5)).flatten(1)
    np.testing.assert_allclose(small_pixels(images), expected, atol=0.5 + 1e-4)


@pytest.mark.parametrize("side", [1, 20, SIDE])
def test_images_that_are_small_already_stay_as_they_are(side):
    images = torch.randint(0, 256, (2, 3, side, side), dtype=torch.uint8)
    np.testing.assert_array_equal(small_pixels(images), images.flatten(1))


def test_the_margin_of_a_stored_image_is_not_seen():
    images = torch.zeros((1, 1, 90, 90), dtype=torch.uint8)
    images[..., 13:77, 13:77] = 200
    assert (small_pixels(images, image_size=64) == 200).all()
    assert small_pixels(images).min() == 0


def test_an_image_below_the_size_of_the_network_is_refused():
    with pytest.raises(ValueError, match="stored images have 16 px, the network wants 32 px"):
        small_pixels(torch.zeros((1, 1, 16, 16), dtype=torch.uint8), image_size=32)


def test_directions_are_the_eigenvectors_of_the_covariance(pixels):
    mean, directions = principal_directions(pixels, seed=0)
    variances = np.linalg.eigvalsh(np.cov(pixels.T))[::-1][:3]
    np.testing.assert_allclose(mean, pixels.mean(0))
    np.testing.assert_allclose(((pixels - mean) @ directions[:3].T).var(0, ddof=1), variances, rtol=0.02)
    np.testing.assert_allclose(directions @ directions.T, np.eye(COMPONENTS), atol=1e-10)


def test_of_images_with_few_directions_all_are_found_as_scikit_learn_does():
    rng = np.random.default_rng(0)
    pixels = (128 + rng.normal(size=(50, 3)) * [30, 20, 10] @ np.linalg.qr(rng.normal(size=(40, 3)))[0].T).clip(0, 255)
    pixels = pixels.astype(np.uint8)
    mean, directions = principal_directions(pixels, seed=0)
    reference = PCA(3, svd_solver="full").fit(pixels)
    np.testing.assert_allclose((pixels - mean) @ directions[:3].T, reference.transform(pixels), rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize(("rows", "count"), [(1, 1), (2, 1), (5, 4), (17, 16), (60, 16)])
def test_n_images_span_n_minus_one_directions_and_sixteen_are_enough(pixels, rows, count):
    assert principal_directions(pixels[:rows], seed=0)[1].shape == (count, 40)


@pytest.mark.parametrize("rows", [1, 5])
def test_images_that_are_all_alike_have_one_direction_of_zeros(rows):
    mean, directions = principal_directions(np.full((rows, 12), 36, dtype=np.uint8), seed=0)
    assert mean.tolist() == [36] * 12
    assert directions.tolist() == [[0.0] * 12]


def test_directions_are_a_function_of_the_seed(pixels):
    first, second = (principal_directions(pixels, seed=3)[1] for _ in range(2))
    np.testing.assert_array_equal(first, second)
