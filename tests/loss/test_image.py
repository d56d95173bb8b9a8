"""Claims about how far images are from each other."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from galexp.loss.image import dissimilarity, mean_squared_error


def ssim_of(one, other, sigma=1.5):
    """Return SSIM by its formula, with scipy's Gaussian over seven by seven sigma and mirrored borders."""

    def mean(values):
        return gaussian_filter(values, sigma, mode="mirror", truncate=3.5)

    means = mean(one), mean(other)
    variances = mean(one**2) - means[0] ** 2, mean(other**2) - means[1] ** 2
    covariance = mean(one * other) - means[0] * means[1]
    a, b = 0.01**2, 0.03**2
    similar = (2 * means[0] * means[1] + a) * (2 * covariance + b)
    return np.mean(similar / ((means[0] ** 2 + means[1] ** 2 + a) * (variances[0] + variances[1] + b)))


def test_the_structural_similarity_is_that_of_its_formula():
    rng = np.random.default_rng(0)
    one, other = rng.uniform(size=(2, 2, 24, 20))
    found = dissimilarity(torch.from_numpy(one[:, None]), torch.from_numpy(other[:, None]))
    np.testing.assert_allclose(1 - found, [ssim_of(*pair) for pair in zip(one, other, strict=True)], rtol=1e-6)


def test_an_image_is_like_itself_and_less_the_more_noise_lies_on_it():
    torch.manual_seed(0)
    images, noise = torch.rand(3, 1, 16, 16), torch.randn(3, 1, 16, 16)
    found = [dissimilarity((images + level * noise).clamp(0, 1), images) for level in (0.0, 0.1, 0.3)]
    torch.testing.assert_close(found[0], torch.zeros(3), atol=1e-6, rtol=0)
    assert (found[0] < found[1]).all()
    assert (found[1] < found[2]).all()


def test_the_mean_squared_error_is_numpys_and_in_float32():
    torch.manual_seed(0)
    images, targets = torch.rand(2, 4, 3, 8, 8)
    found = mean_squared_error(images.to(torch.bfloat16), targets)
    expected = np.mean((images.to(torch.bfloat16).float() - targets).numpy() ** 2, axis=(1, 2, 3))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_images_too_small_for_the_window_are_refused():
    with pytest.raises(ValueError, match="4 x 8 px; expected 6 or more for SSIM; train on larger ones, or comp"):
        dissimilarity(torch.zeros(1, 1, 4, 8), torch.zeros(1, 1, 4, 8))
