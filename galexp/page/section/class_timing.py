"""How well the time of a merger is told: in all, along the merger, and simulation by simulation."""

from __future__ import annotations

import collections
from collections.abc import Mapping, Sequence

import numpy as np

from galexp.evaluation.class_timing import TimingScores, timing_along, timing_scores
from galexp.figure.methods import METHOD_NAMES
from galexp.figure.time_classes import MOST, time_confusion, time_errors
from galexp.page.content import Block, Column, DataTable, Heading, Measured, Notice, Part, Picture, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, scores_of
from galexp.page.merger_times import CLASSES, METHODS, TIME, Frames, frames_of, joined, timed_groups
from galexp.page.repeats import mean_and_spread
from galexp.page.section.base import Section

_METHOD = "network"
_OF_BASELINE = {"exact": "accuracy", "within_1": "within_1", "within_2": "within_2", "mae": "mae"}
_SHARES = (
    Column("exact", digits=3, hint="Share that is off by at most half the time between two snapshots."),
    Column("within 1", digits=3, hint="Share that is off by at most one snapshot and a half."),
    Column("within 2", digits=3, hint="Share that is off by at most two snapshots and a half."),
)
_INDEPENDENCE = (
    "Frames of one simulation are no independent galaxies, so nothing here has a bootstrap error over frames: what "
    "other mergers would give shows in the spread over simulations, what another training would give in that over runs."
)


class ClassTiming(Section):
    """Score the times of mergers by classes and by a number side by side.

    Args:
        bins: Of the true time, in the figures.
    """

    order = 45

    def __init__(self, bins: int) -> None:
        self.bins = bins

    def part(self, material: Material) -> Part | None:
        """Score, and draw what at most six configurations do along the merger; times in other units apart."""
        groups = timed_groups(material)
        by_unit: dict[str, dict[str, list[Frames]]] = collections.defaultdict(dict)
        for name, members in groups.items():
            frames = [frames_of(run) for run in members]
            by_unit[frames[0].unit][name] = frames
        blocks: list[Block] = [Prose(_INDEPENDENCE)]
        for place, (unit, frames_in) in enumerate(by_unit.items(), start=1):
            if len(by_unit) > 1:
                blocks.append(Heading(f"Times in {unit}" if unit else "Times without a unit"))
            blocks += self._blocks(groups, frames_in, unit, f"-{place}" if place > 1 else "", material)
        return Part("class_timing", "The time of a merger", tuple(blocks)) if groups else None

    def _blocks(
        self,
        groups: Mapping[str, list[ReportRun]],
        frames: Mapping[str, list[Frames]],
        unit: str,
        suffix: str,
        material: Material,
    ) -> list[Block]:
        mine = {name: groups[name] for name in frames}
        blocks: list[Block] = [_scores(mine, frames, unit, suffix), *_simulations(mine, frames, unit, suffix)]
        shown = dict(list(frames.items())[:MOST])
        if len(shown) < len(frames):
            blocks.append(Notice(f"{len(frames) - MOST} more configurations are not drawn; report fewer of them."))
        return [*blocks, *self._pictures(shown, unit, suffix, material)]

    def _pictures(
        self, frames: Mapping[str, Sequence[Frames]], unit: str, suffix: str, material: Material
    ) -> list[Picture]:
        pairs = {name: joined(found, _METHOD) for name, found in frames.items()}
        last = max(float(np.nanmax(true)) for true, _ in pairs.values())
        edges = np.linspace(0, last, self.bins + 1)
        profiles = {name: timing_along(true, told - true, edges) for name, (true, told) in pairs.items()}
        along = (
            "Error of the plain network along the merger, all runs of a configuration together; band: the middle 68 % "
            "of the errors of the first. Times end at both sides, so that any uncertain network errs upward at the "
            "start and downward at the end."
        )
        taken = (
            "Which time is taken for which by the plain network, a column for each bin of the true time; on the dotted "
            "line they agree."
        )
        return [
            Picture(f"merger_time_errors{suffix}", along, time_errors(profiles, unit, origin=material.origin)),
            Picture(
                f"merger_time_confusion{suffix}", taken, time_confusion(pairs, edges, unit, origin=material.origin)
            ),
        ]


def _scores(
    groups: Mapping[str, list[ReportRun]], frames: Mapping[str, list[Frames]], unit: str, suffix: str
) -> DataTable:
    columns = (
        Column("configuration"),
        Column("method"),
        *_SHARES,
        Column("mean absolute error", unit, 2),
        Column("bias", unit, 2, hint="Median of predicted minus true; positive: taken for an older merger."),
        Column("runs", digits=0),
        Column("frames", digits=0, hint="Mean over runs."),
    )
    rows: list[Row] = []
    for name, runs in groups.items():
        found = {
            method: [timing_scores(one.errors(method), one.interval) for one in frames[name]] for method in METHODS
        }
        n = round(float(np.mean([scores.n for scores in found[_METHOD]])))
        for method, scores in found.items():
            cells = [mean_and_spread([getattr(one, field) for one in scores]) for field in TimingScores._fields[1:]]
            rows.append(Row((name, METHOD_NAMES[method], *cells, len(runs), n), mark_of(runs)))
        for method, shares in _baselines(runs).items():
            rows.append(Row((name, METHOD_NAMES.get(method, method), *shares, None, len(runs), n), mark_of(runs)))
    note = "Mean and standard deviation over runs. A number counts as the snapshot that it would be rounded to."
    return DataTable(f"merger_times{suffix}", "Time of the merger, held-out frames", columns, tuple(rows), note)


def _baselines(runs: list[ReportRun]) -> dict[str, list[Measured | None]]:
    """Return what the metrics keep of every other method: shares where classes were learned, and the error."""
    target = CLASSES if CLASSES in runs[0].targets else TIME
    scores = [scores_of(run)[target]["all"] for run in runs]
    return {
        method: [
            mean_and_spread([one[method][key] for one in known]) if all(key in one[method] for one in known) else None
            for key in _OF_BASELINE.values()
        ]
        for method in dict.fromkeys(method for one in scores for method in one if method not in METHODS)
        for known in [[one for one in scores if method in one]]
    }


def _simulations(
    groups: Mapping[str, list[ReportRun]], frames: Mapping[str, list[Frames]], unit: str, suffix: str
) -> list[Block]:
    columns = (
        Column("configuration"),
        Column("simulation"),
        Column("size ratio", digits=2),
        Column("mass ratio", digits=2),
        Column("merged", hint="Whether both bulges are one at the end; else the last class is but the end of the run."),
        *_SHARES[:2],
        Column("mean absolute error", unit, 2),
        Column("bias", unit, 2),
        Column("frames", digits=0),
    )
    rows: list[Row] = []
    lines: list[str] = []
    lost = [name for name, found in frames.items() if any(one.catalog is None for one in found)]
    for name in (name for name in groups if name not in lost):
        by_simulation = _by_simulation(frames[name])
        scored = {
            key: timing_scores(np.concatenate([errors for errors, _ in found]), found[0][1])
            for key, found in by_simulation.items()
        }
        rows += [
            Row((name, *key, s.exact, s.within_1, s.mae, s.bias, s.n), mark_of(groups[name]))
            for key, s in scored.items()
        ]
        if len(scored) > 1:
            errors = [scores.mae for scores in scored.values()]
            lines.append(f"{name}: {np.mean(errors):.1f} ± {np.std(errors, ddof=1):.1f} {unit} ({len(errors)})".strip())
    blocks: list[Block] = []
    if lost:
        blocks.append(
            Notice(
                f"The frames of {', '.join(lost)} are not on this disk as they were trained on: nothing is told of "
                "single simulations; prepare them again."
            )
        )
    if rows:
        title = "Each held-out simulation, plain network, all runs that held it out together"
        blocks.append(DataTable(f"merger_times_by_simulation{suffix}", title, columns, tuple(rows)))
    if lines:
        text = "Mean and standard deviation over simulations of their mean absolute errors (and how many there are): "
        blocks.append(Prose(text + "; ".join(lines) + "."))
    return blocks


Simulation = tuple[str, float | None, float | None, str | None]


def _by_simulation(frames: Sequence[Frames]) -> dict[Simulation, list[tuple[np.ndarray, float]]]:
    """Return name, ratios and end of each simulation -> the errors of each run that held it out, and the interval."""
    found: dict[Simulation, list[tuple[np.ndarray, float]]] = collections.defaultdict(list)
    for one in frames:
        assert one.catalog is not None
        names = np.asarray(one.catalog["simulation"]).astype(str)
        for name in np.unique(names):
            rows = np.flatnonzero(names == name)
            found[_facts(one, name, rows[0])].append((one.errors(_METHOD)[rows], one.interval))
    return dict(sorted(found.items()))


def _facts(frames: Frames, name: str, row: int) -> Simulation:
    table = frames.catalog
    assert table is not None
    size, mass = (float(table[key][row]) if key in table.colnames else None for key in ("size_ratio", "mass_ratio"))
    merged = ("yes" if table["has_merged"][row] else "no") if "has_merged" in table.colnames else None
    return name, size, mass, merged
