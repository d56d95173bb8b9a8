"""What the residuals of a network go with, and what of it is regression to the mean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.evaluation.residual_trends import Correlation, correlation, regression_to_mean
from galexp.figure.methods import readable
from galexp.figure.trend_panels import Trend, trend_panels
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Notice, Part, Picture, Prose, Row
from galexp.page.galaxies import Predicted
from galexp.page.members import mark_of, names_network, scores_of, unit_of
from galexp.page.published import studies
from galexp.page.section.base import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astropy.table import Table

    from galexp.page.material import Material, ReportRun
    from galexp.page.published import PublishedNumber

MOST_TARGETS = 4
_TEXT = """A residual is prediction minus truth, of predictions averaged over views, each held-out galaxy once. r is
Pearson's correlation with its 95 % interval (Fisher's z), exact for Gaussian columns only; Spearman's uses ranks.

Residuals always fall with the truth. The best that can be predicted is the mean of the truth for what is seen, p =
E[t]; its error is unrelated to p, and corr(p - t, t) = -sd(p - t) / sd(t) = -sqrt(1 - R^2), which is "expected" here
from the size of the error alone. Only the distance of what is found from what is expected tells of the network: found
nearer to zero, it exaggerates; farther, it shrinks more than it must. At a given prediction such a network has no
bias, so that 0 is expected there. A trend with any other column may be more than that, or come by way of the truth
that goes with it."""


class TrendGroup(NamedTuple):
    """One target of a group of runs, each held-out galaxy once."""

    name: str
    runs: list[ReportRun]
    target: str
    galaxies: Predicted

    @property
    def table(self) -> Table:
        """Predictions, with the columns of the catalog where the data is on this disk."""
        return self.galaxies.table

    @property
    def preds(self) -> np.ndarray:
        """Predictions, averaged over views."""
        return self.galaxies.prediction(self.target)

    @property
    def truth(self) -> np.ndarray:
        """True values; NaN where there is none."""
        return self.galaxies.truth(self.target)


def trend_groups(material: Material, most_targets: int = MOST_TARGETS) -> list[TrendGroup]:
    """Return the groups of runs that predict numbers, no more than a few, with catalog columns where there is data."""
    found = []
    for name, runs in material.groups.items():
        scores = scores_of(runs[0])
        targets = [target for target in scores if "rmse" in scores[target]["all"].get("network_tta", {})]
        if not 0 < len(targets) <= most_targets:
            continue
        galaxies = Predicted.of(runs)
        found += [TrendGroup(name, runs, target, galaxies) for target in targets]
    return found


class Trends(Section):
    """Correlate residuals with columns of the catalog, with the truth and with the prediction.

    Args:
        columns: Of the catalog; those that it lacks are left out. The overdensity of the run's environment is added.
        figures: Groups that are drawn, those with the most galaxies; all are in the table.
    """

    order = 50

    def __init__(self, columns: list[str], figures: int) -> None:
        self.columns = columns
        self.figures = figures

    def part(self, material: Material) -> Part | None:
        """Make the table of all groups and the figures of the largest; None where no run predicts numbers."""
        groups = trend_groups(material)
        if not groups:
            return None
        blocks: list[Block] = [Prose(_TEXT)]
        absent = sorted({group.name for group in groups if group.runs[0].data is None})
        if absent:
            text = f"The catalog of {', '.join(absent)} is not on this disk as it was trained on: residuals are set "
            blocks.append(Notice(text + "against truth and prediction alone. Prepare it again for the others."))
        blocks.append(self._table(groups))
        drawn = sorted(groups, key=lambda group: -len(group.table))[: self.figures]
        blocks += [self._picture(group, number) for number, group in enumerate(drawn)]
        return Part("trends", "Trends of the residuals", tuple(blocks))

    def columns_of(self, group: TrendGroup) -> dict[str, np.ndarray]:
        """Return the columns that a group's catalog has, the specific star-formation rate computed where it can be."""
        table, density = group.table, group.runs[0].settings["environment"]["column"]
        known = {name: table[name] for name in [*self.columns, density] if name in table.colnames}
        if (
            "log_ssfr" in self.columns
            and "log_ssfr" not in known
            and {"log_sfr", "log_stellar_mass"} <= set(table.colnames)
        ):
            known["log_ssfr"] = np.asarray(table["log_sfr"]) - np.asarray(table["log_stellar_mass"])
        found = {name: np.asarray(values, dtype=np.float64) for name, values in known.items() if name != group.target}
        return {name: values for name, values in found.items() if np.isfinite(values).any()}

    def _table(self, groups: Sequence[TrendGroup]) -> DataTable:
        columns = (
            *(Column("runs of"), Column("target"), Column("against"), Column("galaxies"), Column("r", digits=3)),
            *(Column("95 % from", digits=3), Column("to", digits=3), Column("Spearman", digits=3)),
            Column("expected r", digits=3, hint="Of the size of the error alone; see above."),
        )
        rows = [row for group in groups for row in self._rows(group)]
        return DataTable("residual-trends", "Correlations of the residuals", columns, tuple(rows))

    def _rows(self, group: TrendGroup) -> list[Row]:
        residual, expected = group.preds - group.truth, regression_to_mean(group.preds, group.truth)
        found: dict[str, tuple[Correlation, float | None]] = {
            f"true {group.target}": (expected.with_truth, expected.expected_with_truth),
            f"predicted {group.target}": (expected.with_prediction, 0.0),
        }
        found |= {name: (correlation(values, residual), None) for name, values in self.columns_of(group).items()}
        rows: list[Row] = []
        for name, (one, expectation) in found.items():
            head = group.name, readable(group.target), readable(name)
            numbers = (one.n, one.pearson, one.low, one.high, one.spearman, expectation)
            rows.append(Row((*head, *numbers), mark_of(group.runs)))
            theirs = _published(group, name.replace("true ", "true_"))
            if theirs is not None:
                rows.append(Row((*head, None, theirs.value, None, None, None, None), PUBLISHED))
        return rows

    def _picture(self, group: TrendGroup, number: int) -> Picture:
        residual, expected = group.preds - group.truth, regression_to_mean(group.preds, group.truth)
        unit, label = unit_of(group.runs[0], group.target), readable(group.target)
        suffix = f" [{unit}]" if unit else ""
        note = f"{_note(expected.with_truth)}\nexpected of the error alone: {_signed(expected.expected_with_truth)}"
        trends = [
            Trend(f"true {label}{suffix}", group.truth, note),
            Trend(f"predicted {label}{suffix}", group.preds, f"{_note(expected.with_prediction)}\nexpected: 0"),
        ]
        trends += [
            Trend(self._label(group, name), values, _note(correlation(values, residual)))
            for name, values in self.columns_of(group).items()
        ]
        caption = f"Residuals of {group.name}, {label} ({names_network(group.runs)}), against what the catalog knows."
        figure = trend_panels(residual, trends, unit, origin=group.runs[0].origin)
        return Picture(f"residual-trends-{number + 1}", caption, figure)

    def _label(self, group: TrendGroup, name: str) -> str:
        data = group.runs[0].data
        unit = data.manifest.units.get(name, "") if data is not None else ""
        return f"{readable(name)} [{unit}]" if unit else readable(name)


def _note(one: Correlation) -> str:
    interval = f"r = {_signed(one.pearson)} ({_signed(one.low)} to {_signed(one.high)})"
    return f"{interval}\nSpearman {_signed(one.spearman)}, n = {one.n:,}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}") if math.isfinite(value) else "undefined"


def _published(group: TrendGroup, name: str) -> PublishedNumber | None:
    """Return the published correlation of residuals with a column, for the survey of a group."""
    numbers = (number for study in studies() for number in study.numbers if number.target == group.target)
    wanted = (number for number in numbers if number.quantity == f"residual_pearson_{name}")
    return next((number for number in wanted if number.fits(group.runs[0].settings)), None)
