"""The nearest of many points, exactly: by blocks of a matrix, by scikit-learn, or by faiss."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, Int64

EXACT, SCIKIT_LEARN, FAISS = "exact", "scikit_learn", "faiss"
INDEXES = ("auto", EXACT, SCIKIT_LEARN, FAISS)
EXACT_UP_TO, SCIKIT_LEARN_UP_TO = 20_000, 200_000
"""Points up to which ``auto`` compares all of them in a matrix, and up to which it leaves that to scikit-learn."""

_BLOCK = 2**22  # distances that are held at a time: 32 MB
_SPARE = 8  # further candidates: distances that are told apart by their last digit alone are ranked anew


class Neighbors(NamedTuple):
    """The nearest points of each query, the nearest first.

    Attributes:
        distance: Euclidean; NaN where there is no neighbor.
        place: In the gallery; -1 where there is no neighbor.
    """

    distance: Float[np.ndarray, "query neighbor"]
    place: Int64[np.ndarray, "query neighbor"]


def chosen_index(index: str, points: int) -> str:
    """Return by what a gallery of so many points is searched.

    Every choice gives the same neighbors, up to ties: they differ in speed and memory alone. Where ``auto`` would take
    faiss and it is not installed, it takes scikit-learn.

    Args:
        index: ``auto``, or a choice.
        points: Of the gallery.

    Raises:
        ValueError: for another word, or for ``faiss`` where it is not installed.

    Example:
        >>> chosen_index("auto", 1_500), chosen_index("auto", 35_784), chosen_index("exact", 35_784)
        ('exact', 'scikit_learn', 'exact')
    """
    if index not in INDEXES:
        raise ValueError(f"search.index is {index!r}; choose {', '.join(INDEXES)}")
    has_faiss = importlib.util.find_spec("faiss") is not None
    if index == FAISS and not has_faiss:
        raise ValueError("search.index is 'faiss', which is not installed; pip install 'galexp[faiss]', or take auto")
    if index != "auto":
        return index
    if points <= EXACT_UP_TO:
        return EXACT
    return FAISS if points > SCIKIT_LEARN_UP_TO and has_faiss else SCIKIT_LEARN


def nearest(
    gallery: Float[np.ndarray, "point feature"],
    queries: Float[np.ndarray, "query feature"],
    count: int,
    index: str = "auto",
) -> Neighbors:
    """Return the points with the smallest Euclidean distance d = |x - q| from each query.

    Candidates are found fast, a few more than are asked for, and ranked by distances in double precision; of equal
    distances the earlier point comes first. In many dimensions distances resemble each other: look at how much nearer
    the nearest is than a point drawn at random.

    Args:
        gallery: Points.
        queries: Points that look for their neighbors; one that lies in the gallery finds itself.
        count: Neighbors of each.
        index: By what they are searched; see :func:`chosen_index`.

    Raises:
        ValueError: If there are fewer points than `count`, queries have other features than the gallery, or as
            :func:`chosen_index` says.

    Example:
        >>> found = nearest(np.array([[0.0], [3.0], [4.0]]), np.array([[3.2]]), count=2)
        >>> found.place.tolist(), found.distance.round(9).tolist()
        ([[1, 2]], [[0.2, 0.8]])
    """
    if not 1 <= count <= len(gallery):
        raise ValueError(f"{count} neighbors are asked for among {len(gallery)} points; lower search.neighbors")
    if gallery.shape[1] != queries.shape[1]:
        raise ValueError(f"queries have {queries.shape[1]} features, the gallery {gallery.shape[1]}; embed both alike")
    center = gallery.mean(axis=0, dtype=np.float64)
    points, asked = gallery - center, queries - center
    find = _FINDERS[chosen_index(index, len(gallery))]
    return _ranked(points, asked, find(points, asked, min(count + _SPARE, len(gallery))), count)


def _ranked(points: np.ndarray, queries: np.ndarray, candidates: np.ndarray, count: int) -> Neighbors:
    """Rank candidates by their distance, and by their place where it is the same."""
    place = np.sort(candidates, axis=1)
    distance = np.empty(place.shape)
    step = max(1, _BLOCK // (place.shape[1] * points.shape[1]))
    for start in range(0, len(queries), step):
        some = slice(start, start + step)
        distance[some] = np.linalg.norm(points[place[some]] - queries[some, None], axis=2)
    order = np.argsort(distance, axis=1, kind="stable")[:, :count]
    return Neighbors(np.take_along_axis(distance, order, 1), np.take_along_axis(place, order, 1))


def _by_blocks(points: np.ndarray, queries: np.ndarray, count: int) -> np.ndarray:
    squares = np.einsum("ij,ij->i", points, points)
    found = np.empty((len(queries), count), dtype=np.int64)
    step = max(1, _BLOCK // len(points))
    for start in range(0, len(queries), step):
        some = slice(start, start + step)
        scores = squares - 2 * (queries[some] @ points.T)
        found[some] = np.argpartition(scores, count - 1, axis=1)[:, :count]
    return found


def _by_scikit_learn(points: np.ndarray, queries: np.ndarray, count: int) -> np.ndarray:
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(points)
    found: np.ndarray = search.kneighbors(queries, return_distance=False)
    return found.astype(np.int64)


def _by_faiss(points: np.ndarray, queries: np.ndarray, count: int) -> np.ndarray:
    import faiss

    search = faiss.IndexFlatL2(points.shape[1])
    search.add(points.astype(np.float32))
    found: np.ndarray = search.search(queries.astype(np.float32), count)[1]
    return found.astype(np.int64)


_FINDERS: dict[str, Callable[[np.ndarray, np.ndarray, int], np.ndarray]] = {
    EXACT: _by_blocks,
    SCIKIT_LEARN: _by_scikit_learn,
    FAISS: _by_faiss,
}
