"""What a network that learned on one survey knows of another, as it is and after learning on (Wu 2020)."""

from __future__ import annotations

import math
import pathlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.evaluation.bootstrap import paired_bootstrap_difference
from galexp.figure.methods import readable
from galexp.metric.regression import rmse
from galexp.page.content import Block, Column, DataTable, Measured, Notice, Part, Prose, Row, Value
from galexp.page.draws import draws_of
from galexp.page.evaluations import RunEvaluation, evaluations
from galexp.page.members import mark_of
from galexp.page.number_groups import NumberGroup, number_groups
from galexp.page.section.base import Section
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from astropy.table import Table

    from galexp.page.material import Material, ReportRun

_TEXT = """Networks that learned on one survey and are tested on another: as they are (evaluate RUN dataset=...), or
after learning on from their weights (model.weights=RUN). Beside each stand networks that learned on the tested survey
alone; the difference, RMSE of the transferred minus that of the others, is of the galaxies that both held out, with
the standard error of a paired bootstrap over these. Positive: the transfer is worse.

A survey of detections, such as alpha.40, holds galaxies that are rich in H I, so that a network that goes over as it
is predicts too much for a survey of all galaxies; the bias says how much of its error is that. A galaxy that is in
both surveys goes by another name in each, and may have been learned from; an identical image is never tested."""


class Moved(NamedTuple):
    """Predictions of one survey by a network that learned on another."""

    name: str
    how: str
    survey: str
    target: str
    table: Table
    mark: str


class Transfer(Section):
    """Set transferred networks beside those from scratch, on the same galaxies where they share any."""

    order = 32

    def part(self, material: Material) -> Part | None:
        """Take runs that started from the weights of another survey, and evaluations on another; None without any."""
        groups = number_groups(material)
        moved = [*_learned_on(groups), *(one for run in material.runs for one in _as_they_are(run))]
        if not moved:
            return None
        scratch = [group for group in groups if _weights(group) is None]
        rows = [row for one in moved for row in _rows(one, scratch, material)]
        columns = (
            *(Column("network"), Column("transfer"), Column("tested on"), Column("target"), Column("tested")),
            *(Column("RMSE", "dex"), Column("bias", "dex"), Column("RMSE / scatter"), Column("from scratch")),
            *(
                Column("shared", hint="Galaxies that both held out."),
                Column("RMSE of both", "dex"),
                Column("of scratch"),
            ),
            Column("difference", "dex", hint="With the standard error of a paired bootstrap over the shared galaxies."),
        )
        blocks: list[Block] = [Prose(_TEXT), DataTable("transfer", "Transfer", columns, tuple(rows))]
        unknown = sorted({group.name for group in groups if _weights(group) and _survey_before(group) is None})
        if unknown:
            text = f"What {', '.join(unknown)} started from is no run that is on this disk: whether it was of another "
            blocks.insert(1, Notice(f"{text}survey is not known, so that it is left out."))
        return Part("transfer", "From one survey to another", tuple(blocks))


def _weights(group: NumberGroup) -> str | None:
    found: str | None = group.runs[0].settings["model"].get("weights")
    return found


def _survey_before(group: NumberGroup) -> str | None:
    """Return the dataset of the run whose weights a group started from; None where that is not on this disk."""
    named = pathlib.Path(_weights(group) or "")
    for path in (named, group.runs[0].directory.folder.absolute().parents[2] / named):
        folder = RunDirectory(path if path.is_dir() else path.parent.parent)
        if folder.is_finished:
            return str(folder.settings()["choices"]["dataset"])
    return None


def _learned_on(groups: list[NumberGroup]) -> list[Moved]:
    return [
        Moved(group.name, "learned on", survey, group.target, group.table, mark_of(group.runs))
        for group in groups
        for survey in [group.runs[0].choices["dataset"]]
        if _weights(group) is not None and _survey_before(group) not in (None, survey)
    ]


def _as_they_are(run: ReportRun) -> list[Moved]:
    found = []
    for one in evaluations(run):
        survey = RunDirectory(one.folder).settings()["choices"]["dataset"]
        if survey == run.choices["dataset"]:
            continue
        targets = [target for target in run.targets if _is_scored(one, target)]
        found += [Moved(run.name, "as it is", survey, target, one.held_out, _mark(run, one)) for target in targets]
    return found


def _is_scored(one: RunEvaluation, target: str) -> bool:
    has_numbers = f"pred_tta_{target}" in one.held_out.colnames and f"true_{target}" in one.held_out.colnames
    return has_numbers and not one.is_unlabeled(target)


def _mark(run: ReportRun, one: RunEvaluation) -> str:
    metrics = RunDirectory(one.folder).metrics()
    return run.origin.label or Origin(metrics["data"]).label


def _rows(one: Moved, scratch: list[NumberGroup], material: Material) -> list[Row]:
    preds, truth = (np.asarray(one.table[f"{kind}_{one.target}"], dtype=np.float64) for kind in ("pred_tta", "true"))
    known = np.isfinite(truth)
    residual = (preds - truth)[known]
    error = float(np.sqrt(np.mean(residual**2)))
    scatter = float(np.std(truth[known], ddof=1)) if known.sum() > 1 else math.nan
    head = one.name, one.how, one.survey, readable(one.target), len(residual)
    own = error, float(residual.mean()), error / scatter if scatter > 0 else math.nan
    beside = [group for group in scratch if (group.runs[0].choices["dataset"], group.target) == one[2:4]]
    compared: list[tuple[Value, ...]] = [_compared(one, group, material) for group in beside]
    compared = compared or [(None, None, None, None, None)]
    return [Row((*head, *own, *values), one.mark) for values in compared]


def _compared(
    one: Moved, group: NumberGroup, material: Material
) -> tuple[str, int, float | None, float | None, Measured | None]:
    """Return whom a network is compared with, on how many galaxies, and how both do on them."""
    _, mine, theirs = np.intersect1d(one.table["id"], group.table["id"], return_indices=True)
    moved = np.asarray(one.table[f"pred_tta_{one.target}"], dtype=np.float64)[mine]
    truth, other = group.truth[theirs], group.preds[theirs]
    known = np.isfinite(truth)
    if known.sum() < 2:
        return group.name, int(known.sum()), None, None, None
    moved, truth, other = moved[known], truth[known], other[known]
    errors = tuple(float(np.sqrt(np.mean((preds - truth) ** 2))) for preds in (moved, other))
    difference = Measured(errors[0] - errors[1])
    draws = draws_of(group.runs[0], material.options)
    if draws > 1:
        found = paired_bootstrap_difference(rmse, moved, other, truth, draws, material.options.seed)
        difference = Measured(float(found.value), float(found.standard_error))
    return group.name, int(known.sum()), errors[0], errors[1], difference
