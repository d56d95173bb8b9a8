"""What is measured of painted galaxies."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def isophote_axis_ratio():
    """Return a function that gives minor over major axis of the pixels that hold the brightest 80 % of the light."""

    def measure(image):
        falling = np.sort(image.ravel())[::-1]
        bright = image > falling[np.searchsorted(np.cumsum(falling), 0.8 * falling.sum())]
        low, high = np.linalg.eigvalsh(np.cov(np.argwhere(bright).T))
        return np.sqrt(low / high)

    return measure
