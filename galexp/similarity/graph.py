"""Who is next to whom: the graph of nearest neighbors, with weights, and the pieces that it falls into."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from jaxtyping import Float, Int64

    from galexp.similarity.index import Neighbors

UNION, MUTUAL = "union", "mutual"
SYMMETRIES = (UNION, MUTUAL)
_LEAST_WEIGHT = 1e-12


class NeighborGraph(NamedTuple):
    """A graph without directions.

    Attributes:
        weights: W, symmetric, sparse, without loops.
        scale: sigma, the distance at which a weight has fallen to 1/e.
        piece: Number of the connected component of each node.
        pieces: How many there are.
    """

    weights: csr_array
    scale: float
    piece: Int64[np.ndarray, " node"]
    pieces: int


def edge_weight(distance: Float[np.ndarray, "*edge"], scale: float) -> Float[np.ndarray, "*edge"]:
    """Return exp(-d^2 / sigma^2) of distances, and 1e-12 at least: an edge that is there, however long, stays one.

    Args:
        distance: Not negative.
        scale: sigma, above 0.

    Example:
        >>> edge_weight(np.array([0.0, 1.0, 1e6]), scale=1.0).round(6).tolist()
        [1.0, 0.367879, 0.0]
    """
    return np.maximum(np.exp(-((distance / scale) ** 2)), _LEAST_WEIGHT)


def neighbor_graph(found: Neighbors, symmetry: str = UNION) -> NeighborGraph:
    """Join every node with its nearest neighbors by edges of weight exp(-d^2 / sigma^2).

    sigma is the median distance of the last neighbor, so that it follows the density of most nodes, and one far from
    all others hangs by thin threads. Neighborhood has a direction, and an edge has none: ``union`` takes an edge where
    either end names the other, ``mutual`` where both do, which parts what only outliers join and leaves more pieces.

    Args:
        found: Neighbors of every node among the nodes, none of which is itself.
        symmetry: ``union`` or ``mutual``.

    Raises:
        ValueError: for another word, or where sigma is 0: at least half of the nodes have as many exact duplicates.

    Example:
        Two pairs, far from each other.

        >>> from galexp.similarity.index import Neighbors
        >>> pairs = Neighbors(np.ones((4, 1)), np.array([[1], [0], [3], [2]]))
        >>> graph = neighbor_graph(pairs)
        >>> graph.pieces, graph.piece.tolist(), graph.weights.toarray()[0].round(6).tolist()
        (2, [0, 0, 1, 1], [0.0, 0.367879, 0.0, 0.0])
    """
    if symmetry not in SYMMETRIES:
        raise ValueError(f"search.graph is {symmetry!r}; choose {' or '.join(SYMMETRIES)}")
    number, count = found.place.shape
    scale = float(np.nanmedian(found.distance[:, -1]))
    if not scale > 0:
        raise ValueError(
            f"half of the {number} galaxies have {count} neighbors with the very same features, so that these tell "
            "nothing apart; choose other search.features, or a network that was trained longer"
        )
    there = found.place.ravel() >= 0
    ends = np.repeat(np.arange(number), count)[there], found.place.ravel()[there]
    directed = csr_array((edge_weight(found.distance.ravel()[there], scale), ends), shape=(number, number))
    combined = directed.maximum(directed.T) if symmetry == UNION else directed.minimum(directed.T)
    pieces, piece = connected_components(combined, directed=False)
    return NeighborGraph(csr_array(combined), scale, piece.astype(np.int64), int(pieces))
