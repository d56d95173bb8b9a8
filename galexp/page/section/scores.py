"""How well the networks and the baselines do on the galaxies that were held out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from galexp.figure.methods import METHOD_NAMES, readable
from galexp.page.content import Block, Column, DataTable, Measured, Part, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, scores_of, unit_of
from galexp.page.repeats import distinct
from galexp.page.score_rows import (
    ScoreSet,
    columns_of,
    error_key,
    joint_scores,
    score_row,
    score_sets,
    table_columns,
    width_columns_of,
)
from galexp.page.section.base import Section
from galexp.shard.origin import Origin
from galexp.summary.columns import REGRESSION, Score
from galexp.summary.table import FEW_TARGETS, joint_rmse

_HEAD = (
    Column("configuration"),
    Column("sample", hint="All objects; or those detected in H I; or those whose H I is not confused with another's."),
    Column("method"),
    Column("networks", digits=0, hint="Trainings that the mean and the standard deviation are over."),
    Column("galaxies", digits=0, hint="Held out, the mean over trainings."),
)
_TEXT = """A value is the mean over trainings, behind ± their sample standard deviation (ddof 1); a single training has
none. The standard deviation says what another seed, or another fold, would change. What other galaxies would change is
the bootstrap error, in a column of its own: of one training, over its held-out galaxies. A comparison with other work
needs both, and the latter is mostly the larger. Baselines learned from the same training and validation galaxies, and
were tested on the same."""
_JOINT = (*_HEAD[:1], *_HEAD[2:4], Column("RMSE over all targets"), Column("over that of the mean"))


class Scores(Section):
    """Lay out every method's scores: a table a target, or of many targets together."""

    order = 10

    def part(self, material: Material) -> Part | None:
        """Make the tables; None where nothing was scored."""
        few = {name: runs for name, runs in material.groups.items() if 0 < len(runs[0].targets) <= FEW_TARGETS}
        many = {name: runs for name, runs in material.groups.items() if len(runs[0].targets) > FEW_TARGETS}
        if not few and not many:
            return None
        blocks: list[Block] = [Prose(_TEXT)]
        for target in dict.fromkeys(target for runs in few.values() for target in runs[0].targets):
            blocks += _of_target(few, target, _ensembles(material))
        blocks += _of_many(many, _ensembles(material))
        pooled = _pooled(material)
        return Part("scores", "Scores on held-out galaxies", (*blocks, *([pooled] if pooled else [])))


def _of_target(
    groups: Mapping[str, Sequence[ReportRun]], target: str, ensembles: Sequence[dict[str, Any]]
) -> Iterator[DataTable]:
    sets = list(score_sets(groups, target))
    scores = columns_of(sets)
    unit = unit_of(sets[0].runs[0], target)
    rmse = max((mean for one in sets if (mean := one.mean("rmse")) is not None), default=math.nan)
    bootstrapped = next((key for one in sets if (key := error_key(one.scores[0]))), None)
    heading = f"bootstrap error of {_heading(scores, bootstrapped)}" if bootstrapped else "bootstrap error"
    has_scatter = any("scatter" in one.scores[0] for one in sets)
    tail = (
        Column(
            heading,
            unit if bootstrapped == "rmse" else "",
            4,
            "Over galaxies, of one training; the mean over trainings.",
        ),
        Column("scatter", unit, 4, "Standard deviation of the true values of the held-out galaxies, ddof 1."),
    )
    rows = [score_row(one, scores, METHOD_NAMES.get(one.method, one.method), has_scatter) for one in sets]
    rows += [row for found in ensembles for row in _ensemble_rows(found, target, scores, has_scatter)]
    columns = (*_HEAD, *table_columns(scores, unit, rmse), *tail[: 1 + has_scatter])
    yield DataTable(f"scores-{target}", f"{readable(target)}: held-out galaxies", columns, tuple(rows))
    with_widths = [one for one in sets if width_columns_of([one])]
    if with_widths:
        yield _widths(with_widths, target)


def _heading(scores: Sequence[Score], key: str | None) -> str:
    return next((score.heading for score in scores if score.key == key), "")


def _widths(sets: Sequence[ScoreSet], target: str) -> DataTable:
    scores = width_columns_of(sets)
    note = "A share below its level means errors that are too small. Scaled: by what validation galaxies call for."
    rows = [
        Row(
            (
                *(one.group, one.sample, METHOD_NAMES.get(one.method, one.method), len(one.scores), one.mean("n")),
                *(one.spread(score.key) for score in scores),
            ),
            mark_of(one.runs),
        )
        for one in sets
    ]
    title = f"{readable(target)}: share of galaxies within the networks' own intervals"
    return DataTable(f"widths-{target}", title, (*_HEAD, *table_columns(scores, "", math.nan)), tuple(rows), note)


def _ensembles(material: Material) -> list[dict[str, Any]]:
    """Return what was written of the ensembles of these runs, and of no other."""
    return [found for found in _beside(material, "ensemble-*.json") if "test" in found]


def _beside(material: Material, pattern: str) -> list[dict[str, Any]]:
    names: dict[Any, set[str]] = {}
    for run in material.runs:
        names.setdefault(run.directory.folder.parent, set()).add(run.name)
    paths = [(path, known) for folder, known in names.items() for path in sorted(folder.glob(pattern))]
    contents = [({"name": path.stem.partition("-")[2], **json.loads(path.read_text())}, known) for path, known in paths]
    return [found for found, known in contents if set(found["runs"]) <= known]


def _ensemble_rows(found: dict[str, Any], target: str, scores: Sequence[Score], has_scatter: bool) -> Iterator[Row]:
    for sample, methods in found["test"].get(target, {}).items():
        for method, score in methods.items():
            head = (found["name"], sample, f"{METHOD_NAMES[method]} of {found['members']}", 1, score["n"])
            key = error_key(score)
            values = (Measured(score[one.key]) if one.key in score else None for one in scores)
            yield Row(
                (
                    *head,
                    *values,
                    score[f"{key}_error"] if key else None,
                    *([score.get("scatter")] if has_scatter else []),
                ),
                _mark(found),
            )


def _mark(found: Mapping[str, Any]) -> str:
    return Origin(found["data"]).label


def _of_many(groups: Mapping[str, Sequence[ReportRun]], ensembles: Sequence[dict[str, Any]]) -> Iterator[DataTable]:
    if not groups:
        return
    rows = []
    for name, runs in groups.items():
        first = [next(iter(found.values()))["all"] for found in map(scores_of, distinct(runs)) if found]
        for method in dict.fromkeys(method for one in first for method in one):
            counts = [one[method]["n"] for one in first if method in one]
            head = (name, METHOD_NAMES.get(method, method), len(counts), float(np.mean(counts)))
            rows.append(Row((*head, *joint_scores(runs, method)), mark_of(runs)))
    for found in ensembles:
        for method in ("ensemble", "ensemble_tta") if len(found["test"]) > FEW_TARGETS else ():
            label, n = (
                f"{METHOD_NAMES[method]} of {found['members']}",
                next(iter(found["test"].values()))["all"][method]["n"],
            )
            rows.append(
                Row((found["name"], label, 1, n, Measured(joint_rmse(found["test"], method)), None), _mark(found))
            )
    columns = (*_JOINT[:3], _HEAD[4], *_JOINT[3:])
    note = "sqrt of the mean over galaxies and targets of the squared error, for targets of one kind, such as votes."
    yield DataTable("scores-joint", "All targets together: held-out galaxies", columns, tuple(rows), note)
    yield _each(groups)


def _each(groups: Mapping[str, Sequence[ReportRun]]) -> DataTable:
    """Lay out the network's scores on each of many targets."""
    columns = (_HEAD[0], Column("target"), *_HEAD[3:], *table_columns(REGRESSION, "", math.nan))
    rows = []
    for target in dict.fromkeys(target for runs in groups.values() for target in runs[0].targets):
        for one in score_sets(groups, target):
            if one.sample == "all" and one.method == "network_tta":
                head = (one.group, readable(target), len(one.scores), one.mean("n"))
                rows.append(Row((*head, *(one.spread(score.key) for score in REGRESSION)), mark_of(one.runs)))
    return DataTable("scores-each", f"{METHOD_NAMES['network_tta']} on each target", columns, tuple(rows))


def _pooled_name(method: str) -> str:
    """Say what was pooled: a target, or its prediction averaged over views."""
    if method.startswith("pred_tta_"):
        return f"{readable(method.removeprefix('pred_tta_'))} with TTA"
    return readable(method.removeprefix("pred_"))


def _pooled(material: Material) -> DataTable | None:
    """Lay out what was written of complete cross-validations: scores over all galaxies, out of fold."""
    columns = (
        *(Column("configuration"), Column("of"), Column("score")),
        Column("value", hint="Over all galaxies, each predicted by the network that did not see it; mean over seeds."),
        Column("68 % from", hint="Of bootstraps over galaxies."),
        *(Column("to"), Column("seeds", digits=0), Column("galaxies", digits=0)),
    )
    rows = [
        Row(
            (
                found["name"],
                _pooled_name(method),
                heading,
                *(one[key] for key in ("value", "low", "high")),
                len(one["per_seed"]),
                one["galaxies"],
            ),
            _mark(found),
        )
        for found in _beside(material, "cross_validation-*.json")
        for method, scores in found.items()
        if isinstance(scores, dict)
        for heading, one in scores.items()
    ]
    return DataTable("scores-out_of_fold", "Out-of-fold scores", columns, tuple(rows)) if rows else None
