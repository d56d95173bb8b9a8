"""Claims about the memory of images."""

from __future__ import annotations

import numpy as np

from galexp.transform.memory import FLOAT32, image_bytes


def test_images_take_what_arrays_of_them_take():
    shapes = {"5x4x3": 7, "6x6x1": 2}
    arrays = [np.zeros((7, 5, 4, 3), np.uint8), np.zeros((2, 6, 6, 1), np.uint8)]
    assert image_bytes(shapes) == sum(array.nbytes for array in arrays)
    assert FLOAT32 * image_bytes(shapes) == sum(array.astype(np.float32).nbytes for array in arrays)
    assert image_bytes({}) == 0
