"""What networks look at, and whether their heat maps are to be believed, as ``explain`` found it."""

from __future__ import annotations

import math
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from galexp.attribution.explanation import METRICS, Explanation, load
from galexp.attribution.name import CENTER, GRAD_CAM
from galexp.figure.explanation import METHOD_NAMES, explanation_figures
from galexp.figure.methods import readable
from galexp.page.content import Block, Column, DataTable, Heading, Measured, Notice, Part, Picture, Prose, Row
from galexp.page.material import Material
from galexp.page.section.base import Section
from galexp.page.words import unique
from galexp.run.name import file_stem

_TEXT = """Grad-CAM weighs the channels of a feature map by how much each raises an output; it is as coarse as that map.
Saliency and integrated gradients tell it of single pixels. A map says where the network looks, not why, and it is to be
believed no further than its checks go: a map that stays as it is when the network's layers are made random (rank
correlation and SSIM near 1) shows the image and not what was learned; one whose order of pixels changes the prediction
no faster than a random order, or than one from the center outward, does not say what the prediction depends on."""
_CAPTIONS = {
    "methods": "The first galaxy of each kind by every method, each map on a scale of its own.",
    "profile": "Density of attribution in circular annuli, averaged over held-out galaxies with one standard error; 1 "
    "is what a map that lies anywhere would have.",
    "deletion": "Mean output while squares of the image are replaced by its sky, and put into it, in the order of a "
    "map; bands are one standard error over galaxies.",
    "random_layers": "How much the maps are still those of the trained network while its layers are made random, the "
    "last first.",
    "random_maps": "Maps of some galaxies while that happens.",
}
_COLUMNS = (
    Column("network"),
    Column("method"),
    Column("galaxies", digits=0),
    Column("rank correlation", digits=2, hint="With the maps of the trained network, when all of it is random."),
    Column("SSIM", digits=2, hint="Likewise, of their size without the sign; smooth maps are alike by chance."),
    Column("deletion", digits=3, hint="Area under the curve: of a class low is good, of a number high."),
    Column(
        "gain over random", digits=3, hint="In deletion, above 0 where the map's order is better; paired over galaxies."
    ),
    Column("insertion", digits=3, hint="Area under the curve: of a class high is good, of a number low."),
    Column("gain over random ", digits=3, hint="In insertion, likewise."),
)


class Attribution(Section):
    """Show every explanation that lies below the runs.

    Args:
        most: Explanations whose figures are drawn; the others are in the table.
    """

    order = 74

    def __init__(self, most: int) -> None:
        self.most = most

    def part(self, material: Material) -> Part | None:
        """Read ``RUN/explanations``; None where there is none."""
        found = [path for run in material.runs for path in _folders(run.directory.folder)]
        if not found:
            return None
        runs = [path.parents[1].name for path in found]
        names = unique(
            [run if runs.count(run) == 1 else f"{run} on {path.name}" for run, path in zip(runs, found, strict=True)]
        )
        rows: list[Row] = []
        blocks: list[Block] = []
        for name, path in zip(names, found, strict=True):
            try:
                explanation = load(path)
            except ValueError as error:
                blocks.append(Notice(str(error)))
                continue
            rows += _rows(name, explanation)
            blocks += _blocks(name, explanation) if path in found[: self.most] else ()
        if len(found) > self.most:
            text = f"{len(found) - self.most} more explanations have no figures here; theirs lie in RUN/explanations/."
            blocks.append(Notice(text))
        table = DataTable("attribution", "Checks of the heat maps", _COLUMNS, tuple(rows)).filled()
        return Part("attribution", "What the networks look at", (Prose(_TEXT), *([table] if rows else []), *blocks))


def _folders(run: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path.parent for path in run.glob(f"explanations/[!.]*/{METRICS}"))


def _blocks(name: str, explanation: Explanation) -> Iterator[Block]:
    facts, stem = explanation.facts, file_stem(name)
    layer = facts["layer"]
    of_layer = f" Grad-CAM is of the {layer['name']}, {layer['cells'][0]} x {layer['cells'][1]} cells." if layer else ""
    shown = len(explanation.gallery.ids)
    targets = ", ".join(map(readable, explanation.gallery.targets))
    yield Heading(name)
    yield Prose(f"Galaxies shown: {shown}; held out: {facts['held_out']:,}; explained: {targets}.{of_layer}")
    for kind, figure in explanation_figures(explanation).items():
        yield Picture(f"attribution-{stem}-{kind}", _caption(kind), figure)


def _caption(kind: str) -> str:
    if kind in _CAPTIONS:
        return _CAPTIONS[kind]
    name = readable(kind.removeprefix("maps_"))
    return f"{name[0].upper()}{name[1:]}: image and heat maps, each galaxy on a scale of its own."


def _rows(name: str, explanation: Explanation) -> Iterator[Row]:
    """Yield a row a method, and one of the order that knows nothing but where galaxies are."""
    facts = explanation.facts
    if "deletion" not in facts:
        return
    for order, words in {**METHOD_NAMES, CENTER: "from the center outward"}.items():
        if order not in facts["deletion"]:
            continue
        likeness, areas = facts["cascade"].get(order, {}), facts["deletion"][order]
        words = f"{words} of {facts['layer']['name']}" if order == GRAD_CAM else words
        values = (
            *(name, words, facts["deletion"]["galaxies"]),
            *(_measured(likeness, key) for key in ("rank_correlation", "ssim")),
            *(_measured(areas, key) for key in ("deletion", "deletion_gain", "insertion", "insertion_gain")),
        )
        yield Row(values, explanation.origin.label)


def _measured(values: Mapping[str, Any], key: str) -> Measured | None:
    if key not in values:
        return None
    return Measured(*(math.nan if values[one] is None else float(values[one]) for one in (key, f"{key}_error")))
