"""Claims about the nearest of many points: the same ones whichever way they are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from galexp.similarity import index
from galexp.similarity.index import EXACT, FAISS, SCIKIT_LEARN, chosen_index, nearest

WAYS = (EXACT, SCIKIT_LEARN, FAISS)


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32)


@pytest.mark.parametrize("way", WAYS)
def test_the_nearest_on_a_line_are_those_beside_it(way):
    line = np.arange(10.0)[:, None]
    found = nearest(line, np.array([[4.2]]), 3, way)
    assert found.place.tolist() == [[4, 5, 3]]
    np.testing.assert_allclose(found.distance, [[0.2, 0.8, 1.2]], rtol=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_agrees_with_a_tree_of_scipy(points, way):
    queries = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    distance, place = cKDTree(points.astype(np.float64)).query(queries.astype(np.float64), 10)
    found = nearest(points, queries, 10, way)
    np.testing.assert_array_equal(found.place, place)
    np.testing.assert_allclose(found.distance, distance, rtol=1e-9)


@pytest.mark.parametrize("way", WAYS)
def test_far_from_the_origin_distances_keep_their_digits(points, way):
    found, moved = (
        nearest(points, points[:20], 5, way),
        nearest(points.astype(np.float64) + 1e6, points[:20] + 1e6, 5, way),
    )
    np.testing.assert_array_equal(moved.place[:, 0], found.place[:, 0])
    np.testing.assert_allclose(moved.distance, found.distance, atol=0.2)


@pytest.mark.parametrize("way", WAYS)
def test_a_point_of_the_gallery_finds_itself_at_no_distance(points, way):
    found = nearest(points, points, 1, way)
    assert found.place[:, 0].tolist() == list(range(500))
    assert found.distance.max() == 0


@pytest.mark.parametrize("way", WAYS)
def test_of_equal_points_the_earlier_comes_first(way):
    twins = np.repeat(np.arange(4.0), 2)[:, None]
    assert nearest(twins, np.array([[2.0]]), 4, way).place[0, :2].tolist() == [4, 5]


def test_queries_are_searched_in_blocks_and_the_blocks_change_nothing(points, monkeypatch):
    whole = nearest(points, points[:50], 7, EXACT)
    monkeypatch.setattr(index, "_BLOCK", 1200)
    parts = nearest(points, points[:50], 7, EXACT)
    np.testing.assert_array_equal(parts.place, whole.place)


def test_all_of_a_small_gallery_can_be_asked_for():
    assert nearest(np.arange(3.0)[:, None], np.array([[0.0]]), 3).place.tolist() == [[0, 1, 2]]


def test_auto_goes_by_the_number_of_points(monkeypatch):
    assert chosen_index("auto", 20_000) == EXACT
    assert chosen_index("auto", 20_001) == SCIKIT_LEARN
    assert chosen_index("auto", 200_001) == FAISS
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert chosen_index("auto", 200_001) == SCIKIT_LEARN
    with pytest.raises(
        ValueError, match=r"search\.index is 'faiss', which is not installed; pip install 'galexp\[faiss\]'"
    ):
        chosen_index(FAISS, 10)


def test_what_cannot_be_searched_is_refused():
    line = np.arange(3.0)[:, None]
    with pytest.raises(ValueError, match="4 neighbors are asked for among 3 points"):
        nearest(line, line, 4)
    with pytest.raises(ValueError, match="queries have 2 features, the gallery 1"):
        nearest(line, np.zeros((1, 2)), 1)
    with pytest.raises(ValueError, match=r"search\.index is 'kd'; choose auto, exact, scikit_learn, faiss"):
        nearest(line, line, 1, "kd")
