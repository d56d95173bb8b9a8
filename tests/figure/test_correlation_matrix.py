"""Claims about the picture of correlations."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.figure.correlation_matrix import correlation_matrix
from galexp.shard.origin import Origin


def test_each_cell_has_the_color_and_number_of_its_correlation():
    matrix = np.array([[1, -0.5, np.nan], [-0.5, 1, np.nan], [np.nan, np.nan, np.nan]])
    figure = correlation_matrix(matrix, ["a", "b", "c"], bounds=[2], origin=Origin.OBSERVED)
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array().filled(np.nan), matrix)
    assert axes.images[0].get_clim() == (-1, 1)
    assert sorted(text.get_text() for text in axes.texts) == ["-0.50", "-0.50", "1.00", "1.00"]
    assert [line.get_ydata()[0] for line in axes.lines][:1] == [1.5]


def test_another_number_of_labels_is_refused():
    with pytest.raises(ValueError, match=r"correlation has shape \(2, 2\) for 3 labels"):
        correlation_matrix(np.eye(2), ["a", "b", "c"], origin=Origin.OBSERVED)
