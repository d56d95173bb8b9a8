"""What a terminal shows of a search."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from galexp.shard.origin import Origin
from galexp.similarity.told import quantities
from galexp.terminal import console, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galexp.run.directory import RunDirectory


def show_search(found: RunDirectory) -> None:
    """Show how alike neighbors are by every method, in how many pieces their graph is, and where the files lie."""
    metrics = found.metrics()
    console.print(methods_table(metrics))
    say(f"graph: {_clusters(metrics['graph'])}")
    for path in sorted(found.figures.glob("*.png")):
        say(f"  {path}")
    say(f"  {found.folder / 'map.html'}")


def methods_table(metrics: Mapping[str, Any]) -> Table:
    """Lay out one column a method, without errors, for which ``metrics.json`` and the report have more room."""
    noun = "query" if metrics["queries"] == 1 else "queries"
    title = (
        f"{metrics['neighbors']} neighbors of {metrics['queries']:,} {noun} among {metrics['gallery']:,} galaxies"
        f"{Origin(metrics['data']).whose}"
    )
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    told = {name: quantities(scores, metrics["first"]) for name, scores in metrics["methods"].items()}
    table.add_column("")
    for name in told:
        table.add_column(name, justify="right", no_wrap=True)
    for row in zip(*told.values(), strict=True):
        if not any(math.isfinite(quantity.value) for quantity in row):
            continue
        heading = f"{row[0].heading} [{row[0].unit}]" if row[0].unit else row[0].heading
        table.add_row(escape(heading), *(_text(quantity.value) for quantity in row))
    return table


def _text(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else ""


def _clusters(graph: Mapping[str, Any]) -> str:
    """Say how many clusters there are and by what: no eigengap was looked for where there are no eigenvalues."""
    pieces, edges = graph["pieces"], f"{graph['edges']:,} edges"
    if not graph["eigenvalues"]:
        return f"{pieces} pieces, which are the clusters, {edges}"
    noun = "cluster" if graph["clusters"] == 1 else "clusters"
    where = "in one piece" if pieces == 1 else f"in {pieces} pieces that no neighborhood joins"
    return f"{graph['clusters']} {noun} by the eigengap, {edges}, {where}"
