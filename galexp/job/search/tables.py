"""The tables of a search: every embedded galaxy with its cluster, and every query with its neighbors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table, vstack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from galexp.job.search.compare import Comparison
    from galexp.similarity.agreement import Property

GALLERY, QUERY = "gallery", "query"


def embedding_table(
    names: tuple[Sequence[str], Sequence[str]],
    features: tuple[np.ndarray, np.ndarray],
    plane: tuple[np.ndarray, np.ndarray],
    comparison: Comparison,
) -> Table:
    """Return one row a galaxy: ``id``, ``side``, ``cluster``, ``piece`` of the graph, its place on the map, features.

    Args:
        names: Of gallery and queries; a galaxy may be in both.
        features: Likewise.
        plane: The first two principal components, likewise.
        comparison: With the clusters of both; queries are in no piece of the graph, and have -1.
    """
    number = [len(part) for part in names]
    table = Table({"id": np.array([*names[0], *names[1]], dtype=str), "side": np.repeat([GALLERY, QUERY], number)})
    table["cluster"] = np.concatenate([comparison.clusters.labels, comparison.query_cluster])
    table["piece"] = np.concatenate([comparison.graph.piece, np.full(number[1], -1)])
    table["pc_1"], table["pc_2"] = np.concatenate(plane).T
    columns = np.concatenate(features).astype(np.float32).T
    table.add_columns(list(columns), names=[f"feature_{column:03d}" for column in range(len(columns))])
    return table


def neighbor_table(
    names: tuple[Sequence[str], Sequence[str]],
    comparison: Comparison,
    known: Sequence[Property],
    ssim: tuple[np.ndarray, Mapping[str, np.ndarray]],
) -> Table:
    """Return one row a neighbor: ``method``, ``query``, ``rank`` from 1, ``id``, ``distance``, ``ssim``, what is known.

    Of what is known the query has ``query_<name>`` and the neighbor ``true_<name>``; NaN where it is not known, a
    method has no distance, or an SSIM was not computed.

    Args:
        names: Of gallery and queries.
        comparison: What was found.
        known: Of queries and gallery.
        ssim: Queries that were compared, and the structural similarities of each method.
    """
    gallery, queries = (np.asarray(part, dtype=str) for part in names)
    parts = []
    for method, found in comparison.methods.items():
        query, rank = np.nonzero(found.place >= 0)
        place = found.place[query, rank]
        alike = np.full(found.place.shape, np.nan)
        alike[ssim[0]] = ssim[1][method]
        table = Table({"method": np.full(len(query), method), "query": queries[query], "rank": rank + 1})
        table["id"], table["distance"], table["ssim"] = gallery[place], found.distance[query, rank], alike[query, rank]
        for one in known:
            table[f"query_{one.name}"], table[f"true_{one.name}"] = one.queries[query], one.gallery[place]
            for column in (f"query_{one.name}", f"true_{one.name}"):
                table[column].unit = one.unit or None
        parts.append(table)
    return vstack(parts)
