"""Claims about the figure of images drawn again."""

import numpy as np
import pytest

from galexp.evaluation.reconstruction import Drawn
from galexp.figure.reconstructions import reconstructions
from galexp.shard.origin import Origin

IMAGES = np.random.default_rng(0).uniform(size=(2, 8, 8, 3))
OBSERVED = {"origin": Origin.OBSERVED}


def test_every_reconstruction_stands_between_its_image_and_what_is_left():
    drawn = Drawn(["a", "a" * 40], IMAGES, {"map": IMAGES - 0.1, "latent": IMAGES / 2})
    figure = reconstructions(drawn, origin=Origin.SIMULATION)
    panels = np.array([axes for axes in figure.axes if axes.images or axes.get_title()][:10]).reshape(2, 5)
    assert [panel.get_title() for panel in panels[0]] == [
        "image",
        "from the map",
        "residual",
        "from latent means",
        "residual",
    ]
    np.testing.assert_array_equal(panels[1, 0].images[0].get_array(), IMAGES[1])
    np.testing.assert_allclose(panels[0, 2].images[0].get_array(), 0.1)
    assert panels[0, 2].get_xlabel() == "RMSE 0.1000"
    assert {panel.images[0].get_clim() for panel in panels[:, [2, 4]].flat} == {panels[0, 2].images[0].get_clim()}
    low, high = panels[0, 2].images[0].get_clim()
    assert -low == high == np.percentile(np.abs([np.full((2, 8, 8), 0.1), IMAGES.mean(-1) / 2]), 99.5)
    assert len(panels[1, 0].get_ylabel()) == 22
    assert [text.get_text() for text in figure.texts if text.get_gid() == "mock"] == ["SIMULATION"]


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="2 images and 0 reconstructions of each; expected one or more of both"):
        reconstructions(Drawn(["a", "b"], IMAGES, {}), **OBSERVED)
    with pytest.raises(ValueError, match="images have 2 bands; expected 1 or 3 to be drawn"):
        reconstructions(Drawn(["a", "b"], IMAGES[..., :2], {"map": IMAGES[..., :2]}), **OBSERVED)
