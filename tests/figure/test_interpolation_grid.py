"""Claims about images between four galaxies, and about the gap of a graph."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.figure.eigenvalues import eigenvalue_gap
from galexp.figure.interpolation_grid import between, interpolation_grid
from galexp.shard.origin import Origin

NAMES = ("a", "b", "c", "d")


def texts(figure):
    return {text.get_text().strip() for axes in figure.axes for text in [*axes.texts, axes.title, axes._left_title]}


def test_every_image_stands_at_its_row_and_column_as_it_is():
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 4, 3), dtype=np.uint8)
    figure = interpolation_grid(images, NAMES, between(True), origin=Origin.SIMULATION)
    (drawn,) = figure.axes[0].images
    mosaic = np.asarray(drawn.get_array())
    assert mosaic.shape == (2 * 6 - 2, 3 * 6 - 2, 3)
    for row in range(2):
        for column in range(3):
            np.testing.assert_array_equal(
                mosaic[6 * row : 6 * row + 4, 6 * column : 6 * column + 4], images[row, column]
            )
    assert {*NAMES, "Drawn by the network between four galaxies"} <= texts(figure)
    assert "SIMULATION" in [text.get_text() for text in figure.texts]


def test_gray_images_keep_their_levels():
    images = np.full((2, 2, 4, 4, 1), 7, dtype=np.uint8)
    (drawn,) = interpolation_grid(images, NAMES, "", origin=Origin.OBSERVED).axes[0].images
    assert np.asarray(drawn.get_array())[0, 0] == 7
    assert (drawn.norm.vmin, drawn.norm.vmax) == (0, 255)


def test_other_shapes_or_names_are_refused():
    images = np.zeros((2, 2, 4, 4, 2), dtype=np.uint8)
    with pytest.raises(ValueError, match=r"images of shape \(2, 2, 4, 4, 2\) with 4 names; expected"):
        interpolation_grid(images, NAMES, "", origin=Origin.OBSERVED)
    with pytest.raises(ValueError, match="with 1 names"):
        interpolation_grid(images[..., :1], ["a"], "", origin=Origin.OBSERVED)


def test_the_line_stands_between_the_last_cluster_and_the_next_eigenvalue():
    figure = eigenvalue_gap(np.array([1.0, 0.95, 0.5, 0.4]), 2, 1, origin=Origin.MOCK)
    values, clusters, line = figure.axes[0].lines
    assert values.get_ydata().tolist() == [1.0, 0.95, 0.5, 0.4]
    assert clusters.get_xdata().tolist() == [1, 2]
    assert line.get_xdata() == [2.5, 2.5]
    assert "2 clusters by the largest gap (dashed); the graph is in one piece" in texts(figure)
    with pytest.raises(ValueError, match="4 eigenvalues show no gap after 4"):
        eigenvalue_gap(np.ones(4), 4, 1, origin=Origin.MOCK)
