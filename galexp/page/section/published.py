"""Published numbers, and ours of the same quantity below each."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from galexp.evaluation.bootstrap import bootstrap_interval
from galexp.evaluation.comparison import judge
from galexp.evaluation.matched import losses_of
from galexp.evaluation.metrics import NETWORKS
from galexp.figure.methods import METHOD_NAMES, readable
from galexp.metric import regression
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Measured, Notice, Part, Prose, Row
from galexp.page.draws import draws_of
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, scores_of
from galexp.page.published import EVIDENCE, PublishedNumber, Study, studies
from galexp.page.repeats import distinct, mean_and_spread
from galexp.page.section.base import Section
from galexp.shard.origin import Origin
from galexp.summary.table import FEW_TARGETS, joint_rmse

_COLUMNS = (
    Column("number", hint="Name of the published number, or the configuration that is ours."),
    *(Column("quantity"), Column("method")),
    Column("value", hint="Behind ± is what the paper gives, or our sample standard deviation over trainings."),
    Column("difference", hint="Ours minus published."),
    Column("its error", hint="Root of bootstrap error^2 + sd over trainings^2 + published error^2."),
    Column("in its errors", digits=1, hint="Difference over its error; empty of a mock or a simulation."),
    Column("the error holds"),
    Column("bootstrap error", hint="Of ours, over galaxies, of one training; the mean over trainings."),
    *(Column("trainings", digits=0), Column("galaxies", digits=0), Column("where"), Column("evidence")),
)
_OTHERS = (
    *(Column("number"), Column("quantity"), Column("target"), Column("method"), Column("galaxies", digits=0)),
    *(
        Column("value"),
        Column("unit"),
        Column("what the error is"),
        Column("where"),
        Column("evidence"),
        Column("note"),
    ),
)
_TEXT = """Each published number is followed by what the runs of this report found for the same quantity, survey and
split. The difference is held against the chance of which galaxies were tested and of how training went, together; the
spread over trainings alone is many times smaller than what another sample of galaxies would change. Agreement is no
proof that the runs are the same: images, cuts and training differ where the study's README says so."""
_NOT_JUDGED = """No row of a MOCK or a SIMULATION is a test of a paper: its galaxies were drawn or simulated, and its
difference from the published value says how far the mock is from the survey. It is written, and not counted in
errors."""


class PublishedNumbers(Section):
    """Set ours beside the published numbers that the runs are of."""

    order = 12

    def part(self, material: Material) -> Part | None:
        """Lay out a table a study; None where no run is what any published number is of."""
        blocks: list[Block] = []
        for study in studies():
            rows = [row for number in study.numbers for row in _rows(number, material)]
            if rows:
                blocks.append(DataTable(f"published-{study.folder}", study.study, _COLUMNS, tuple(rows), _notes(study)))
                blocks += _others(study, material)
        if not blocks:
            return None
        notice = [Notice(" ".join(_NOT_JUDGED.split()))] if material.origins - {Origin.OBSERVED} else []
        return Part("published", "Beside the published numbers", (Prose(_TEXT), *notice, *blocks))


def _notes(study: Study) -> str:
    tags = {tag.strip() for number in study.numbers for tag in number.evidence.split(",")}
    return "Evidence: " + "; ".join(f"{tag}: {EVIDENCE[tag]}" for tag in EVIDENCE if tag in tags) + "."


def _matching(number: PublishedNumber, material: Material) -> dict[str, list[ReportRun]]:
    """Return the groups whose runs are what a number is of, and have its quantity."""
    found = {
        name: [run for run in distinct(runs) if number.fits(run.settings) and _value(run, number) is not None]
        for name, runs in material.groups.items()
    }
    return {name: runs for name, runs in found.items() if runs}


def _value(run: ReportRun, number: PublishedNumber) -> float | None:
    """Return a run's value of a published quantity; None where it has none."""
    scores = scores_of(run)
    if not number.target and len(scores) > FEW_TARGETS:
        has_all = all(number.method in samples["all"] for samples in scores.values())
        return joint_rmse(scores, number.method) if number.quantity == "rmse" and has_all else None
    target = number.target or next(iter(scores), "")
    return scores.get(target, {}).get("all", {}).get(number.method, {}).get(number.quantity)


def _rows(number: PublishedNumber, material: Material) -> Iterator[Row]:
    matching = _matching(number, material)
    method = METHOD_NAMES.get(number.method, number.method)
    if matching:
        head = (number.name, number.quantity, method, Measured(number.value, number.error))
        yield Row((*head, *(None,) * 6, number.n, number.where, number.evidence), PUBLISHED)
    for name, runs in matching.items():
        yield _ours(name, runs, number, method, material)


def _ours(name: str, runs: Sequence[ReportRun], number: PublishedNumber, method: str, material: Material) -> Row:
    measured = mean_and_spread([value for run in runs if (value := _value(run, number)) is not None])
    error = float(np.mean([_bootstrap_error(run, number, material) for run in runs]))
    judged = judge(measured.value, error, measured.error, number.value, number.error)
    is_observed = not mark_of(runs)
    parts = {"galaxies": error, "trainings": measured.error, "published": number.error}
    holds = " + ".join(part for part, value in parts.items() if math.isfinite(value))
    is_judged = is_observed and math.isfinite(judged.error)
    values = (
        *(name, number.quantity, method, measured, judged.difference),
        *((judged.error, judged.in_errors, holds) if is_judged else (None, None, None)),
        *(error if math.isfinite(error) else None, len(runs), _galaxies(runs[0], number), None, None),
    )
    return Row(values, mark_of(runs))


def _galaxies(run: ReportRun, number: PublishedNumber) -> int:
    scores = scores_of(run)
    return int(scores[number.target or next(iter(scores))]["all"][number.method]["n"])


def _bootstrap_error(run: ReportRun, number: PublishedNumber, material: Material) -> float:
    """Return the bootstrap error over galaxies, from ``metrics.json`` or, of a network, drawn here; else NaN."""
    scores = scores_of(run)
    target = number.target or next(iter(scores))
    is_joint = not number.target and len(scores) > FEW_TARGETS
    found = scores[target]["all"][number.method].get(f"{number.quantity}_error", math.nan)
    can_draw = number.method in NETWORKS and draws_of(run, material.options) > 1
    if (math.isfinite(found) and not is_joint) or not can_draw:
        return math.nan if is_joint else found
    return _drawn_error(run, "" if is_joint else target, number.method, number.quantity, material)


def _drawn_error(run: ReportRun, target: str, method: str, quantity: str, material: Material) -> float:
    draws = functools.partial(bootstrap_interval, draws=material.options.draws, seed=material.options.seed)
    table = run.held_out
    if not target:
        (loss,) = losses_of(run.settings["task"], infix=NETWORKS[method])
        squares = loss.of(table)
        known = squares[np.isfinite(squares)]
        return float(draws(regression.rmse, np.sqrt(known), np.zeros(len(known))).standard_error)
    statistic = getattr(regression, quantity, None)
    if statistic is None or f"pred_{target}" not in table.colnames or "classes" in run.settings["task"]:
        return math.nan
    truth = np.asarray(table[f"true_{target}"], dtype=np.float64)
    preds = np.asarray(table[f"pred_{NETWORKS[method]}{target}"], dtype=np.float64)
    known = np.isfinite(truth)
    return float(draws(statistic, preds[known], truth[known]).standard_error)


def _others(study: Study, material: Material) -> Iterator[DataTable]:
    """Lay out the numbers of a study that none of these runs is of."""
    rows = [
        Row(
            (
                *(
                    number.name,
                    number.quantity,
                    readable(number.target),
                    METHOD_NAMES.get(number.method, number.method),
                ),
                *(number.n, Measured(number.value, number.error), number.unit, number.error_kind),
                *(number.where, number.evidence, number.note),
            ),
            PUBLISHED,
        )
        for number in study.numbers
        if not _matching(number, material)
    ]
    if rows:
        title = f"{study.study}: numbers that none of these runs is of"
        yield DataTable(f"published-{study.folder}-others", title, _OTHERS, tuple(rows))
