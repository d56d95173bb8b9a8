"""What the residuals of a network go with, and what of it is regression to the mean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.residual_trends import Correlation, correlation, regression_to_mean
from galexp.figure.methods import readable
from galexp.figure.trend_panels import Trend, trend_panels
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Notice, Part, Picture, Prose, Row
from galexp.page.draws import is_independent
from galexp.page.members import mark_of, unit_of
from galexp.page.number_groups import NumberGroup, number_groups
from galexp.page.published import HOW, studies
from galexp.page.section.base import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.page.material import Material
    from galexp.page.published import PublishedNumber

_TEXT = """A residual is prediction minus truth, of predictions averaged over views, each held-out galaxy once. r is
Pearson's correlation with its 95 % interval (Fisher's z), exact for Gaussian columns only; Spearman's uses ranks.
Frames of one simulation are no independent galaxies, so that their correlations have no interval.

Residuals always fall with the truth. The best that can be predicted is the mean of the truth for what is seen, p =
E[t]; its error is unrelated to p, and corr(p - t, t) = -sd(p - t) / sd(t) = -sqrt(1 - R^2), which is "expected" here
from the size of the error alone. Only the distance of what is found from what is expected tells of the network: found
nearer to zero, it exaggerates; farther, it shrinks more than it must. At a given prediction such a network has no
bias, so that 0 is expected there. A trend with any other column may be more than that, or come by way of the truth
that goes with it."""


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
        groups = number_groups(material)
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

    def columns_of(self, group: NumberGroup) -> dict[str, np.ndarray]:
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

    def _table(self, groups: Sequence[NumberGroup]) -> DataTable:
        columns = (
            *(Column("runs of"), Column("target"), Column("against"), Column("galaxies"), Column("r", digits=3)),
            *(Column("95 % from", digits=3), Column("to", digits=3), Column("Spearman", digits=3)),
            Column("expected r", digits=3, hint="Of the size of the error alone; see above."),
        )
        rows = [row for group in groups for row in self._rows(group)]
        return DataTable("residual-trends", "Correlations of the residuals", columns, tuple(rows))

    def _rows(self, group: NumberGroup) -> list[Row]:
        residual, expected = group.preds - group.truth, regression_to_mean(group.preds, group.truth)
        found: dict[str, tuple[Correlation, float | None]] = {
            f"true {group.target}": (expected.with_truth, expected.expected_with_truth),
            f"predicted {group.target}": (expected.with_prediction, 0.0),
        }
        found |= {name: (correlation(values, residual), None) for name, values in self.columns_of(group).items()}
        has_interval = is_independent(group.runs[0])
        rows: list[Row] = []
        for name, (one, expectation) in found.items():
            head = group.name, readable(group.target), readable(name)
            interval = (one.low, one.high) if has_interval else (None, None)
            numbers = (one.n, one.pearson, *interval, one.spearman, expectation)
            rows.append(Row((*head, *numbers), mark_of(group.runs)))
            theirs = _published(group, name.replace("true ", "true_"))
            if theirs is not None:
                rows.append(Row((*head, None, theirs.value, None, None, None, None), PUBLISHED))
        return rows

    def _picture(self, group: NumberGroup, number: int) -> Picture:
        residual, expected = group.preds - group.truth, regression_to_mean(group.preds, group.truth)
        unit, label = unit_of(group.runs[0], group.target), readable(group.target)
        suffix = f" [{unit}]" if unit else ""
        has_interval = is_independent(group.runs[0])
        note = _note(expected.with_truth, has_interval)
        note += f"\nexpected of the error alone: {_signed(expected.expected_with_truth)}"
        of_prediction = f"{_note(expected.with_prediction, has_interval)}\nexpected: 0"
        trends = [
            Trend(f"true {label}{suffix}", group.truth, note),
            Trend(f"predicted {label}{suffix}", group.preds, of_prediction),
        ]
        trends += [
            Trend(self._label(group, name), values, _note(correlation(values, residual), has_interval))
            for name, values in self.columns_of(group).items()
        ]
        caption = f"Residuals of {group.name}, {label} ({group.network}), against what the catalog knows."
        figure = trend_panels(residual, trends, unit, origin=group.runs[0].origin)
        return Picture(f"residual-trends-{number + 1}", caption, figure)

    def _label(self, group: NumberGroup, name: str) -> str:
        data = group.runs[0].data
        unit = data.manifest.units.get(name, "") if data is not None else ""
        return f"{readable(name)} [{unit}]" if unit else readable(name)


def _note(one: Correlation, has_interval: bool) -> str:
    interval = f" ({_signed(one.low)} to {_signed(one.high)})" if has_interval else ""
    return f"r = {_signed(one.pearson)}{interval}\nSpearman {_signed(one.spearman)}, n = {one.n:,}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}") if math.isfinite(value) else "undefined"


def _published(group: NumberGroup, name: str) -> PublishedNumber | None:
    """Return the published correlation of residuals with a column, for the survey of a group."""
    numbers = (number for study in studies() for number in study.numbers if number.target == group.target)
    wanted = (number for number in numbers if number.quantity == f"residual_pearson_{name}")
    return next((number for number in wanted if number.fits(group.runs[0].settings, besides=HOW)), None)
