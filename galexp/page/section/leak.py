"""The leak as a number: one network with rows held out at random, and with whole groups of them held out."""

from __future__ import annotations

import collections
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from galexp.evaluation.leak import Estimate, Leak, leak
from galexp.figure.leak_bars import leak_bars
from galexp.figure.methods import METHOD_NAMES, readable
from galexp.figure.style import with_unit
from galexp.page.content import Block, Column, DataTable, Measured, Part, Picture, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, scores_of, unit_of
from galexp.page.prepared import MANY_LABELS
from galexp.page.section.base import Section
from galexp.summary.columns import decimals
from galexp.summary.table import joint_rmse

AT_RANDOM = {"random": "rows at random", "kfold": "random folds"}
WHOLE = {
    "camera": "whole cameras",
    "simulation": "whole simulations",
    "group": "another group status",
    "sky": "blocks of the sky",
}
BLIND = ("mean", "majority")
"""Methods that look at no image, through which nothing can leak."""

_UNLIKE = ("split", "seed", "choices", "paths", "logger", "force", "verify", "export", "allow_mock", "report")

Errors: TypeAlias = "dict[str, dict[str, dict[str, list[float]]]]"


class Quantity(NamedTuple):
    """What is compared: what it is of, what it is called, its unit."""

    target: str
    name: str
    unit: str


class LeakSection(Section):
    """Compare runs that share everything but how their test rows were chosen."""

    order = 21

    def part(self, material: Material) -> Part | None:
        """Compare what was held out at random with each way of holding out whole groups."""
        alike: dict[str, list[ReportRun]] = collections.defaultdict(list)
        for run in material.runs:
            if run.targets and run.choices["split"] in (*AT_RANDOM, *WHOLE):
                alike[_shared(run)].append(run)
        blocks: list[Block] = []
        for runs in alike.values():
            found = {run.choices["split"] for run in runs}
            if found & set(WHOLE) and found & set(AT_RANDOM):
                blocks += _compared(runs, len(blocks))
        return Part("leak", "What leaks through a random split", tuple(blocks)) if blocks else None


def _shared(run: ReportRun) -> str:
    """Return what two runs must have in common to be compared."""
    kept = {key: value for key, value in run.settings.items() if key not in _UNLIKE}
    return json.dumps([run.metrics["data_sha256"], run.choices["dataset"], run.choices["model"], kept], sort_keys=True)


def _compared(runs: list[ReportRun], place: int) -> list[Block]:
    held_out = [name for name in (*AT_RANDOM, *WHOLE) if any(run.choices["split"] == name for run in runs)]
    reference = held_out[0]
    others = [name for name in held_out if name in WHOLE]
    blocks: list[Block] = []
    for number, (quantity, errors) in enumerate(_errors(runs).items()):
        shared = [
            method
            for method, by_split in errors.items()
            if method not in BLIND and {reference, *others} <= by_split.keys()
        ]
        leaks = {
            (method, other): leak(np.array(errors[method][reference]), np.array(errors[method][other]))
            for method in shared
            for other in others
        }
        name = f"leak-{place + 1}-{number + 1}"
        blocks += [
            Prose(_sentences(runs, quantity, leaks, reference)),
            _table(name, runs, quantity, leaks, reference),
            _picture(name, runs, quantity, leaks, reference),
        ]
    return blocks


def _errors(runs: list[ReportRun]) -> dict[Quantity, dict[str, dict[str, list[float]]]]:
    """Return quantity -> method -> split -> error of each run."""
    found: dict[Quantity, Any] = collections.defaultdict(
        lambda: collections.defaultdict(lambda: collections.defaultdict(list))
    )
    for run in runs:
        scores = scores_of(run)
        if len(scores) > MANY_LABELS:
            quantity = Quantity(f"all {len(scores)} targets", "RMSE", "")
            for method in next(iter(scores.values()))["all"]:
                found[quantity][method][run.choices["split"]].append(joint_rmse(scores, method))
            continue
        for target, samples in scores.items():
            for method, score in samples["all"].items():
                quantity, error = _error(run, target, score)
                found[quantity][method][run.choices["split"]].append(error)
    return found


def _error(run: ReportRun, target: str, score: Mapping[str, float]) -> tuple[Quantity, float]:
    """Return the error that a target is judged by."""
    if "rmse" in score:
        return Quantity(target, "RMSE", unit_of(run, target)), score["rmse"]
    if "mean_absolute_class_error" not in score:
        return Quantity(target, "share of wrong classes", ""), 1 - score["accuracy"]
    if "mae" in score:
        return Quantity(target, "mean absolute error", run.metrics["class_unit"]), score["mae"]
    return Quantity(target, "mean absolute error", "classes"), score["mean_absolute_class_error"]


def _sentences(runs: list[ReportRun], quantity: Quantity, leaks: Mapping[tuple[str, str], Leak], reference: str) -> str:
    lines = [
        f"Learned was {readable(quantity.target)}, by one network ({runs[0].choices['model']}) and the same settings, "
        f"with rows held out at random (split={reference}) and with whole groups of them held out."
    ]
    for other in dict.fromkeys(other for _, other in leaks):
        here = {method: found for (method, way), found in leaks.items() if way == other}
        lines.append(f"With split={other} the {quantity.name} is {_times(here)} what it is at random.")
    if runs[0].choices["dataset"] == "mergers":
        lines.append("The paper holds out frames at random; none of its accuracies was at hand as a number.")
    return " ".join(lines)


def _times(leaks: Mapping[str, Leak]) -> str:
    """Say the multiple of the network, and of the method that profits most from the leak."""
    ratios = {method: found.ratio.value for method, found in leaks.items() if np.isfinite(found.ratio.value)}
    named = {METHOD_NAMES.get(method, method): ratio for method, ratio in ratios.items()}
    most = max(named, key=named.__getitem__, default="")
    shown = dict.fromkeys([name for name in (METHOD_NAMES["network"], most) if name in named])
    return ", ".join(f"{named[name]:.2g} times ({name})" for name in shown) or "no multiple of"


def _table(
    name: str, runs: list[ReportRun], quantity: Quantity, leaks: Mapping[tuple[str, str], Leak], reference: str
) -> DataTable:
    unit, digits = quantity.unit, decimals(next(iter(leaks.values())).at_random.value)
    columns = (
        Column("held out"),
        Column("method"),
        Column(AT_RANDOM[reference], unit, digits),
        Column("whole groups", unit, digits),
        Column("ratio", digits=2, hint="Whole groups over random: 1 where nothing leaks."),
        Column("difference", unit, digits, "Whole groups minus random: 0 where nothing leaks."),
        Column("runs", hint="At random, and with whole groups held out."),
        Column("trained on, at random", "rows", 0, hint="Mean over runs."),
        Column("trained on, whole groups", "rows", 0, hint="Mean over runs."),
    )
    by_split = collections.Counter(run.choices["split"] for run in runs)
    learned = {
        split: round(float(np.mean([run.metrics["counts"]["train"] for run in runs if run.choices["split"] == split])))
        for split in by_split
    }
    rows = tuple(
        Row(
            (
                WHOLE[other],
                METHOD_NAMES.get(method, method),
                *(Measured(*estimate) for estimate in found),
                f"{by_split[reference]} and {by_split[other]}",
                learned[reference],
                learned[other],
            ),
            mark_of(runs),
        )
        for (method, other), found in leaks.items()
    )
    note = (
        "Means and their standard errors over runs, which differ in the seeds of split and training, so in the groups "
        "held out. Rows of one group are nearly alike and no independent galaxies: there is no bootstrap over them. "
        "The two sides test other rows."
    )
    if "group" in by_split:
        note += " Galaxies of another group status are another population, too: their ratio is no leak alone."
    title = f"{_capital(quantity.name)} of {readable(quantity.target)}, by what was held out"
    return DataTable(name, title, columns, rows, note)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _picture(
    name: str, runs: list[ReportRun], quantity: Quantity, leaks: Mapping[tuple[str, str], Leak], reference: str
) -> Picture:
    bars: dict[str, dict[str, Estimate]] = collections.defaultdict(dict)
    for (method, other), found in leaks.items():
        shown = bars[METHOD_NAMES.get(method, method)]
        shown[AT_RANDOM[reference]] = found.at_random
        shown[WHOLE[other]] = found.held_out
    figure = leak_bars(bars, with_unit(quantity.name, quantity.unit), origin=runs[0].origin)
    caption = (
        f"{_capital(quantity.name)} of each method where rows were held out "
        "at random and where whole groups were; behind the bars its multiple of the error at random. Lines are "
        "standard errors over runs."
    )
    return Picture(name, caption, figure)
