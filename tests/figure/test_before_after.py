"""Claims about the picture of images before and after they are resized."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.figure.before_after import before_after
from galexp.shard.origin import Origin


def images(side, bands=3):
    return [np.random.default_rng(0).integers(0, 256, (side, side, bands), dtype=np.uint8)]


def test_the_frame_is_what_the_network_sees_and_both_images_are_shown_as_they_are():
    stored, seen = images(20), images(5)
    figure = before_after(stored, seen, ["G1"], 0.5, origin=Origin.MOCK)
    above, below = figure.axes
    np.testing.assert_array_equal(above.images[0].get_array(), stored[0])
    np.testing.assert_array_equal(below.images[0].get_array(), seen[0])
    (frame,) = above.patches
    assert (*frame.get_xy(), frame.get_width(), frame.get_height()) == (4.5, 4.5, 10, 10)
    assert (above.get_xlabel(), below.get_xlabel(), above.get_title(loc="left")) == ("20 x 20 px", "5 x 5 px", "G1")


def test_the_frame_of_the_whole_field_of_a_wide_image_is_its_central_square():
    stored = [np.zeros((10, 30, 1), np.uint8)]
    (frame,) = before_after(stored, images(4, 1), ["a"], 1.0, origin=Origin.OBSERVED).axes[0].patches
    assert (*frame.get_xy(), frame.get_width()) == (9.5, -0.5, 10)


@pytest.mark.parametrize(("stored", "captions"), [([], []), (images(4), [])])
def test_images_and_captions_must_be_as_many(stored, captions):
    with pytest.raises(ValueError, match=r"stored images, .* captions; give as many of each"):
        before_after(stored, stored, captions, 1.0, origin=Origin.OBSERVED)
