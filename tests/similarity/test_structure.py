"""Claims about the structural similarity of images, beside the definition by scipy's filters."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from galexp.similarity.structure import neighbor_similarity, pair_similarity


@pytest.fixture(scope="module")
def images():
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (6, 3, 20, 24), dtype=np.uint8))


def by_scipy(first, second):
    """Return SSIM with the means of a Gaussian of 1.5 within five pixels, of images mirrored at their edges."""
    found = []
    for one, other in zip(first.double().numpy() / 255, second.double().numpy() / 255, strict=True):
        bands = []
        for x, y in zip(one, other, strict=True):
            mean = lambda values: gaussian_filter(values, 1.5, radius=5, mode="mirror")  # noqa: E731
            mx, my = mean(x), mean(y)
            vx, vy, cov = mean(x * x) - mx**2, mean(y * y) - my**2, mean(x * y) - mx * my
            c1, c2 = 0.01**2, 0.03**2
            bands.append(((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean())
        found.append(np.mean(bands))
    return np.array(found)


def test_it_is_that_of_the_definition(images):
    smooth = (images.float() * 0.5 + images.flip(0).float() * 0.5).byte()
    np.testing.assert_allclose(pair_similarity(images, smooth), by_scipy(images, smooth), atol=2e-5)


def test_equal_images_have_one_and_the_order_of_a_pair_does_not_count(images):
    np.testing.assert_allclose(pair_similarity(images, images), 1, atol=1e-6)
    there, back = pair_similarity(images, images.flip(0)), pair_similarity(images.flip(0), images)
    np.testing.assert_allclose(there, back, atol=1e-6)


def test_two_images_of_nearly_black_sky_are_alike_whatever_is_in_them():
    dark = torch.zeros(2, 1, 64, 64, dtype=torch.uint8)
    dark[0, 0, 30:34, 10:14], dark[1, 0, 10:14, 50:54] = 200, 200
    assert pair_similarity(dark[:1], dark[1:])[0] > 0.8


def test_neighbors_are_compared_one_by_one_and_none_has_none(images):
    place = np.array([[2, 0, -1], [1, -1, -1]])
    found = neighbor_similarity(images[:2], images.__getitem__, place)
    expected = pair_similarity(images[[0, 0, 1]], images[[2, 0, 1]])
    np.testing.assert_allclose(found[place >= 0], expected, atol=1e-6)
    assert np.isnan(found[place < 0]).all()


def test_images_that_cannot_be_compared_are_refused(images):
    with pytest.raises(ValueError, match=r"images of \[6, 3, 20, 24\] are compared with \[1, 3, 20, 24\]"):
        pair_similarity(images, images[:1])
    with pytest.raises(ValueError, match="images of 10 x 24 px are smaller than the window of SSIM, 11 px"):
        pair_similarity(images[..., :10, :], images[..., :10, :])
