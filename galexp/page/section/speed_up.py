"""How much faster a network tells the time of a merger than a simulation would."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from galexp.evaluation.speed_up import speed_up
from galexp.page.benchmark import benchmark_rows
from galexp.page.content import PUBLISHED, Block, Code, Column, DataTable, Notice, Part, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of
from galexp.page.merger_times import tells_time, timed_groups
from galexp.page.published import study
from galexp.page.section.base import Section
from galexp.split.base import TRAIN

_STUDY = "deepgalaxy"
_MERGERS = "mergers"
_SIMULATION, _PARTICLES = "one simulation, ", "  its particles with mass"
_DAY = 86400.0  # [s]
_LOST = "1 to 2 days and about 1 s are quoted; the exponent of the quoted ratio is lost in the text that was at hand"
_TEXT = (
    "Per frame: the time of a simulation for one of its frames, over that of predicting one frame. Per estimate: the "
    "time of a whole simulation over that of predicting one frame, as the paper counts. Break-even: how many estimates "
    "pay for the simulations that were learned from and the training. A prediction is one plain pass and those of the "
    "average over views (choose transform=none for one pass)."
)


class SpeedUpSection(Section):
    """Set measured times of simulation and prediction beside each other, and beside the published ones."""

    order = 47

    def part(self, material: Material) -> Part | None:
        """Take every configuration that tells the time and noted how long it predicted."""
        timed = {
            name: [run for run in runs if run.provenance.get("predict_s")]
            for name, runs in timed_groups(material).items()
        }
        timed = {name: runs for name, runs in timed.items() if runs}
        if not timed:
            return None
        rows = [row for name, runs in timed.items() for row in _rows(name, runs)]
        blocks: list[Block] = [Prose(_TEXT), _table([*rows, *_published()])]
        if not all(_benchmark(runs[0]) for runs in timed.values()):
            blocks += [
                Notice("No simulation was timed beside these runs, so there is no ratio. Time one, and report again:"),
                Code(_command(next(iter(timed.values()))[0])),
            ]
        return Part("speed_up", "Simulation against prediction", tuple(blocks))


def _command(run: ReportRun) -> str:
    """Return what times a simulation of the quality that was learned from, where that was made here."""
    quality = run.choices.get("quality")
    words = f" dataset=mergers quality={quality}" if quality else ""
    return f"python -m galexp benchmark what={_MERGERS}{words}"


def _benchmark(run: ReportRun) -> dict[str, dict[str, str]]:
    """Return the rows of the benchmark of simulations among the runs, by name; nothing where there is none."""
    return {row["name"]: row for row in benchmark_rows(run, _MERGERS)}


def _rows(name: str, runs: list[ReportRun]) -> list[Row]:
    measured = _benchmark(runs[0])
    simulated = next((row for key, row in measured.items() if key.startswith(_SIMULATION)), None)
    return [_row(name, run, simulated, measured.get(_PARTICLES)) for run in runs]


def _row(name: str, run: ReportRun, simulated: dict[str, str] | None, particles: dict[str, str] | None) -> Row:
    predict = run.provenance["predict_s"] / run.provenance["predicted"]
    device = run.provenance.get("device", "")
    simulate = float(simulated["median"]) if simulated else math.nan
    number = int(float(particles["median"])) if particles else None
    facts = _simulations(run)
    ratios: tuple[float | None, ...] = (None, None, None)
    if simulated and facts:
        simulations, frames = facts
        ratios = speed_up(simulate, frames, predict, simulations, float(run.provenance["wall_time_s"]))
    first = (name, run.settings["seed"], simulate if simulated else None, number, 1e3 * predict, device)
    return Row((*first, *ratios, _remark(run, number)), mark_of([run]))


def _simulations(run: ReportRun) -> tuple[int, int] | None:
    """Return how many simulations were learned from, and the frames of one; None where the data is not at hand."""
    if run.data is None or not tells_time(run):
        return None
    catalog = run.data.catalog
    simulation_of = dict(zip(catalog["id"].tolist(), catalog["simulation"].tolist(), strict=True))
    learned = run.split["id"][np.asarray(run.split["role"]) == TRAIN].tolist()
    return len({simulation_of[name] for name in learned}), len(catalog) // len(set(simulation_of.values()))


def _remark(run: ReportRun, particles: int | None) -> str:
    """Say where what was timed is not what was learned from."""
    if particles is None:
        return ""
    quality: dict[str, Any] = (run.data.manifest.recipe.get("quality") or {}) if run.data is not None else {}
    kinds = ("disk_particles", "bulge_particles", "halo_particles")
    if not all(kind in quality for kind in kinds):
        return "of the frames' own simulations nothing is known: timed were others"
    own = 2 * sum(quality[kind] for kind in kinds)
    return "" if own == particles else f"timed with {particles:,} particles, learned from {own:,}"


def _published() -> list[Row]:
    numbers, rows = study(_STUDY), []
    predict = numbers.number("inference_seconds").value
    for name in ("simulation_days_low", "simulation_days_high"):
        simulate = _DAY * numbers.number(name).value
        first = (numbers.study, None, simulate, None, 1e3 * predict, "")
        rows.append(Row((*first, None, simulate / predict, None, _LOST), PUBLISHED))
    return rows


def _table(rows: list[Row]) -> DataTable:
    columns = (
        Column("configuration"),
        Column("seed", digits=0),
        Column(
            "one simulation", "s", 1, hint="Two equal galaxies; processor time of one core, on a GPU that of the clock."
        ),
        Column("particles with mass", digits=0),
        Column(
            "one prediction", "ms", 3, hint="Time of the clock for all validation and test frames, over their number."
        ),
        Column("on"),
        Column("per frame", digits=2),
        Column("per estimate", digits=0),
        Column("break-even", "estimates", 1),
        Column("remark"),
    )
    note = (
        "A network can only tell what its simulations hold: it replaces looking a frame up among them, and no "
        "simulation of another orbit. Times of other machines, beside other work: take the ratios as rough."
    )
    return DataTable("speed_up", "Times of simulation and prediction", columns, tuple(rows), note)
