"""What the runs of a report are: surveys, splits, networks, seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from galexp.page.content import Block, Column, DataTable, Notice, Part, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import counts_of, fold_of, mark_of
from galexp.page.repeats import distinct
from galexp.page.section.base import Section
from galexp.page.words import counted
from galexp.shard.origin import Origin

_COLUMNS = (
    Column("configuration", hint="Survey, split and network, and in what else it differs from others of these."),
    Column("prepared data"),
    Column("task"),
    Column("loss"),
    Column("side", "px", digits=0),
    Column("epochs", digits=0),
    Column("runs", digits=0),
    Column("seeds"),
    Column("folds"),
    Column("train", digits=0, hint="Galaxies, the mean over runs."),
    Column("val", digits=0, hint="Likewise."),
    Column("test", digits=0, hint="Likewise."),
    Column("unused", digits=0, hint="Likewise."),
)


class Overview(Section):
    """List the configurations, and say on top where their galaxies are not observed."""

    order = 0

    def part(self, material: Material) -> Part | None:
        """Lay out one row a configuration."""
        if not material.runs:
            return None
        groups = material.groups
        rows = tuple(_row(name, runs) for name, runs in groups.items())
        number, kinds = len(material.runs), len(groups)
        text = f"{counted(number, 'run')} of {counted(kinds, 'configuration')}; runs of one differ in seed or fold."
        absent = sorted({run.audit["data_name"] for run in material.runs if run.data is None})
        blocks: list[Block] = [Prose(text), *_origins(material)]
        if absent:
            blocks.append(
                Notice(
                    f"The prepared data {', '.join(absent)} is not on this disk as it was trained on. Images, "
                    "positions and columns of the catalog are left out below; prepare it again, or make the report "
                    "where it lies."
                )
            )
        return Part("overview", "Overview", (*blocks, DataTable("overview", "What was run", _COLUMNS, rows)))


def _origins(material: Material) -> list[Notice]:
    notices = []
    drawn = sorted({run.audit["data_name"] for run in material.runs if run.galaxies is Origin.MOCK})
    if drawn:
        parts = sorted({part for run in material.runs if run.data is not None for part in run.data.manifest.mock})
        what = f"the {' and the '.join(parts)}" if parts else "catalog or images"
        notices.append(
            Notice(
                f"MOCK DATA: of {', '.join(drawn)} {what} were drawn, not measured. What a network finds there was put "
                "in by relations from the literature: it tests the method, and says nothing about the sky."
            )
        )
    simulated = sorted({run.audit["data_name"] for run in material.runs if run.galaxies is Origin.SIMULATION})
    if simulated:
        notices.append(
            Notice(
                f"SIMULATION: the pictures of {', '.join(simulated)} are of simulated galaxies. Frames of one "
                "simulation are no independent galaxies, so that no error is bootstrapped over them."
            )
        )
    return [*notices, *_starts(material)]


def _starts(material: Material) -> list[Notice]:
    """Say of which data networks started from weights that were learned on a mock or a simulation."""
    notices = []
    for origin in (Origin.MOCK, Origin.SIMULATION):
        runs = [run for run in material.runs if run.started_on is origin and run.galaxies is not origin]
        names = sorted({run.audit["data_name"] for run in runs})
        if names:
            text = f"{origin.label} WEIGHTS: {counted(len(runs), 'network')} of {', '.join(names)} started from what "
            notices.append(Notice(text + f"was learned on a {origin}; what that put in may still be in the numbers."))
    return notices


def _row(name: str, runs: Sequence[ReportRun]) -> Row:
    runs = distinct(runs)
    settings = runs[0].settings
    counts = [counts_of(run) for run in runs]
    seeds = sorted({run.settings["seed"] for run in runs})
    folds = sorted({fold for run in runs if (fold := fold_of(run)) is not None})
    means = tuple(
        float(np.mean([count.get(role, 0) for count in counts])) for role in ("train", "val", "test", "unused")
    )
    values = (
        *(name, runs[0].audit["data_name"], settings["choices"]["task"], settings["choices"].get("loss")),
        *(settings["datamodule"]["image_size"], settings["trainer"]["max_epochs"], len(runs)),
        *(", ".join(map(str, seeds)), ", ".join(map(str, folds)) or None),
    )
    return Row((*values, *means), mark_of(runs))
