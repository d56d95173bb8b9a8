"""What is stored, what the network sees of it, and what either costs."""

from __future__ import annotations

import numpy as np

from galexp.figure.before_after import before_after
from galexp.page.benchmark import benchmark_file, benchmark_rows
from galexp.page.content import Block, Code, Column, DataTable, Heading, Part, Picture, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.prepared import Shown, shown_data
from galexp.page.section.base import Section
from galexp.shard.origin import Origin
from galexp.target import instantiate
from galexp.transform.cache import bands_of
from galexp.transform.memory import FLOAT32, image_bytes
from galexp.transform.resize import size_with_margin

_GB = 1e9
_WHAT = "loader"
_MEMORY_COLUMNS = (
    Column("images"),
    Column("number", digits=0),
    Column("8 bits", "GB"),
    Column("32-bit floats", "GB", hint="What the same images take as the network computes with them."),
    Column("factor", digits=1, hint="By how much the stored images are larger, decoded."),
)
_LOADER_COLUMNS = (
    Column("part"),
    Column("speed", "images/s", digits=0, hint="Median of repeated measurements."),
    Column("lowest", "images/s", digits=0),
    Column("highest", "images/s", digits=0),
    Column("time of an image", "ms", digits=4),
)


class Resizing(Section):
    """Show images before and after they are brought to the network, with memory and loading time.

    Args:
        images: Galaxies in the picture.
    """

    order = 81

    def __init__(self, images: int) -> None:
        self.images = images

    def part(self, material: Material) -> Part | None:
        """Make a picture and a table of each dataset, and find what a benchmark of the loader left."""
        found, _ = shown_data(material)
        if not found:
            return None
        blocks: list[Block] = []
        for shown in {(one.data.folder, *_sizes(one.run)): one for one in found}.values():
            blocks += [self._picture(shown, material.options.seed), _memory(shown)]
        return Part("resizing", "From the stored image to the network", (*blocks, *_loader(found[0].run)))

    def _picture(self, shown: Shown, seed: int) -> Picture:
        rows = np.sort(np.random.default_rng(seed).permutation(len(shown.data))[: self.images])
        stored = [shown.data.pixels(row) for row in rows]
        names = [str(shown.data.catalog["id"][row]) for row in rows]
        side, fraction = _sizes(shown.run)
        seen = [shown.seen(row) for row in rows]
        figure = before_after(stored, seen, names, fraction, origin=shown.origin)
        text = (
            f"Galaxies of {shown.data.folder.name} as they are stored, with the field of the network marked, and at "
            f"the {side} px that it gets of it where nothing is augmented: each pixel is the mean of the stored ones "
            "in its area."
        )
        return Picture(f"resizing-{shown.name}", text, figure)


def _sizes(run: ReportRun) -> tuple[int, float]:
    settings = run.settings["datamodule"]
    return settings["image_size"], settings.get("field_fraction", 1.0)


def _memory(shown: Shown) -> DataTable:
    manifest, (side, fraction) = shown.data.manifest, _sizes(shown.run)
    bands, cached = bands_of(shown.data), size_with_margin(side, fraction)
    count = len(shown.data)
    stored = image_bytes(manifest.image_shapes)
    kinds = {
        f"as the network gets them, {side} px": image_bytes({f"{side}x{side}x{bands}": count}),
        f"as the cache keeps them, {cached} px with the margin of a rotation": image_bytes(
            {f"{cached}x{cached}x{bands}": count}
        ),
    }
    packed = sum(shard.size for shard in manifest.shards)
    rows = [_row("stored, decoded", count, stored, stored, shown.mark)]
    rows += [_row(kind, count, size, stored, shown.mark) for kind, size in kinds.items()]
    rows.append(Row(("stored, as packed in shards", count, packed / _GB, None, stored / packed), shown.mark))
    published = _published_count(shown.run)
    if published and len(manifest.image_shapes) == 1 and shown.origin is Origin.OBSERVED:
        (shape,) = manifest.image_shapes
        whole, small = image_bytes({shape: published}), image_bytes({f"{side}x{side}x{bands}": published})
        rows += [
            _row(f"all of the survey at {shape.rpartition('x')[0]} px", published, whole, whole, ""),
            _row(f"all of the survey at {side} px", published, small, whole, ""),
        ]
    return DataTable(f"memory-{shown.name}", f"Memory of the images of {shown.name}", _MEMORY_COLUMNS, tuple(rows))


def _row(name: str, count: int, size: int, stored: int, mark: str) -> Row:
    return Row((name, count, size / _GB, FLOAT32 * size / _GB, stored / size), mark)


def _published_count(run: ReportRun) -> int | None:
    """Return the number of galaxies that the survey's publication gives, where it gives one."""
    published = instantiate(run.settings["dataset"]).published
    return next((number for step, number in published.items() if not step.startswith("of these ")), None)


def _loader(run: ReportRun) -> list[Block]:
    """Return the table of the last benchmark of the loader beside these runs, or the command that makes it."""
    records = benchmark_rows(run, _WHAT)
    command = f"python -m galexp benchmark what={_WHAT} dataset={run.choices['dataset']}"
    heading = Heading("What loading an image takes")
    if not records:
        return [
            heading,
            Prose("It has not been measured here. This command does, in turns with the network:"),
            Code(command),
        ]
    text = benchmark_file(run, _WHAT).with_suffix(".txt").name
    return [heading, _loader_table(records, command, text)]


def _loader_table(records: list[dict[str, str]], command: str, text: str) -> DataTable:
    rows = []
    for record in (record for record in records if record["unit"] == "images/s"):
        speeds = [float(record[name]) for name in ("median", "lowest", "highest")]
        rows.append(Row((record["name"], *speeds, 1000 / speeds[0]), Origin(record["data"]).label))
    note = f"Measured by {command}, which has its own image size, network and data; {text} beside it has the machine."
    return DataTable("loader", "Speed of the loader", _LOADER_COLUMNS, tuple(rows), note)
