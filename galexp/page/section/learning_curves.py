"""How the error fell while the networks learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from galexp.figure.learning_curves import learning_curves
from galexp.figure.style import with_unit
from galexp.page.content import Column, DataTable, Part, Picture, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, unit_of
from galexp.page.repeats import distinct, mean_and_spread
from galexp.page.section.base import Section

_METRICS = {"joint_loss": "joint loss", "rmse": "RMSE", "log_loss": "mean log loss [nat]", "loss": "loss"}
_COLUMNS = (
    *(Column("configuration"), Column("metric"), Column("trainings", digits=0)),
    Column("lowest val", hint="Mean ± sd over trainings of each one's lowest; it was looked for, so it flatters."),
    Column("in epoch", digits=1, hint="Mean over trainings."),
    Column("last val", hint="Mean ± sd over trainings."),
    Column("last train", hint="Likewise, over the augmented images of the last epoch."),
)
_TEXT = """Lines are means over trainings, bands reach from the lowest to the highest. The train curve is of augmented
images, seen while the network was changing, and may lie above the other for that reason alone. Validation galaxies were
carved out of the learning side; the held-out ones were not looked at."""
_PANELS = 8


class LearningCurves(Section):
    """Draw train and validation error against epoch and images seen, one panel a configuration."""

    order = 60

    def part(self, material: Material) -> Part | None:
        """Draw; None where no run has a history of a metric."""
        by_metric: dict[str, dict[str, list[ReportRun]]] = {}
        for name, runs in material.groups.items():
            metric = _metric_of(runs[0])
            if metric is not None:
                by_metric.setdefault(metric, {})[name] = distinct(runs)
        if not by_metric:
            return None
        pictures = [picture for metric, groups in by_metric.items() for picture in _pictures(metric, groups, material)]
        rows = tuple(_row(name, runs, metric) for metric, groups in by_metric.items() for name, runs in groups.items())
        table = DataTable("learning_curves", "Where the curves end", _COLUMNS, rows)
        return Part("learning_curves", "Learning curves", (Prose(_TEXT), *pictures, table))


def _metric_of(run: ReportRun) -> str | None:
    for metric in _METRICS:
        if any(np.isfinite(run.history.get(f"{role}/{metric}", [np.nan])).any() for role in ("train", "val")):
            return metric
    return None


def _pictures(metric: str, groups: Mapping[str, Sequence[ReportRun]], material: Material) -> list[Picture]:
    """Draw the panels, at most eight a picture."""
    names = list(groups)
    units = {unit_of(runs[0], target) for runs in groups.values() for target in runs[0].targets}
    label = with_unit(_METRICS[metric], units.pop() if metric == "rmse" and len(units) == 1 else "")
    pictures = []
    for start in range(0, len(names), _PANELS):
        shown = {name: [run.history for run in groups[name]] for name in names[start : start + _PANELS]}
        images = {name: float(groups[name][0].metrics["counts"]["train"]) for name in shown}
        figure = learning_curves(shown, metric, label, images, origin=material.origin)
        caption = f"{_METRICS[metric]} of train and val against the epoch, and against the number of images seen."
        pictures.append(Picture(f"learning_curves-{metric}-{1 + start // _PANELS}", caption, figure))
    return pictures


def _row(name: str, runs: Sequence[ReportRun], metric: str) -> Row:
    val = [_finite(run.history.get(f"val/{metric}", [])) for run in runs]
    train = [_finite(run.history.get(f"train/{metric}", [])) for run in runs]
    values = (
        mean_and_spread([min(curve.values()) for curve in val]) if all(val) else None,
        float(np.mean([min(curve, key=curve.__getitem__) for curve in val])) if all(val) else None,
        mean_and_spread([curve[max(curve)] for curve in val]) if all(val) else None,
        mean_and_spread([curve[max(curve)] for curve in train]) if all(train) else None,
    )
    return Row((name, _METRICS[metric], len(runs), *values), mark_of(runs))


def _finite(column: Sequence[float]) -> dict[int, float]:
    """Return epoch -> value, from epoch 1, where there is one."""
    return {epoch: value for epoch, value in enumerate(column, start=1) if np.isfinite(value)}
