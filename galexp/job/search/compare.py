"""The same queries by every method: learned features, their clusters, principal components, pixels, chance."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.evaluation.mean import mean_and_error
from galexp.similarity.agreement import Property, agreement
from galexp.similarity.cluster import Clusters, cluster_of, recommended, spectral_clusters
from galexp.similarity.graph import NeighborGraph, neighbor_graph
from galexp.similarity.index import Neighbors
from galexp.similarity.neighbor import coded, neighbors
from galexp.similarity.structure import WINDOW, neighbor_similarity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Int64

    from galexp.job.search.images import SearchImages
    from galexp.job.search.options import SearchOptions

RECOMMENDED, RANDOM = "recommended", "random"
FIRST = 6
"""Neighbors that are shown, and whose SSIM stands beside that of all, as in Figure 6 of Cai et al. (2020)."""

Pair = tuple[np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What every method found.

    Args:
        features: By which the graph was made.
        methods: Name -> neighbors of the queries in the gallery.
        graph: Of the gallery.
        clusters: Of the gallery.
        query_cluster: Of each query.
        kin: Of gallery and queries, which are never neighbors.
    """

    features: str
    methods: dict[str, Neighbors]
    graph: NeighborGraph
    clusters: Clusters
    query_cluster: Int64[np.ndarray, " query"]
    kin: Pair


def compare(spaces: Mapping[str, Pair], features: str, kin: Pair, options: SearchOptions, seed: int) -> Comparison:
    """Find the neighbors of all queries by every method.

    Args:
        spaces: Name -> features of gallery and queries.
        features: The space whose graph is clustered.
        kin: As for :func:`galexp.similarity.neighbor.neighbors`.
        options: Of the user.
        seed: Of what is random.

    Raises:
        ValueError: for a gallery that is too small, or features that tell nothing apart.
    """
    count, index = options.neighbors, options.index
    found = {name: neighbors(*pair, count, kin, index) for name, pair in spaces.items()}
    gallery, queries = spaces[features]
    if len(gallery) < 2:
        raise ValueError("the gallery has one galaxy, of which no graph can be made; name data that has more")
    itself = np.arange(len(gallery))
    around = neighbors(gallery, gallery, min(count, len(gallery) - 1), (itself, itself), index)
    graph = neighbor_graph(around, options.graph)
    clusters = spectral_clusters(graph, seed=seed)
    own = cluster_of(found[features], clusters.labels, graph.scale)
    in_cluster = recommended(gallery, queries, count, kin, (clusters.labels, own), index)
    methods = {features: found.pop(features), RECOMMENDED: in_cluster, **found}
    methods[RANDOM] = drawn(kin, count, seed)
    return Comparison(features, methods, graph, clusters, own, kin)


def drawn(kin: Pair, count: int, seed: int) -> Neighbors:
    """Return galaxies of the gallery drawn at random for each query, none of them its kin, without distances."""
    rng = np.random.default_rng(seed)
    codes, own = coded(*kin)
    members = np.bincount(codes, minlength=int(own.max(initial=0)) + 1)
    place = np.full((len(own), count), -1)
    for query, code in enumerate(own):
        picked = rng.choice(len(codes), min(count + members[code], len(codes)), replace=False)
        others = picked[codes[picked] != code][:count]
        place[query, : len(others)] = others
    return Neighbors(np.full(place.shape, np.nan), place)


def shown_queries(number: int) -> Int64[np.ndarray, " query"]:
    """Return which of so many queries are shown: at most six, evenly spaced, since neighbors in a catalog are alike.

    Example:
        >>> shown_queries(101).tolist(), shown_queries(2).tolist()
        ([0, 20, 40, 60, 80, 100], [0, 1])
    """
    return np.linspace(0, number - 1, min(FIRST, number)).round().astype(np.int64)


def similarities(
    comparison: Comparison, images: SearchImages, most: int, seed: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the structural similarity of some queries with their neighbors, by every method.

    Args:
        comparison: What was found.
        images: Of gallery and queries.
        most: Queries that are compared: those that are shown, and others drawn at random.
        seed: Of the draw.

    Returns:
        The queries, and method -> SSIM; no queries of images that are smaller than the window of SSIM.
    """
    number = len(comparison.query_cluster)
    most = 0 if images.side < WINDOW else most
    first = shown_queries(number)
    others = np.random.default_rng(seed).permutation(np.setdiff1d(np.arange(number), first))
    rows = np.sort(np.concatenate([first, others])[:most])
    if not len(rows):
        return rows, {name: np.empty((0, found.place.shape[1])) for name, found in comparison.methods.items()}
    asked = images.of_queries(rows.tolist())
    return rows, {
        name: neighbor_similarity(asked, images.of_gallery, found.place[rows])
        for name, found in comparison.methods.items()
    }


def scores(
    comparison: Comparison, known: Sequence[Property], ssim: Mapping[str, np.ndarray], independent: bool
) -> dict[str, Any]:
    """Return what ``metrics.json`` says of each method.

    Args:
        comparison: What was found.
        known: By what neighbors are judged.
        ssim: Method -> structural similarities.
        independent: Whether queries are galaxies of their own.

    Returns:
        Method -> mean ``distance``, ``ssim`` of all neighbors and ``ssim_first`` of the first six at most, and
        ``properties``.
    """
    return {
        name: {
            "distance": mean_and_error(found.distance)[0],
            "ssim": mean_and_error(ssim[name])[0],
            "ssim_first": mean_and_error(ssim[name][:, :FIRST])[0],
            "properties": {one.name: agreement(one, found.place, comparison.kin, independent) for one in known},
        }
        for name, found in comparison.methods.items()
    }
