"""Claims about what probabilities say of one image, and how unlike others it is."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.evaluation.top_classes import brightness, ranks, top_classes

TIMES = np.array([0.0, 5.0, 10.0, 15.0])


def test_alike_probabilities_have_the_entropy_of_their_number_and_a_sure_one_has_none():
    found = top_classes(np.array([[0.25] * 4, [0, 0, 1.0, 0]]), TIMES, most=1)
    np.testing.assert_allclose(found.entropy, [np.log(4), 0])
    np.testing.assert_allclose(found.mean, [7.5, 10])
    np.testing.assert_allclose(found.spread, [5 * np.sqrt(5) / 2, 0], atol=1e-6)
    assert found.classes.tolist() == [[0], [2]]


def test_mean_and_spread_are_those_of_draws():
    rng = np.random.default_rng(0)
    share = np.array([0.1, 0.2, 0.6, 0.1])
    drawn = rng.choice(TIMES, 100_000, p=share)
    found = top_classes(share[None], TIMES, most=4)
    assert found.mean[0] == pytest.approx(drawn.mean(), abs=0.05)
    assert found.spread[0] == pytest.approx(drawn.std(), abs=0.05)
    assert found.classes.tolist() == [[2, 1, 0, 3]]


def test_a_value_a_class_and_one_class_are_needed():
    with pytest.raises(ValueError, match="4 classes have 3 values, and 1 are asked for"):
        top_classes(np.full((1, 4), 0.25), TIMES[:3], most=1)
    with pytest.raises(ValueError, match="ask for one or more"):
        top_classes(np.full((1, 4), 0.25), TIMES, most=0)


def test_images_of_the_reference_have_all_ranks_alike_and_others_the_ends():
    reference = np.arange(100.0)[:, None]
    assert ranks(reference, reference).mean() == pytest.approx(0.5)
    assert ranks(np.array([[-1.0], [100.0]]), reference).tolist() == [[0.0], [1.0]]


def test_ranks_need_the_same_statistics():
    with pytest.raises(ValueError, match="give the same statistics of both"):
        ranks(np.zeros((2, 3)), np.zeros((5, 2)))
    with pytest.raises(ValueError, match="give the same statistics of both"):
        ranks(np.zeros((2, 3)), np.zeros((0, 3)))


def test_brightness_does_not_depend_on_where_the_light_is():
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 1), dtype=np.uint8)
    np.testing.assert_allclose(brightness(image), brightness(image[::-1, ::-1]))
