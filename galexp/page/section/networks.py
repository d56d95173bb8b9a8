"""The networks of the runs: how large they are, and how much they were shown."""

from __future__ import annotations

import numpy as np

from galexp.model.build import build_network
from galexp.model.size import parameter_count
from galexp.page.content import Column, DataTable, Part, Row
from galexp.page.material import Material, ReportRun
from galexp.page.prepared import called
from galexp.page.section.base import Section
from galexp.target import instantiate, target_of

_COLUMNS = (
    Column("configuration"),
    Column("runs", digits=0),
    Column("parameters", digits=0, hint="All of the network; running statistics are none."),
    Column("training values", digits=0, hint="Pixels of the training images, times their bands."),
    Column("side", "px", digits=0),
    Column("batch", "images", digits=0),
    Column("epochs", digits=0),
    Column("images seen", digits=0, hint="Optimizer steps times the batch."),
    Column("wall time", "s", digits=0, hint="Mean over runs, of training and evaluation together."),
)
_BANDS = 3


class Networks(Section):
    """Count the parameters of each configuration's network, beside what it was trained on."""

    order = 62

    def part(self, material: Material) -> Part | None:
        """Make the networks anew, without weights, and count."""
        if not material.runs:
            return None
        names = called(material.groups)
        rows = tuple(_row(names[name], members) for name, members in material.groups.items())
        table = DataTable("networks", "Networks and what they were shown", _COLUMNS, rows)
        return Part("networks", "The networks", (table,))


def _row(name: str, members: list[ReportRun]) -> Row:
    run = members[0]
    settings, bands = run.settings["datamodule"], _bands(run)
    side, batch = settings["image_size"], settings["batch_size"]
    values = run.metrics["counts"]["train"] * side**2 * bands
    steps = int(run.history["step"][-1]) if run.history.get("step") else 0
    epochs = len(run.history.get("epoch", []))
    time = float(np.mean([member.provenance["wall_time_s"] for member in members]))
    numbers = (len(members), _parameters(run, bands), values, side, batch, epochs, steps * batch, time)
    return Row((name, *numbers), run.origin.label)


def _bands(run: ReportRun) -> int:
    """Return the bands of the images; those of a color image where the data is not on this disk."""
    if run.settings["model"]["monochrome"]:
        return 1
    shapes = run.data.manifest.image_shapes if run.data else ()
    return next((int(shape.rpartition("x")[2]) for shape in shapes), _BANDS)


def _parameters(run: ReportRun, bands: int) -> int:
    task = run.settings["task"]
    outputs = target_of(task).num_outputs(task, instantiate(run.settings["loss"]))
    return parameter_count(build_network(run.settings["model"], bands, outputs, with_weights=False))
