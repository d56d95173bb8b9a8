"""Clusters of galaxies that hang together in the graph of their neighbors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.similarity.graph import edge_weight
from galexp.similarity.index import Neighbors
from galexp.similarity.neighbor import nearest_others
from galexp.similarity.spectrum import largest_eigenpairs

if TYPE_CHECKING:
    from jaxtyping import Float, Int64

    from galexp.similarity.graph import NeighborGraph

MOST_CLUSTERS = 50
"""Clusters at most that the eigengap may choose, as in DeepGalaxy's description."""


class Clusters(NamedTuple):
    """Which node belongs where.

    Attributes:
        labels: Number of the cluster of each node, the largest cluster first.
        number: Of clusters.
        eigenvalues: Of the normalized weights, the largest first, one more than clusters may be; empty where the graph
            has as many pieces as there may be clusters, or more.
    """

    labels: Int64[np.ndarray, " node"]
    number: int
    eigenvalues: Float[np.ndarray, " pair"]


def eigengap(eigenvalues: Float[np.ndarray, " pair"], least: int = 1) -> int:
    """Return the number k of clusters after which eigenvalues fall the most: argmax of lambda_k - lambda_(k+1).

    A graph in k pieces that hang together well has k eigenvalues of 1 and a gap after them; where there is no such
    gap the answer is of little meaning, and 1 says that there are no clusters. Only lambda_k above 0 are looked at, a
    choice: negative ones belong to vectors that change their sign from node to neighbor, and tell of no clusters.

    Args:
        eigenvalues: The largest first.
        least: Number of clusters that there are at least: the pieces of the graph.

    Raises:
        ValueError: If there are fewer than `least` + 1 eigenvalues.

    Example:
        >>> eigengap(np.array([1.0, 0.99, 0.95, 0.4, 0.35]))
        3
    """
    if len(eigenvalues) <= least:
        raise ValueError(f"{len(eigenvalues)} eigenvalues show no gap after the first {least}; give one more")
    upper = eigenvalues[least - 1 : -1]
    return least + int(np.argmax(np.where(upper > 0, upper - eigenvalues[least:], 0)))


def spectral_clusters(graph: NeighborGraph, most: int = MOST_CLUSTERS, seed: int = 0) -> Clusters:
    """Cut a graph where it hangs together least: k-means on the rows of its first k eigenvectors, brought to length 1.

    k is chosen by the eigengap of D^-1/2 W D^-1/2 and is no less than the pieces of the graph; as many pieces as there
    may be clusters, or more, are the clusters themselves.

    Args:
        graph: Of neighbors.
        most: Clusters that the gap may choose.
        seed: Of eigenvectors and k-means.

    References:
        Ng, Jordan & Weiss 2001, Advances in Neural Information Processing Systems 14.
    """
    number = len(graph.piece)
    if graph.pieces >= min(most, number):
        return Clusters(_by_size(graph.piece), graph.pieces, np.empty(0))
    spectrum = largest_eigenpairs(graph, min(most + 1, number), seed)
    chosen = eigengap(spectrum.values, graph.pieces)
    if chosen == graph.pieces:
        return Clusters(_by_size(graph.piece), chosen, spectrum.values)
    rows = spectrum.vectors[:, :chosen]
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    labels = _k_means(rows / length, chosen, seed)
    return Clusters(_by_size(labels), chosen, spectrum.values)


def _k_means(points: np.ndarray, number: int, seed: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    labels: np.ndarray = KMeans(number, n_init=10, random_state=seed).fit_predict(points)
    return labels


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Number clusters anew, the largest first."""
    _, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.lexsort((first, -counts))] = np.arange(len(counts))
    return rank[inverse]


def cluster_of(found: Neighbors, labels: Int64[np.ndarray, " node"], scale: float) -> Int64[np.ndarray, " query"]:
    """Return the cluster that each query belongs to: that of its neighbors with the largest sum of weights.

    Args:
        found: Neighbors of each query among the nodes.
        labels: Of the nodes.
        scale: sigma of the graph.

    Example:
        >>> found = Neighbors(np.array([[1.0, 1.0, 0.5]]), np.array([[0, 1, 2]]))
        >>> labels = np.array([0, 0, 1])
        >>> cluster_of(found, labels, scale=2.0).tolist(), cluster_of(found, labels, scale=0.5).tolist()
        ([0], [1])
    """
    votes = np.zeros((len(found.place), int(labels.max()) + 1))
    query, neighbor = np.nonzero(found.place >= 0)
    weight = edge_weight(found.distance[query, neighbor], scale)
    np.add.at(votes, (query, labels[found.place[query, neighbor]]), weight)
    return votes.argmax(axis=1)


def recommended(
    gallery: Float[np.ndarray, "point feature"],
    queries: Float[np.ndarray, "query feature"],
    count: int,
    kin: tuple[np.ndarray, np.ndarray],
    clusters: tuple[Int64[np.ndarray, " point"], Int64[np.ndarray, " query"]],
    index: str = "auto",
) -> Neighbors:
    """Return the nearest members of each query's own cluster that are not its kin.

    Args:
        gallery: Points.
        queries: Points that look for others.
        count: Of members.
        kin: As for :func:`galexp.similarity.neighbor.neighbors`.
        clusters: Of each point of the gallery, and of each query.
        index: By what they are searched.

    Returns:
        As many members for each query; where its cluster has fewer, the last ones are NaN and -1.
    """
    distance, place = np.full((len(queries), count), np.nan), np.full((len(queries), count), -1)
    for cluster in np.unique(clusters[1]):
        rows, members = np.flatnonzero(clusters[1] == cluster), np.flatnonzero(clusters[0] == cluster)
        kept = min(count, len(members))
        found = nearest_others(gallery[members], queries[rows], kept, (kin[0][members], kin[1][rows]), index)
        distance[rows, :kept] = found.distance
        place[rows, :kept] = np.where(found.place >= 0, members[found.place], -1)
    return Neighbors(distance, place)
