"""Search by one run's network, from the words of a command to a folder."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from typing import Any

import numpy as np

from galexp.catalog.parquet import write_parquet
from galexp.command import Command
from galexp.figure.style import save
from galexp.job.search.compare import FIRST, RECOMMENDED, Comparison, compare, scores, shown_queries, similarities
from galexp.job.search.known import properties_of
from galexp.job.search.page import search_map
from galexp.job.search.pictures import gap_figure, interpolation, neighbor_sheet
from galexp.job.search.space import SearchSpace, open_space
from galexp.job.search.tables import embedding_table, neighbor_table
from galexp.run.directory import RunDirectory
from galexp.run.name import computed
from galexp.run.provenance import provenance
from galexp.run.whole import whole
from galexp.similarity.agreement import Property
from galexp.similarity.index import chosen_index
from galexp.similarity.plain import PIXELS, plane_of
from galexp.terminal import say

MAP, INTERPOLATION = "map.html", "interpolation.npy"


def search_run(run: RunDirectory, command: Command) -> RunDirectory:
    """Find the likes of some galaxies by one run's network, and write a folder below the run's, whole or not at all."""
    started = datetime.datetime.now(datetime.UTC)
    space = open_space(run, command)
    options, seed = space.options, space.settings["seed"]
    say(f"searching {len(space.images.gallery):,} galaxies for the likes of {len(space.queries.names):,}")
    comparison = compare(space.spaces, space.features, space.kin, options, seed)
    target = RunDirectory(run.folder / "search" / _name(space))
    with whole(target, space.settings) as partial:
        metrics = _write(partial, space, comparison)
        partial.write_json("provenance.json", provenance(started, **space.met.source))
        head = {"data": str(space.met.origin), "galaxies": str(space.data.origin), "run": run.name}
        partial.write_json("metrics.json", {**head, **metrics})
    return target


def _name(space: SearchSpace) -> str:
    """Return a name that the same search has again: data, features, and a hash of all that counts."""
    what = [computed(space.settings), dataclasses.asdict(space.options), space.data.manifest.content_sha256]
    what += [hashlib.sha256(content).hexdigest() for content in space.queries.files]
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:8]
    return f"{space.data.folder.name}-{space.features}-{digest}"


def _write(target: RunDirectory, space: SearchSpace, comparison: Comparison) -> dict[str, Any]:
    """Write tables and pictures, and return what is told of the search."""
    known = properties_of(
        space.settings, space.data, space.images.gallery, space.queries.rows, len(space.queries.files)
    )
    ssim = similarities(comparison, space.images, space.options.ssim_queries, space.settings["seed"])
    names, features = space.names, space.spaces[space.features]
    *plane, shares = plane_of(*features)
    shown = features if space.features != PIXELS else (features[0][:, :0], features[1][:, :0])
    embedded = embedding_table(names, shown, (plane[0], plane[1]), comparison)
    write_parquet(embedded, target.folder / "embeddings.parquet")
    write_parquet(neighbor_table(names, comparison, known, ssim), target.folder / "neighbors.parquet")
    page = search_map(space, comparison, known, (plane[0], plane[1]), shares)
    (target.folder / MAP).write_text(page, encoding="utf-8")
    facts = _draw(target, space, comparison, known, ssim)
    told = scores(comparison, known, ssim[1], not space.is_of_one_object)
    return {**_facts(space, comparison, shares), "ssim_queries": len(ssim[0]), **facts, "methods": told}


def _facts(space: SearchSpace, comparison: Comparison, shares: np.ndarray) -> dict[str, Any]:
    graph, clusters = comparison.graph, comparison.clusters
    sizes = np.bincount(clusters.labels)
    return {
        "features": space.features,
        "learned": space.learned,
        "views": space.options.views,
        "dimensions": space.spaces[space.features][0].shape[1],
        "gallery": len(space.images.gallery),
        "queries": len(space.queries.names),
        "named": list(space.options.query),
        "neighbors": space.options.neighbors,
        "first": min(FIRST, space.options.neighbors),
        "shown": [space.names[1][query] for query in shown_queries(len(space.names[1]))],
        "index": chosen_index(space.options.index, len(space.images.gallery)),
        "map_variance": shares.tolist(),
        "graph": {
            "symmetry": space.options.graph,
            "scale": graph.scale,
            "edges": int(graph.weights.nnz // 2),
            "pieces": graph.pieces,
            "clusters": clusters.number,
            "cluster_sizes": sizes.tolist(),
            "eigenvalues": clusters.eigenvalues.tolist(),
        },
    }


def _draw(
    target: RunDirectory,
    space: SearchSpace,
    comparison: Comparison,
    known: list[Property],
    ssim: tuple[np.ndarray, dict[str, np.ndarray]],
) -> dict[str, Any]:
    """Write the pictures, and return what they are of."""
    origin, names = space.met.origin, space.names
    for method, name in ((space.features, "neighbors"), (RECOMMENDED, "recommended")):
        alike = ssim[0], ssim[1][method]
        sheet = neighbor_sheet(comparison, method, names, space.images, known, alike, origin=origin)
        sheet.save(target.figures / f"{name}.png")
    gap = gap_figure(comparison, origin)
    if gap is not None:
        save(gap, target.figures / "eigenvalues.png")
    task = space.task if space.features == space.learned else None
    between = interpolation(task, space.spaces[space.features], names, space.images, space.met.device)
    if between is None:
        return {}
    save(between.figure(origin), target.figures / "interpolation.png")
    np.save(target.folder / INTERPOLATION, between.images)
    return {"interpolation": {"corners": list(between.corners), "is_decoded": between.is_decoded}}
