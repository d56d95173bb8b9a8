"""What networks look at, and whether their heat maps are to be believed, as ``explain`` found it."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from galexp.attribution.explanation import METRICS, Explanation, load
from galexp.figure.explanation import METHOD_NAMES, explanation_figures
from galexp.page.content import Block, Column, DataTable, Heading, Measured, Notice, Part, Picture, Prose, Row
from galexp.page.material import Material
from galexp.page.section.base import Section
from galexp.page.words import counted, unique
from galexp.run.name import file_stem

_TEXT = """Grad-CAM weighs the channels of a feature map by how much each raises an output; it is as coarse as that map.
Saliency and integrated gradients tell it of single pixels. A map says where the network looks, not why, and it is to be
believed no further than its checks go: a map that stays as it is when the network's layers are made random (rank
correlation and SSIM near 1) shows the image and not what was learned; one whose order of pixels changes the prediction
no faster than a random order, or than one from the center outward, does not say what the prediction depends on."""
_CAPTIONS = {
    "methods": "The first galaxy of each kind by every method.",
    "profile": "Density of attribution in circular annuli, averaged over held-out galaxies with one standard error; 1 is "
    "what a map that lies anywhere would have.",
    "deletion": "Mean output while squares of the image are replaced by its sky, and put into it, in the order of a map; "
    "bands are one standard error over galaxies.",
    "random_layers": "How much the maps are still those of the trained network while its layers are made random, the last "
    "first.",
    "random_maps": "Maps of some galaxies while that happens.",
}
_COLUMNS = (
    Column("network"),
    Column("method"),
    Column("galaxies", digits=0),
    Column("rank correlation", digits=2, hint="With the maps of the trained network, when all of it is random."),
    Column("SSIM", digits=2, hint="Likewise, of the maps as they are looked at; smooth maps are alike by chance."),
    Column("deletion", hint="Area under the curve: of a class low is good, of a number high."),
    Column("gain over random", hint="In deletion, above 0 where the map's order is better; paired over galaxies."),
    Column("insertion", hint="Area under the curve: of a class high is good, of a number low."),
    Column("gain over random ", hint="In insertion, likewise."),
)


class Attribution(Section):
    """Show every explanation that lies below the runs."""

    order = 74

    def part(self, material: Material) -> Part | None:
        """Read ``RUN/explanations``; None where there is none."""
        found = [path for run in material.runs for path in _folders(run.directory.folder)]
        if not found:
            return None
        names = unique([f"{path.parents[1].name} on {path.name}" for path in found])
        rows: list[Row] = []
        blocks: list[Block] = []
        for name, path in zip(names, found, strict=True):
            try:
                explanation = load(path)
            except ValueError as error:
                blocks.append(Notice(str(error)))
                continue
            rows += _rows(name, explanation)
            blocks += _blocks(name, explanation)
        table = DataTable("attribution", "Checks of the heat maps", _COLUMNS, tuple(rows)).filled()
        return Part("attribution", "What the networks look at", (Prose(_TEXT), *([table] if rows else []), *blocks))


def _folders(run: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path.parent for path in run.glob(f"explanations/[!.]*/{METRICS}"))


def _blocks(name: str, explanation: Explanation) -> Iterator[Block]:
    facts, stem = explanation.facts, file_stem(name)
    layer = facts["layer"]
    of_layer = f" Grad-CAM is of the {layer['name']}, {layer['cells'][0]} x {layer['cells'][1]} cells." if layer else ""
    shown = counted(len(explanation.gallery.ids), "galaxy").replace("galaxys", "galaxies")
    yield Heading(name)
    yield Prose(f"{shown} of {facts['held_out']:,} held-out ones, {', '.join(explanation.gallery.targets)}.{of_layer}")
    for kind, figure in explanation_figures(explanation).items():
        yield Picture(f"attribution-{stem}-{kind}", _caption(kind), figure)


def _caption(kind: str) -> str:
    if kind in _CAPTIONS:
        return _CAPTIONS[kind]
    return (
        f"{kind.removeprefix('maps_').replace('_', ' ').capitalize()}: image and heat maps, 1 at the strongest pixel."
    )


def _rows(name: str, explanation: Explanation) -> Iterator[Row]:
    facts = explanation.facts
    if "deletion" not in facts:
        return
    for method in explanation.methods:
        likeness, areas = facts["cascade"][method], facts["deletion"][method]
        values = (
            *(name, METHOD_NAMES[method], facts["deletion"]["galaxies"]),
            *(_measured(likeness, key) for key in ("rank_correlation", "ssim")),
            *(_measured(areas, key) for key in ("deletion", "deletion_gain", "insertion", "insertion_gain")),
        )
        yield Row(values, explanation.origin.label)


def _measured(values: Mapping[str, Any], key: str) -> Measured:
    return Measured(*(float("nan") if values[one] is None else float(values[one]) for one in (key, f"{key}_error")))
