"""What was begun and not finished, with the commands that complete it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from galexp.page.content import Block, Code, Column, DataTable, Notice, Part, Prose, Row
from galexp.page.material import LeftOut, Material
from galexp.page.section.base import Section
from galexp.page.words import unique
from galexp.run.directory import RunDirectory
from galexp.run.sweep import Point, SweepRecord


class Missing(Section):
    """Say which points of sweeps, and which runs of their own, have not come to their end, and what was left out."""

    order = 5

    def part(self, material: Material) -> Part | None:
        """Make the section; None where everything is finished and can be told of."""
        begun = {run.command: run for run in material.unfinished if run.command}
        sweeps = [sweep for sweep in material.sweeps if sweep.jobs_finished < sweep.jobs]
        names = unique([sweep.path.stem for sweep in sweeps])
        blocks = _left_out(material.left_out) if material.left_out else []
        blocks += [block for pair in zip(sweeps, names, strict=True) for block in _of_sweep(*pair, begun)]
        swept = {sweep.line_of(point) for sweep in sweeps for point in sweep.points}
        alone = [run for run in material.unfinished if run.command not in swept]
        blocks += _alone(alone) if alone else []
        return Part("missing", "What is missing", tuple(blocks)) if blocks else None


def _left_out(lost: Sequence[LeftOut]) -> list[Block]:
    columns = (Column("run or sweep"), Column("why"))
    table = DataTable("left-out", "Left out", columns, tuple(Row((one.path.name, one.why)) for one in lost))
    return [Notice("The report does not tell of these, and no number below holds them."), table]


def _of_sweep(sweep: SweepRecord, name: str, begun: dict[str, RunDirectory]) -> Iterator[Block]:
    yield Notice(f"{sweep.jobs_finished} of {sweep.jobs} runs of {sweep.folder.name}/{sweep.path.stem} are finished.")
    open_points = [point for point in sweep.points if not sweep.finished(point)]
    rows = [Row((_shown(point, sweep.points), *_state(sweep, point, begun))) for point in open_points]
    if rows:
        columns = (Column("run"), Column("state"), Column("why"))
        yield DataTable(f"missing-{name}", "What this sweep has not finished", columns, tuple(rows))
    if sweep.jobs_unknown:
        yield Prose(f"{sweep.jobs_unknown} further trials of this search never began; it chooses them as it goes.")
    yield Prose("This command completes the sweep, and leaves alone what is finished:")
    yield Code(sweep.line)


def _state(sweep: SweepRecord, point: Point, begun: dict[str, RunDirectory]) -> tuple[str, str]:
    run = begun.get(sweep.line_of(point))
    if run is not None and run.is_held:
        return "at work now", ""
    if point.error:
        return "failed", point.error
    return ("broken off", "") if run is not None else ("never began", "")


def _shown(point: Point, points: tuple[Point, ...]) -> str:
    """Return the words of a point that are not those of every point; all of them where it is the only one."""
    shared = set.intersection(*(set(other.words) for other in points)) if len(points) > 1 else set()
    return " ".join(word for word in point.words if word not in shared)


def _alone(runs: list[RunDirectory]) -> list[Block]:
    columns = (Column("run"), Column("state"), Column("command that goes on with it"))
    states = ["at work now" if run.is_held else "broken off" for run in runs]
    rows = [Row((run.name, state, run.command or "was not kept")) for run, state in zip(runs, states, strict=True)]
    count = "1 run was" if len(runs) == 1 else f"{len(runs)} runs were"
    return [
        Notice(f"{count} begun and not finished, in no sweep that this report knows of."),
        DataTable("missing-runs", "Runs that are not finished", columns, tuple(rows)),
    ]
