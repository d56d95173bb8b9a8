"""The networks of the runs: how large they are, and how much they were shown."""

from __future__ import annotations

import numpy as np

from galexp.page.content import Column, DataTable, Part, Row
from galexp.page.material import Material, ReportRun
from galexp.page.prepared import called
from galexp.page.section.base import Section

_COLUMNS = (
    Column("configuration"),
    Column("runs", digits=0),
    Column("parameters", digits=0, hint="All of the network; running statistics are none."),
    Column("training values", digits=0, hint="Pixels of the training images, times the bands that the network sees."),
    Column("side", "px", digits=0),
    Column("batch", "images", digits=0),
    Column("epochs", digits=0),
    Column("images seen", digits=0, hint="Optimizer steps times the batch."),
    Column("wall time", "s", digits=0, hint="Mean over runs, of training and evaluation together."),
)


class Networks(Section):
    """Tell the parameters of each configuration's network, beside what it was trained on."""

    order = 62

    def part(self, material: Material) -> Part | None:
        """Tell what each run kept of its network."""
        if not material.runs:
            return None
        names = called(material.groups)
        rows = tuple(_row(names[name], members) for name, members in material.groups.items())
        table = DataTable("networks", "Networks and what they were shown", _COLUMNS, rows)
        return Part("networks", "The networks", (table,))


def _row(name: str, members: list[ReportRun]) -> Row:
    run = members[0]
    settings, network = run.settings["datamodule"], run.provenance
    side, batch = settings["image_size"], settings["batch_size"]
    bands = network.get("in_chans")  # as is the next of runs of earlier versions: not kept
    values = None if bands is None else run.metrics["counts"]["train"] * side**2 * bands
    steps = int(run.history["step"][-1]) if run.history.get("step") else 0
    epochs = len(run.history.get("epoch", []))
    time = float(np.mean([member.provenance["wall_time_s"] for member in members]))
    numbers = (len(members), network.get("parameters"), values, side, batch, epochs, steps * batch, time)
    return Row((name, *numbers), run.origin.label)
