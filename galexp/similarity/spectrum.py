"""The slowest modes of a graph: the largest eigenvalues of its normalized weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import eigsh

if TYPE_CHECKING:
    from jaxtyping import Float

    from galexp.similarity.graph import NeighborGraph

_DENSE_UP_TO = 256
_TOLERANCE = 1e-7


class Spectrum(NamedTuple):
    """Eigenpairs, the largest eigenvalue first.

    Attributes:
        values: At most 1.
        vectors: Orthonormal columns.
    """

    values: Float[np.ndarray, " pair"]
    vectors: Float[np.ndarray, "node pair"]


def normalized_weights(graph: NeighborGraph) -> csr_array:
    """Return D^-1/2 W D^-1/2 with the degrees D_ii = sum_j W_ij; rows of nodes without an edge are 0.

    It is 1 - L, with the normalized Laplacian L, so that its largest eigenvalues are the smallest of L.
    """
    degree = np.asarray(graph.weights.sum(axis=1), dtype=np.float64)
    scale = diags_array(np.where(degree > 0, 1 / np.sqrt(np.where(degree > 0, degree, 1)), 0))
    return csr_array(scale @ graph.weights @ scale)


def largest_eigenpairs(graph: NeighborGraph, count: int, seed: int = 0) -> Spectrum:
    """Return the largest eigenpairs of D^-1/2 W D^-1/2, piece by piece.

    1 is an eigenvalue of every connected piece, with the vector D^1/2 1 on its nodes, so that it comes as often as
    there are pieces. Iterations over the whole graph would find such a multiple eigenvalue once or twice only; the
    pairs of each piece are found alone, and put together. A node without an edge is a piece: 1 by convention.

    Args:
        graph: In however many pieces.
        count: Of pairs; fewer where there are fewer nodes.
        seed: Of the start of the iterations.

    Returns:
        Eigenvalues to 1e-7; the sign of a vector, and the basis of a multiple eigenvalue, is of no meaning.

    Example:
        Two nodes with one edge have the eigenvalues 1 and -1; here are two such pairs.

        >>> from galexp.similarity.graph import neighbor_graph
        >>> from galexp.similarity.index import Neighbors
        >>> pairs = Neighbors(np.ones((4, 1)), np.array([[1], [0], [3], [2]]))
        >>> largest_eigenpairs(neighbor_graph(pairs), count=3).values.round(9).tolist()
        [1.0, 1.0, -1.0]
    """
    matrix, rng = normalized_weights(graph), np.random.default_rng(seed)
    order = np.argsort(graph.piece, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(graph.piece))[:-1])
    parts = [_pairs_of(matrix[nodes][:, nodes], min(count, len(nodes)), rng) for nodes in members]
    values = np.concatenate([part.values for part in parts])
    owner = np.repeat(np.arange(len(parts)), [len(part.values) for part in parts])
    column = np.concatenate([np.arange(len(part.values)) for part in parts])
    largest = np.argsort(-values, kind="stable")[:count]
    vectors = np.zeros((len(graph.piece), len(largest)))
    for place, pair in enumerate(largest.tolist()):
        vectors[members[owner[pair]], place] = parts[owner[pair]].vectors[:, column[pair]]
    return Spectrum(values[largest], vectors)


def _pairs_of(matrix: csr_array, count: int, rng: np.random.Generator) -> Spectrum:
    """Return the largest eigenpairs of one piece."""
    number = matrix.shape[0]
    if number == 1:
        return Spectrum(np.ones(1), np.ones((1, 1)))
    if number <= _DENSE_UP_TO or count >= number - 1:
        values, vectors = eigh(matrix.toarray(), subset_by_index=(number - count, number - 1))
    else:
        start = rng.normal(size=number)
        values, vectors = eigsh(matrix, k=count, which="LA", v0=start, tol=_TOLERANCE, ncv=min(number, 3 * count + 20))
    order = np.argsort(-values, kind="stable")
    return Spectrum(np.minimum(values[order], 1.0), vectors[:, order])
