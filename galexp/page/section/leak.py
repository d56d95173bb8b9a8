"""The leak as a number: one network with rows held out at random, and with whole groups of them held out."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from galexp.evaluation.leak import Estimate, Leak, leak
from galexp.figure.leak_bars import leak_bars
from galexp.figure.methods import METHOD_NAMES, readable
from galexp.figure.style import with_unit
from galexp.page.content import Block, Column, DataTable, Measured, Part, Picture, Prose, Row
from galexp.page.matching import other_settings
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, scores_of, unit_of
from galexp.page.prepared import MANY_LABELS
from galexp.page.repeats import distinct
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

_RMSE = "RMSE"

Trainings: TypeAlias = "Mapping[str, Sequence[Sequence[ReportRun]]]"
Errors: TypeAlias = "Mapping[str, Mapping[str, list[float]]]"
Pairs: TypeAlias = "Mapping[tuple[str, str], Leak]"


class Quantity(NamedTuple):
    """What is compared: what it is of, what it is called, its unit."""

    target: str
    name: str
    unit: str

    def over_folds(self, errors: np.ndarray, galaxies: np.ndarray) -> float:
        """Return the error over the rows of all folds, of that of each and how many rows it has."""
        power = 2 if self.name == _RMSE else 1
        return float(np.average(errors**power, weights=galaxies) ** (1 / power))


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
    alike = [run.metrics["data_sha256"], run.choices["dataset"], run.choices["model"], other_settings(run)]
    return json.dumps(alike, sort_keys=True)


def _compared(runs: list[ReportRun], place: int) -> list[Block]:
    trainings = _trainings(runs)
    reference = next(name for name in AT_RANDOM if name in trainings)
    blocks: list[Block] = []
    for number, (quantity, errors) in enumerate(_errors(trainings).items()):
        leaks = _leaks(errors, reference)
        if not leaks:
            continue
        name = f"leak-{place + 1}-{number + 1}"
        blocks += [
            Prose(_sentences(trainings, quantity, leaks, reference)),
            _table(name, trainings, quantity, errors, leaks, reference),
            _picture(name, runs, quantity, leaks, reference),
        ]
    return blocks


def _trainings(runs: list[ReportRun]) -> dict[str, list[list[ReportRun]]]:
    """Return split -> trainings, each its runs: one, or the folds of one seed."""
    found: dict[str, dict[tuple[int, str], list[ReportRun]]] = collections.defaultdict(dict)
    for run in distinct(runs):
        split = {key: value for key, value in run.settings["split"].items() if key != "fold"}
        found[run.choices["split"]].setdefault((run.settings["seed"], repr(split)), []).append(run)
    return {split: list(by_seed.values()) for split, by_seed in found.items()}


def _leaks(errors: Errors, reference: str) -> dict[tuple[str, str], Leak]:
    """Return (method, way of holding out whole groups) -> leak, of methods that look at images and ran both ways."""
    return {
        (method, other): leak(np.array(by_split[reference]), np.array(by_split[other]))
        for method, by_split in errors.items()
        if method not in BLIND and by_split.get(reference)
        for other in WHOLE
        if by_split.get(other)
    }


def _errors(trainings: Trainings) -> dict[Quantity, Errors]:
    """Return quantity -> method -> split -> error of each training; one that is not finite is left out."""
    found: dict[Quantity, dict[str, dict[str, list[float]]]] = {}
    for split, of in trainings.items():
        for runs in of:
            by_key: dict[tuple[Quantity, str], list[tuple[float, float]]] = collections.defaultdict(list)
            for quantity, method, error, galaxies in (one for run in runs for one in _scored(run)):
                by_key[quantity, method].append((error, galaxies))
            for (quantity, method), folds in by_key.items():
                error = quantity.over_folds(*np.array(folds, dtype=np.float64).T)
                if np.isfinite(error):
                    found.setdefault(quantity, {}).setdefault(method, {}).setdefault(split, []).append(error)
    return dict(found)


def _scored(run: ReportRun) -> Iterator[tuple[Quantity, str, float, float]]:
    """Yield what was scored of a run: quantity, method, error, number of galaxies."""
    scores = scores_of(run)
    first = next(iter(scores.values()))["all"]
    if len(scores) > MANY_LABELS:
        quantity = Quantity(f"all {len(scores)} targets", _RMSE, "")
        for method in first:
            yield quantity, method, joint_rmse(scores, method), first[method]["n"]
        return
    for target, samples in scores.items():
        for method, score in samples["all"].items():
            yield *_error(run, target, method, score), score["n"]


def _error(run: ReportRun, target: str, method: str, score: Mapping[str, float]) -> tuple[Quantity, str, float]:
    """Return the error that a target is judged by."""
    if "rmse" in score:
        return Quantity(target, _RMSE, unit_of(run, target)), method, score["rmse"]
    if "mean_absolute_class_error" not in score:
        return Quantity(target, "share of wrong classes", ""), method, 1 - score["accuracy"]
    if "mae" in score:
        return Quantity(target, "mean absolute error", run.metrics["class_unit"]), method, score["mae"]
    return Quantity(target, "mean absolute error", "classes"), method, score["mean_absolute_class_error"]


def _sentences(trainings: Trainings, quantity: Quantity, leaks: Pairs, reference: str) -> str:
    choices = trainings[reference][0][0].choices
    lines = [
        f"Learned was {readable(quantity.target)}, by one network ({choices['model']}) and the same settings, "
        f"with rows held out at random (split={reference}) and with whole groups of them held out."
    ]
    for other in dict.fromkeys(other for _, other in leaks):
        here = {method: found for (method, way), found in leaks.items() if way == other}
        lines.append(f"With split={other} the {quantity.name} is {_times(here)} what it is at random.")
    lines += [
        f"Runs of split={name} are left out, since those of split={reference} stand for rows at random."
        for name in AT_RANDOM
        if name in trainings and name != reference
    ]
    if choices["dataset"] == "mergers":
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
    name: str, trainings: Trainings, quantity: Quantity, errors: Errors, leaks: Pairs, reference: str
) -> DataTable:
    unit, digits = quantity.unit, decimals(next(iter(leaks.values())).at_random.value)
    columns = (
        Column("held out"),
        Column("method"),
        Column(AT_RANDOM[reference], unit, digits),
        Column("whole groups", unit, digits),
        Column("ratio", digits=2, hint="Whole groups over random: 1 where nothing leaks."),
        Column("difference", unit, digits, "Whole groups minus random: 0 where nothing leaks."),
        Column("runs", hint="At random, and with whole groups held out; the folds of one seed are one."),
        Column("trained on, at random", "rows", 0, hint="Mean over runs."),
        Column("trained on, whole groups", "rows", 0, hint="Mean over runs."),
    )
    learned = {split: _learned(of) for split, of in trainings.items()}
    rows = tuple(
        Row(
            (
                WHOLE[other],
                METHOD_NAMES.get(method, method),
                *(Measured(*estimate) for estimate in found),
                f"{len(errors[method][reference])} and {len(errors[method][other])}",
                learned[reference],
                learned[other],
            ),
            mark_of(trainings[other][0]),
        )
        for (method, other), found in leaks.items()
    )
    note = (
        "Means and their standard errors over runs, which differ in the seeds of split and training, so in the groups "
        "held out. Rows of one group are nearly alike and no independent galaxies: there is no bootstrap over them. "
        "The two sides test other rows."
    )
    if "group" in trainings:
        note += " Galaxies of another group status are another population, too: their ratio is no leak alone."
    title = f"{_capital(quantity.name)} of {readable(quantity.target)}, by what was held out"
    return DataTable(name, title, columns, rows, note)


def _learned(of: Sequence[Sequence[ReportRun]]) -> int:
    return round(float(np.mean([run.metrics["counts"]["train"] for runs in of for run in runs])))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _picture(name: str, runs: list[ReportRun], quantity: Quantity, leaks: Pairs, reference: str) -> Picture:
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
