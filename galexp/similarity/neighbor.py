"""The galaxies that look most alike, none of which is the same galaxy."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from galexp.similarity.index import Neighbors, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astropy.table import Table
    from jaxtyping import Float, Int64

_FEW_KIN = 32


def kin_of(catalog: Table) -> np.ndarray:
    """Return a name for each row that it shares with rows of the same thing, which must not be its neighbors.

    Frames of one simulation show one merger, from other sides and a moment later, so that they are near-duplicates;
    all other rows are the same where their images have the same bytes.

    Args:
        catalog: With ``sha256``, and ``simulation`` where it has one.
    """
    return np.asarray(catalog["simulation" if "simulation" in catalog.colnames else "sha256"]).astype(str)


def kin_of_files(files: Sequence[bytes], catalog: Table) -> np.ndarray:
    """Return likewise the names of image files, which are rows of the catalog where these have the same bytes.

    Args:
        files: Contents.
        catalog: As for :func:`kin_of`.
    """
    known = dict(zip(np.asarray(catalog["sha256"]).tolist(), kin_of(catalog).tolist(), strict=True))
    digests = [hashlib.sha256(content).hexdigest() for content in files]
    return np.array([known.get(digest, digest) for digest in digests])


def neighbors(
    gallery: Float[np.ndarray, "point feature"],
    queries: Float[np.ndarray, "query feature"],
    count: int,
    kin: tuple[np.ndarray, np.ndarray],
    index: str = "auto",
) -> Neighbors:
    """Return the nearest points of each query that are not its kin.

    Args:
        gallery: Points.
        queries: Points that look for their neighbors.
        count: Neighbors of each.
        kin: A name for each point of the gallery, and for each query; equal ones are never neighbors.
        index: By what they are searched; see :func:`galexp.similarity.index.chosen_index`.

    Returns:
        As many neighbors for each query; where it has fewer, the last ones are NaN and -1.

    Raises:
        ValueError: If the gallery is empty, has fewer points than `count`, or is all kin of a query.

    Example:
        The point at 0 looks for another that is not itself.

        >>> points = np.array([[0.0], [3.0], [4.0]])
        >>> neighbors(points, points[:1], 1, (np.array(["a", "b", "c"]), np.array(["a"]))).distance.tolist()
        [[3.0]]
    """
    check_gallery(len(gallery), count)
    found = nearest_others(gallery, queries, count, kin, index)
    if np.any(found.place[:, 0] < 0):
        raise ValueError("all of the gallery is the same galaxy, or simulation, as a query; name another gallery")
    return found


def check_gallery(number: int, count: int) -> None:
    """Refuse a gallery that cannot have so many neighbors.

    Args:
        number: Of galaxies in it.
        count: Neighbors that are asked for.

    Raises:
        ValueError: If it is empty, or has fewer.
    """
    if not number:
        raise ValueError("the gallery is empty; name data, or a split, that leaves galaxies to search in")
    if number < count:
        raise ValueError(
            f"the gallery has {number} galaxies and {count} neighbors are asked for; set search.neighbors={number} or "
            "lower"
        )


def nearest_others(
    gallery: Float[np.ndarray, "point feature"],
    queries: Float[np.ndarray, "query feature"],
    count: int,
    kin: tuple[np.ndarray, np.ndarray],
    index: str = "auto",
) -> Neighbors:
    """Return what :func:`neighbors` does, of a gallery that may have nothing for a query: NaN and -1 throughout.

    Queries with few kin are searched for together and their kin left out; those with many, such as frames of a
    simulation, are searched for with others of their kin, in a gallery without these.

    Args:
        gallery: Points, at least `count`.
        queries: Points that look for their neighbors.
        count: Neighbors of each.
        kin: A name for each point of the gallery, and for each query.
        index: By what they are searched.
    """
    codes, own = coded(*kin)
    members = np.bincount(codes, minlength=int(own.max(initial=0)) + 1)
    distance, place = np.full((len(queries), count), np.nan), np.full((len(queries), count), -1)
    is_few = members[own] <= _FEW_KIN
    if is_few.any():
        most = int(members[own[is_few]].max())
        found = nearest(gallery, queries[is_few], min(count + most, len(gallery)), index)
        found = _without_kin(found, codes[found.place] == own[is_few, None], count)
        distance[is_few], place[is_few] = found
    for code in np.unique(own[~is_few]):
        rows, others = np.flatnonzero(own == code), np.flatnonzero(codes != code)
        if len(others):
            found = nearest(gallery[others], queries[rows], min(count, len(others)), index)
            kept = found.place.shape[1]
            distance[rows, :kept], place[rows, :kept] = found.distance, others[found.place]
    return Neighbors(distance, place)


def coded(
    gallery_kin: np.ndarray, query_kin: np.ndarray
) -> tuple[Int64[np.ndarray, " point"], Int64[np.ndarray, " query"]]:
    """Return whole numbers from 0 in place of names of kin.

    Args:
        gallery_kin: Of each point of the gallery.
        query_kin: Of each query.

    Example:
        >>> points, queries = coded(np.array(["s2", "s1", "s2"]), np.array(["s1", "s3"]))
        >>> points.tolist(), queries.tolist()
        ([1, 0, 1], [0, 2])
    """
    codes = np.unique(np.concatenate([gallery_kin, query_kin]), return_inverse=True)[1]
    return codes[: len(gallery_kin)], codes[len(gallery_kin) :]


def _without_kin(found: Neighbors, is_kin: np.ndarray, count: int) -> Neighbors:
    order = np.argsort(is_kin, axis=1, kind="stable")[:, :count]
    distance, place, lost = (np.take_along_axis(values, order, 1) for values in (*found, is_kin))
    return Neighbors(np.where(lost, np.nan, distance), np.where(lost, -1, place))
