"""Galaxies that are alike by what a run has learned: how much that is worth, and what it looks like."""

from __future__ import annotations

import math

import numpy as np

from galexp.figure.eigenvalues import eigenvalue_gap
from galexp.figure.interpolation_grid import between, interpolation_grid
from galexp.page.content import (
    Attachment,
    Block,
    Column,
    DataTable,
    Gallery,
    Heading,
    Measured,
    Notice,
    Part,
    Picture,
    Prose,
    Row,
    Stamp,
)
from galexp.page.material import Material
from galexp.page.prepared import stamp
from galexp.page.searches import RunSearch, searches
from galexp.page.section.base import Section
from galexp.page.words import unique
from galexp.shard.read import PreparedData
from galexp.similarity.told import Quantity, quantities

_READING = (
    "Queries look for the galaxies that are most alike among others, by what a network has learned and by what is to "
    "be beaten: principal components of pixels, the pixels themselves, and chance. Recommended are the nearest members "
    "of a query's cluster in the graph of neighbors. What is known of galaxies judges the neighbors and has not found "
    "them. Images that are mostly sky have a high structural similarity with any other: read it beside that of chance."
)
_NETWORK = Column("network", hint="Model, seed and hash of the run.")
_BY = Column("by", hint="Features; recommended: the nearest in the query's cluster; random: drawn by chance.")
_TAIL = (
    Column("queries", digits=0),
    Column("gallery", digits=0, hint="Galaxies that are searched in."),
    Column("neighbors", digits=0, hint="Of each query."),
    Column("search"),
)


class Similarity(Section):
    """Lay out every search by the runs of a report.

    Args:
        queries: Of each search that are shown with their neighbors.
    """

    order = 76

    def __init__(self, queries: int) -> None:
        self.queries = queries

    def part(self, material: Material) -> Part | None:
        """Take the searches below all runs; None without any."""
        found = [one for run in material.runs for one in searches(run)]
        if not found:
            return None
        data = dict.fromkeys(one.searched for one in found)
        blocks: list[Block] = [Prose(_READING)]
        blocks += [_table(name, [one for one in found if one.searched == name]) for name in data]
        for name, one in zip(unique([one.name for one in found]), found, strict=True):
            blocks += self._blocks(name, one)
        return Part("similarity", "Galaxies that are alike", tuple(blocks))

    def _blocks(self, name: str, one: RunSearch) -> list[Block]:
        heading = Heading(f"{one.name}, by {one.run.name}")
        link = Attachment(f"map-{name}.html", f"The map of {name}: hover over its galaxies", one.map)
        return [heading, _graph(one), link, *self._galleries(name, one), *_pictures(name, one)]

    def _galleries(self, name: str, one: RunSearch) -> list[Block]:
        if one.data is None:
            return [Notice(f"The images of {one.name} are not on this disk as they were searched; prepare them again.")]
        table, features = one.neighbors, one.metrics["features"]
        nearest = table[np.asarray(table["method"]) == features]
        row_of = {identifier: row for row, identifier in enumerate(one.data.catalog["id"].tolist())}
        galleries: list[Block] = []
        for number, query in enumerate(one.metrics["shown"][: self.queries]):
            rows = nearest[np.asarray(nearest["query"]) == query][: one.metrics["first"]]
            is_file = query not in row_of
            stamps = [] if is_file else [_stamp(one.data, row_of[query], ("query", query))]
            for identifier, rank, alike in zip(rows["id"], rows["rank"], rows["ssim"], strict=True):
                told = (f"{rank}: {identifier}", *([f"SSIM {alike:.2f}"] if np.isfinite(alike) else []))
                stamps.append(_stamp(one.data, row_of[str(identifier)], told))
            asked = f"The nearest of {query}, an image that is not kept," if is_file else f"{query} and its nearest"
            caption = f"{asked} by {features} features, the whole stored fields."
            galleries.append(Gallery(f"similar-{name}-{number + 1}", caption, tuple(stamps), one.galaxies.label))
        return galleries


def _stamp(data: PreparedData, row: int, lines: tuple[str, ...]) -> Stamp:
    return Stamp(stamp(data.pixels(row)), lines)


def _table(name: str, found: list[RunSearch]) -> DataTable:
    """Lay out all searches of one dataset, a row a method."""
    told = [
        (one, method, {quantity.heading: quantity for quantity in quantities(scores, one.metrics["first"])})
        for one in found
        for method, scores in one.metrics["methods"].items()
    ]
    every: dict[str, Quantity] = {}
    for _, _, known in told:
        every |= {heading: quantity for heading, quantity in known.items() if heading not in every}
    columns = tuple(Column(heading, one.unit, 3, one.hint) for heading, one in every.items())
    rows = tuple(
        Row((_network(one), method, *(_value(known.get(heading)) for heading in every), *_tail(one)), one.origin.label)
        for one, method, known in told
    )
    most = max(one.metrics["ssim_queries"] for one in found)
    note = f"Errors are over queries. The structural similarity is that of {most} queries at most."
    title = f"Neighbors in {name}, by every method"
    return DataTable(f"similarity-{name}", title, (_NETWORK, _BY, *columns, *_TAIL), rows, note).filled()


def _network(one: RunSearch) -> str:
    return "-".join(one.run.name.split("-")[-3:])


def _tail(one: RunSearch) -> tuple[str | int, ...]:
    facts = one.metrics
    return (facts["queries"], facts["gallery"], facts["neighbors"], one.name)


def _value(quantity: Quantity | None) -> Measured | None:
    """Return a number; None where a method, or a query that is in no catalog, has none."""
    if quantity is None or not math.isfinite(quantity.value):
        return None
    return Measured(quantity.value, quantity.error)


def _graph(one: RunSearch) -> Prose:
    graph = one.metrics["graph"]
    pieces = "in one piece" if graph["pieces"] == 1 else f"in {graph['pieces']} pieces, which no neighborhood joins"
    sizes = ", ".join(f"{size:,}" for size in graph["cluster_sizes"][:8])
    more = " and smaller ones" if len(graph["cluster_sizes"]) > 8 else ""
    return Prose(
        f"The graph of {one.metrics['gallery']:,} galaxies has {graph['edges']:,} edges of weight exp(-d² / s²), "
        f"s = {graph['scale']:.4g}, and is {pieces}. Clusters: {graph['clusters']}, of {sizes}{more} galaxies."
    )


def _pictures(name: str, one: RunSearch) -> list[Block]:
    pictures: list[Block] = []
    graph, images = one.metrics["graph"], one.interpolation
    if images is not None:
        told = one.metrics["interpolation"]
        title = between(told["is_decoded"])
        figure = interpolation_grid(images, told["corners"], title, origin=one.origin)
        caption = f"{title} that are far apart, along straight lines in the space of features."
        pictures.append(Picture(f"between-{name}", caption, figure))
    if graph["eigenvalues"]:
        values = np.array(graph["eigenvalues"])
        figure = eigenvalue_gap(values, graph["clusters"], graph["pieces"], origin=one.origin)
        caption = "Eigenvalues of the normalized graph; clusters are as many as stand before the largest gap."
        pictures.append(Picture(f"gap-{name}", caption, figure))
    return pictures
