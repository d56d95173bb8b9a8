"""What was predicted of every held-out galaxy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from galexp.evaluation.metrics import score
from galexp.figure.confusion import confusion
from galexp.figure.methods import readable
from galexp.figure.truth_against_prediction import truth_against_prediction
from galexp.page.content import Block, Column, DataTable, Heading, Part, Picture, Prose, Row, Value
from galexp.page.galaxies import Predicted
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, names_network, unit_of
from galexp.page.section.base import Section
from galexp.run.name import file_stem
from galexp.shard.origin import Origin
from galexp.summary.table import FEW_TARGETS

_TEXT = """Predictions are averaged over views. Where the seeds of a configuration held out the same galaxies they are
the mean of the networks, and else those of the first seed. Tables hold every galaxy once; the page shows a part of a
long one, its CSV file all of it. A galaxy leads to its place on the sky where that is known."""

_SHOWN = ("rmse", "nmad", "bias")


class PredictionTables(Section):
    """Draw predictions against the truth, and list them, configuration by configuration."""

    order = 50

    def part(self, material: Material) -> Part | None:
        """Make figures and tables; None where no run predicted what has a truth."""
        blocks: list[Block] = []
        for name, runs in material.groups.items():
            if runs[0].targets and runs[0].settings["task"]["targets"]:
                blocks += _of_group(name, runs)
        return Part("predictions", "Predictions", (Prose(_TEXT), *blocks)) if blocks else None


def _of_group(name: str, runs: Sequence[ReportRun]) -> list[Block]:
    predicted = Predicted.of([run for run in runs if run.targets])
    stem, network = file_stem(name), names_network(runs)
    if predicted.classes:
        picture, table = [_confusion(predicted, stem, network)], _of_classes(predicted)
    elif len(predicted.targets) > FEW_TARGETS:
        picture, table = [], _of_many(predicted)
    else:
        picture, table = [_scatter(predicted, stem, network)], _of_numbers(predicted)
    columns, values = table
    rows = tuple(Row(row, mark_of(runs)) for row in zip(*values, strict=True))
    return [Heading(name), *picture, DataTable(f"predictions-{stem}", f"{name}: {network}", columns, rows)]


def _scatter(predicted: Predicted, stem: str, network: str) -> Picture:
    targets = predicted.targets
    truth, prediction = (
        np.stack([of(name) for name in targets], axis=1) for of in (predicted.truth, predicted.prediction)
    )
    units = [unit_of(predicted.run, target) for target in targets]
    scores = [_errors(*pair) for pair in zip(prediction.T, truth.T, strict=True)]
    labels = [readable(target) for target in targets]
    figure = truth_against_prediction(truth, prediction, labels, units, scores, origin=_origin(predicted))
    caption = (
        f"Predictions against the truth on held-out galaxies, {network}. The line is 1:1, the curve the running median."
    )
    return Picture(f"predictions-{stem}", caption, figure)


def _errors(prediction: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return the scores of a panel, of the galaxies whose truth is known; NaN where there is none."""
    known = np.isfinite(prediction) & np.isfinite(truth)
    found = score(prediction[known], truth[known], 0, 0) if known.any() else {}
    return {name: found.get(name, math.nan) for name in _SHOWN}


def _origin(predicted: Predicted) -> Origin:
    return predicted.run.origin


def _confusion(predicted: Predicted, stem: str, network: str) -> Picture:
    labels = predicted.truth(predicted.targets[0])
    figure = confusion(labels, predicted.probabilities, predicted.classes, origin=_origin(predicted))
    return Picture(f"predictions-{stem}", f"Which classes are taken for which on held-out galaxies, {network}.", figure)


Made = tuple[tuple[Column, ...], list[list[Value]]]


def _of_numbers(predicted: Predicted) -> Made:
    columns = [Column("galaxy")]
    values: list[list[Value]] = [list(predicted.links)]
    for target in predicted.targets:
        unit, truth, prediction = unit_of(predicted.run, target), predicted.truth(target), predicted.prediction(target)
        prefix = f"{readable(target)}, " if len(predicted.targets) > 1 else ""
        shown = {"true": truth, "predicted": prediction, "residual": prediction - truth}
        unsure = predicted.uncertainty(target)
        if unsure is not None:
            shown |= {unsure[0]: unsure[1]}
        hints = {"residual": "Predicted minus true."}
        columns += [Column(prefix + heading, unit, hint=hints.get(heading, "")) for heading in shown]
        values += [_or_none(column) for column in shown.values()]
    return _with_flags(predicted, columns, values)


def _of_classes(predicted: Predicted) -> Made:
    names, (target,) = predicted.classes, predicted.targets
    truth, prediction = predicted.truth(target), predicted.prediction(target).astype(np.int64)
    true = [names[int(number)] if np.isfinite(number) else None for number in truth]
    unsure = predicted.uncertainty(target)
    assert unsure is not None
    columns = [
        *(Column("galaxy"), Column("true"), Column("predicted")),
        Column("its probability", digits=3),
        Column("that of the true class", digits=3),
        Column(unsure[0], "nat", 3, "How widely the probabilities are spread: 0 is sure."),
    ]
    values: list[list[Value]] = [list(predicted.links), list(true), [names[number] for number in prediction]]
    values += [_or_none(one) for one in (predicted.probabilities.max(axis=1), predicted.of_truth(), unsure[1])]
    return _with_flags(predicted, columns, values)


def _of_many(predicted: Predicted) -> Made:
    """Return of many targets the error over all, and the target that is furthest off."""
    truth, prediction = (
        np.stack([of(name) for name in predicted.targets], axis=1) for of in (predicted.truth, predicted.prediction)
    )
    residual = prediction - truth
    worst = np.abs(np.nan_to_num(residual)).argmax(axis=1)
    rows = np.arange(len(worst))
    columns = [
        *(Column("galaxy"), Column("RMSE over all targets"), Column("furthest off in")),
        *(Column("true"), Column("predicted")),
    ]
    values: list[list[Value]] = [
        list(predicted.links),
        _or_none(np.sqrt(np.mean(residual**2, axis=1))),
        [readable(predicted.targets[number]) for number in worst],
        _or_none(truth[rows, worst]),
        _or_none(prediction[rows, worst]),
    ]
    return _with_flags(predicted, columns, values)


def _with_flags(predicted: Predicted, columns: list[Column], values: list[list[Value]]) -> Made:
    if predicted.has_flags:
        hint = "limit: the true value is an upper limit; confused: another galaxy is in the beam."
        columns, values = [*columns, Column("flags", hint=hint)], [*values, list(predicted.flags)]
    return tuple(columns), values


def _or_none(numbers: np.ndarray) -> list[Value]:
    return [number if np.isfinite(number) else None for number in numbers.tolist()]
