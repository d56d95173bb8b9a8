"""Errors of networks that never saw a window of overdensity (Wu 2020, Figure 4)."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.environment_curve import EnvironmentPanel, WindowCurve, environment_curve
from galexp.figure.methods import readable
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Measured, Notice, Part, Picture, Prose, Row
from galexp.page.matching import by_chance
from galexp.page.material import with_catalog
from galexp.page.members import mark_of, scores_of
from galexp.page.published import HOW, studies
from galexp.page.repeats import differs_in, distinct, mean_and_spread
from galexp.page.section.base import Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galexp.page.material import Material, ReportRun
    from galexp.page.published import PublishedTable

_METHOD = "network_tta"
_CURVE = ("center", "normalized_rmse", "density")
"""Columns of a published table of windows."""
_TEXT = """Each point is a network that was trained on all galaxies but those of a window of overdensity, and tested
on these: RMSE over the scatter (ddof 1) of the tested galaxies, mean ± standard deviation over trainings. The band is
what the same networks, trained the same way on the same data, reach on random splits, where those are among these runs.
Windows that are nearer to each other than they are wide share galaxies. The published curve is of the network of the
paper, with the overdensities of environment=code, its errors with ddof 0; for xGASS it was read off the figure. Where
the two surveys seem to have other critical densities, note that in that code xGASS had a velocity window and alpha.40
had none, while both were divided by the trend of alpha.40."""


class Windows(NamedTuple):
    """The windows of one survey, one target and one way to measure overdensities."""

    survey: str
    target: str
    label: str
    runs: Mapping[float, list[ReportRun]]


class DensityWindows(Section):
    """Draw the normalized error against the quantile in the middle of the window that was held out."""

    order = 31

    def part(self, material: Material) -> Part | None:
        """Take all runs of delta5_window that predict numbers; None where there is none."""
        found = windows(material)
        if not found:
            return None
        curves = [(one, _curve(one)) for one in found]
        panels = {name: _panel(name, curves, material) for name in dict.fromkeys(map(_panel_name, found))}
        figure = environment_curve(panels, "RMSE / scatter of the tested galaxies", origin=material.origin)
        caption = "Normalized error of networks that were tested on a window of overdensity which they never saw."
        blocks: list[Block] = [Prose(_TEXT), Picture("density-windows", caption, figure), _table(curves)]
        absent = sorted({one.survey for one, curve in curves if not np.isfinite(curve.density).any()})
        if absent:
            text = (
                f"The prepared data of {', '.join(absent)} is not on this disk as it was trained on, so that the mean "
            )
            blocks.insert(1, Notice(text + "overdensity of each window is not known; prepare it again."))
        return Part("density_windows", "Windows of overdensity", tuple(blocks))


def windows(material: Material) -> list[Windows]:
    """Return the runs of each survey, target and setting by the center of their window."""
    by_key: dict[tuple[str, str, str, str], dict[float, list[ReportRun]]] = defaultdict(dict)
    for name, runs in material.groups.items():
        run = runs[0]
        if run.choices["split"] != "delta5_window":
            continue
        more = f"{run.choices['model']} {differs_in(name, 'split.center')}".strip()
        for target in run.targets:
            if "rmse" in scores_of(run)[target]["all"].get(_METHOD, {}):
                key = run.choices["dataset"], target, run.choices["environment"], more
                by_key[key][float(run.settings["split"]["center"])] = distinct(runs)
    many = {(key[0], key[1], key[2]) for key in by_key if sum(other[:3] == key[:3] for other in by_key) > 1}
    return [
        Windows(survey, target, f"{variant} {more}" if (survey, target, variant) in many else variant, runs)
        for (survey, target, variant, more), runs in by_key.items()
    ]


def _panel_name(one: Windows) -> str:
    return f"{one.survey}: {readable(one.target)}"


def _values(runs: list[ReportRun], target: str) -> list[float]:
    return [scores_of(run)[target]["all"][_METHOD]["normalized_rmse"] for run in runs]


def _curve(one: Windows) -> WindowCurve:
    centers = sorted(one.runs)
    scores = [mean_and_spread(_values(one.runs[center], one.target)) for center in centers]
    densities = [_density(one.runs[center][0]) for center in centers]
    value, spread = np.array(scores, dtype=np.float64).T
    return WindowCurve(np.array(centers), value, spread, np.array(densities))


def _density(run: ReportRun) -> float:
    """Return the mean overdensity of the tested galaxies, which all trainings on a window share."""
    if run.data is None:
        return math.nan
    column = with_catalog(run.held_out, run.data)[run.settings["split"]["column"]]
    return float(np.mean(np.asarray(column, dtype=np.float64)))


def _panel(name: str, curves: list[tuple[Windows, WindowCurve]], material: Material) -> EnvironmentPanel:
    mine = [(one, curve) for one, curve in curves if _panel_name(one) == name]
    run = next(iter(mine[0][0].runs.values()))[0]
    shown = {one.label: curve for one, curve in mine}
    target = mine[0][0].target
    theirs = _published(run, target)
    return EnvironmentPanel(shown, _random_band(run, target, material), theirs[1] if theirs else None)


def _random_band(like: ReportRun, target: str, material: Material) -> tuple[float, float] | None:
    """Return mean and spread over random splits of the same data, for which all else was the same."""
    scored = [run for run in by_chance(material, like) if _METHOD in scores_of(run).get(target, {}).get("all", {})]
    found = mean_and_spread(_values(scored, target)) if len(scored) > 1 else None
    return None if found is None or not math.isfinite(found.error) else (found.value, found.error)


def _published(run: ReportRun, target: str) -> tuple[PublishedTable, WindowCurve] | None:
    """Return the published windows of the galaxies of a run, of whatever network it is."""
    for table in (table for study in studies() for table in study.tables if table.target == target):
        if not set(_CURVE) <= set(table.columns) or not table.fits(run.settings, besides=HOW):
            continue
        center, value, density = (np.array(table.column(key), dtype=np.float64) for key in _CURVE)
        has_spread = "spread" in table.columns
        spread = np.array(table.column("spread")) if has_spread else np.full(len(center), np.nan)
        return table, WindowCurve(center, value, spread, density)
    return None


def _table(curves: list[tuple[Windows, WindowCurve]]) -> DataTable:
    columns = (
        *(Column("survey"), Column("target"), Column("overdensity"), Column("center", hint="Quantile.", digits=2)),
        *(Column("mean log(1 + delta5)", "dex", digits=2), Column("runs"), Column("tested"), Column("RMSE / scatter")),
    )
    rows: list[Row] = []
    published: dict[tuple[str, str], tuple[PublishedTable, WindowCurve] | None] = {}
    for one, curve in curves:
        runs = [one.runs[center] for center in sorted(one.runs)]
        published[one.survey, one.target] = _published(runs[0][0], one.target)
        for number, members in enumerate(runs):
            center, value, spread, density = (float(column[number]) for column in curve)
            head = one.survey, readable(one.target), one.label, center, density
            rows.append(Row((*head, len(members), len(members[0].held_out), Measured(value, spread)), mark_of(members)))
    for (survey, target), theirs in published.items():
        if theirs is None:
            continue
        table, curve = theirs
        for center, value, spread, density in zip(*curve, strict=True):
            head = survey, readable(target), table.where, float(center), float(density)
            rows.append(Row((*head, None, None, Measured(float(value), float(spread))), PUBLISHED))
    return DataTable("density-windows", "Errors by the window of overdensity held out", columns, tuple(rows))
