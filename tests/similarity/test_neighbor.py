"""Claims about neighbors that are other galaxies: never itself, never another frame of the same merger."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from astropy.table import Table

from galexp.similarity.index import nearest
from galexp.similarity.neighbor import kin_of, kin_of_files, nearest_others, neighbors


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).normal(size=(200, 4))


def test_without_kin_they_are_the_nearest(points):
    names = np.arange(200).astype(str)
    found = neighbors(points, points[:9] + 0.01, 6, (names, np.array(["other"] * 9)))
    expected = nearest(points, points[:9] + 0.01, 6)
    np.testing.assert_array_equal(found.place, expected.place)
    np.testing.assert_array_equal(found.distance, expected.distance)


@pytest.mark.parametrize("kinds", [100, 3])
def test_kin_are_never_neighbors_and_the_others_are_the_nearest_of_the_rest(points, kinds):
    names = (np.arange(200) % kinds).astype(str)
    found = neighbors(points, points[:30], 8, (names, names[:30]))
    assert not np.any(names[found.place] == names[:30, None])
    for row in range(30):
        others = np.flatnonzero(names != names[row])
        distance = np.linalg.norm(points[others] - points[row], axis=1)
        np.testing.assert_array_equal(found.place[row], others[np.argsort(distance)[:8]])


def test_a_query_with_many_kin_leaves_the_others_in_one_search(points, monkeypatch):
    names = np.where(np.arange(200) < 40, "many", np.arange(200).astype(str))
    asked = []

    def counted(gallery, queries, count, index):
        asked.append((len(gallery), len(queries)))
        return nearest(gallery, queries, count, index)

    monkeypatch.setattr("galexp.similarity.neighbor.nearest", counted)
    rows = np.array([50, 3, 60, 70, 9])
    found = neighbors(points, points[rows], 5, (names, names[rows]))
    assert asked == [(200, 3), (160, 2)]
    for row, place in zip(rows, found.place, strict=True):
        others = np.flatnonzero(names != names[row])
        distance = np.linalg.norm(points[others] - points[row], axis=1)
        np.testing.assert_array_equal(place, others[np.argsort(distance)[:5]])


@pytest.mark.parametrize("few", [0, 1000])
def test_a_gallery_with_too_few_others_is_filled_with_nothing(monkeypatch, few):
    monkeypatch.setattr("galexp.similarity.neighbor._FEW_KIN", few)
    line, names = np.arange(4.0)[:, None], np.array(["a", "a", "b", "c"])
    found = neighbors(line, line[:1], 3, (names, names[:1]))
    assert found.place.tolist() == [[2, 3, -1]]
    np.testing.assert_array_equal(found.distance, [[2.0, 3.0, np.nan]])
    alone = nearest_others(line[:2], line[:1], 1, (names[:2], names[:1]))
    assert alone.place.tolist() == [[-1]]


def test_frames_of_one_simulation_are_kin_and_galaxies_those_of_the_same_bytes():
    catalog = Table({"id": ["a", "b", "c"], "sha256": ["1", "1", "2"]})
    assert kin_of(catalog).tolist() == ["1", "1", "2"]
    catalog["simulation"] = ["s1", "s2", "s2"]
    assert kin_of(catalog).tolist() == ["s1", "s2", "s2"]


def test_a_file_is_kin_of_the_row_with_its_bytes_and_else_of_nobody():
    digest = hashlib.sha256(b"image").hexdigest()
    catalog = Table({"id": ["a"], "sha256": [digest], "simulation": ["s1"]})
    found = kin_of_files([b"image", b"another"], catalog)
    assert found.tolist() == ["s1", hashlib.sha256(b"another").hexdigest()]
    assert kin_of_files([], catalog).tolist() == []


def test_a_gallery_that_has_nothing_for_a_query_is_refused():
    line, names = np.arange(3.0)[:, None], np.array(["a", "a", "a"])
    with pytest.raises(ValueError, match="the gallery is empty; name data, or a split"):
        neighbors(line[:0], line, 1, (names[:0], names))
    with pytest.raises(
        ValueError, match=r"the gallery has 3 galaxies and 10 neighbors are asked for; set search.neighbors=3"
    ):
        neighbors(line, line, 10, (names, names))
    with pytest.raises(ValueError, match="all of the gallery is the same galaxy, or simulation, as a query"):
        neighbors(line, line, 2, (names, names))
