"""The table of models: how large each is, what it makes of the dataset's images, and what its training costs."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Any

from galexp.command import Command
from galexp.config import Settings, UsageError, choices
from galexp.dataset.location import find
from galexp.model.build import build_network, nearest_size
from galexp.model.size import NetworkSize, network_size, parameter_count
from galexp.shard.manifest import Manifest, read_manifest
from galexp.shard.read import PreparedData
from galexp.target import instantiate, target_of
from galexp.task.label import settled_classes
from galexp.terminal import say

HEADERS = ("model", "parameters", "in head", "features", "map", "MiB/image", "+ MiB", "pretrained")
BANDS = 3
_MIB = 2**20
_STARTS = ("weights", "pretrained", "body_weights")


@dataclass(frozen=True)
class ModelRow:
    """One model of the table.

    Attributes:
        name: Of the choice.
        parameters: Of the network; None where it cannot even be made for these images.
        size: What it is at the dataset's image size; None where it does not take it.
        refusal: Why, and what it would take.
        is_pretrained: Whether it starts from weights that were learned before.
    """

    name: str
    parameters: int | None
    size: NetworkSize | None
    refusal: str
    is_pretrained: bool

    def cells(self) -> list[str]:
        """Return the texts of a row."""
        pretrained = str(self.is_pretrained).lower()
        parameters = "" if self.parameters is None else f"{self.parameters:,}"
        if self.size is None:
            return [self.name, parameters, "", "", self.refusal, "", "", pretrained]
        size = self.size
        side = f"{size.map_side} x {size.map_side}" if size.map_side else ""
        counts = ["" if number is None else f"{number:,}" for number in (size.head_parameters, size.num_features)]
        memory = [f"{size.bytes_per_image / _MIB:.1f}", f"{size.fixed_bytes / _MIB:.0f}"]
        return [self.name, parameters, *counts, side, *memory, pretrained]


@dataclass(frozen=True)
class ModelTable:
    """All models for one dataset.

    ``MiB/image`` is what one more image of a training batch costs, ``+ MiB`` what weights, gradients and the moments of
    Adam need whatever the batch; see :class:`galexp.model.size.NetworkSize`.

    Attributes:
        title: What they are made for.
        rows: One a model.
        pixels: The number of pixels to set beside their parameters; empty where it is not known.
    """

    title: str
    rows: list[ModelRow]
    pixels: str

    def markdown(self) -> str:
        """Return the table as Markdown."""
        lines = [f"{self.title[0].upper()}{self.title[1:]}:", "", _markdown_line(HEADERS)]
        lines.append(_markdown_line(["---", *["---:"] * (len(HEADERS) - 2), "---"]))
        lines += [_markdown_line(row.cells()) for row in self.rows]
        return "\n".join([*lines, *(["", f"{self.pixels}."] if self.pixels else [])])

    def show(self) -> None:
        """Print the table."""
        lines = [list(HEADERS), *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        say(self.title, "bold")
        for first, *others in lines:
            padded = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
            say("  ".join([f"  {first:<{widths[0]}}", *padded]))
        if self.pixels:
            say(self.pixels)


def model_table(command: Command) -> ModelTable:
    """Measure every model of conf/model and of the user's own folder, or the one that the words choose.

    Each is made with as many outputs as the task of the dataset needs (one a target where the classes are not known
    before data is prepared), for as many bands as the prepared images have (three where none are), without any
    weights that it would start from.

    Args:
        command: Whose words choose dataset, task and sizes.

    Raises:
        UsageError: For words that make no configuration.
    """
    chosen = [word.partition("=")[2] for word in command.overrides if word.startswith("model=")]
    settings = command.settings()
    folder = find(settings)
    manifest = read_manifest(folder) if folder else None
    bands, outputs = _bands(manifest), _outputs(settings, folder)
    side = settings["datamodule"]["image_size"]
    names = chosen or list(choices(command.folders)["model"])
    nodes = {name: (settings if chosen else command.settings(f"model={name}"))["model"] for name in names}
    dataset = settings["choices"]["dataset"]
    title = f"models for dataset={dataset}: {_counted(outputs, 'output')}, {_counted(bands, 'band')}, {side} px"
    rows = [_row(name, node, bands, outputs, side) for name, node in nodes.items()]
    return ModelTable(title, rows, _pixels(settings, folder, manifest, side**2 * bands))


def _row(name: str, node: Settings, bands: int, outputs: int, side: int) -> ModelRow:
    is_pretrained, refusal = any(bool(node.get(key)) for key in _STARTS), f"does not take {side} px"
    try:
        network = build_network(node, bands, outputs, with_weights=False)
    except UsageError:
        raise
    except ValueError:
        return ModelRow(name, None, None, refusal, is_pretrained)
    try:
        return ModelRow(name, parameter_count(network), network_size(network, side), "", is_pretrained)
    except ValueError:
        fitting = nearest_size(network, side)
        refusal += f", takes {fitting}" if fitting else ""
        return ModelRow(name, parameter_count(network), None, refusal, is_pretrained)


def _bands(manifest: Manifest | None) -> int:
    shapes = manifest.image_shapes if manifest else ()
    return next((int(shape.rpartition("x")[2]) for shape in shapes), BANDS)


def _outputs(settings: Settings, folder: pathlib.Path | None) -> int:
    task: dict[str, Any] = settings["task"]
    if folder is not None:
        task = settled_classes(task, PreparedData(folder).catalog)
    if task.get("classes", ()) is None:
        return len(task["targets"])
    return target_of(task).num_outputs(task, instantiate(settings["loss"]))


def _pixels(settings: Settings, folder: pathlib.Path | None, manifest: Manifest | None, per_galaxy: int) -> str:
    """Count the pixels of all galaxies, prepared or published, before any split."""
    if folder is not None and manifest is not None:
        galaxies, source = manifest.counts["written"], f"prepared in {folder}"
        source = f"{manifest.kind.word}{source}"
    else:
        published = instantiate(settings["dataset"]).published
        steps = [number for step, number in published.items() if not step.startswith("of these ")]
        if not steps:
            return ""
        galaxies, source = steps[-1], "published"
    return f"beside them: {galaxies * per_galaxy:.3g} training pixels, of {galaxies:,} galaxies ({source})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("s" if number != 1 else "")


def _markdown_line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
