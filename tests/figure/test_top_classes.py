import numpy as np
import pytest

from galexp.figure.top_classes import probability_panels
from galexp.shard.origin import Origin


def test_an_image_has_a_panel_with_its_probabilities_and_their_mean():
    share = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    figure = probability_panels(share, np.array([0.0, 5.0, 10.0]), ["a", "b"], "time [Myr]", origin=Origin.OBSERVED)
    assert [axes.get_title("left") for axes in figure.axes] == ["a", "b"]
    assert [axes.lines[0].get_xdata()[0] for axes in figure.axes] == [2.5, 10.0]
    assert figure.axes[0].patches[0].get_data().values.tolist() == [0.5, 0.5, 0.0]


def test_names_and_values_match_the_probabilities():
    with pytest.raises(ValueError, match="for 1 images and 3 classes; give one row an image"):
        probability_panels(np.zeros((2, 3)), np.arange(3.0), ["a"], "time", origin=Origin.OBSERVED)
    with pytest.raises(ValueError, match="for 0 images and 3 classes"):
        probability_panels(np.zeros((0, 3)), np.arange(3.0), [], "time", origin=Origin.OBSERVED)
