"""Distributions of true and predicted values, and how many are above a threshold (Wu & Boada 2019, Figure 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.saturation import Saturation, saturation
from galexp.figure.freedman_diaconis import truth_and_prediction_histograms
from galexp.figure.methods import readable
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Part, Picture, Prose, Row
from galexp.page.members import mark_of, unit_of
from galexp.page.number_groups import NumberGroup, number_groups
from galexp.page.published import HOW, studies
from galexp.page.section.base import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.page.material import Material

_TAIL = 90  # [percent]
_TEXT = """Predictions are narrower than the truth, as they are of any predictor that does not know everything: its
spread is at best R sd(t), with R the correlation of prediction and truth. Fewer galaxies are therefore predicted in the
tail than there are. "Expected" is how many a predictor of the same correlation would find that does no more than
shrink to the mean; only what is missing beyond that tells of a network that saturates."""


class SaturationSection(Section):
    """Draw histograms of truth and prediction, and count galaxies above a threshold.

    Args:
        thresholds: Target -> threshold, in its unit; of other targets it is the 90th percentile of the truth.
        figures: Groups that are drawn, those with the most galaxies; all are in the table.
    """

    order = 34

    def __init__(self, thresholds: Mapping[str, float], figures: int) -> None:
        self.thresholds = dict(thresholds)
        self.figures = figures

    def part(self, material: Material) -> Part | None:
        """Make table and figures; None where no run predicts numbers that differ."""
        groups = [group for group in number_groups(material) if _has_both(group)]
        if not groups:
            return None
        found = [(group, saturation(group.truth, group.preds, self._threshold(group))) for group in groups]
        drawn = sorted(found, key=lambda pair: -pair[1].galaxies)[: self.figures]
        blocks: list[Block] = [Prose(_TEXT), _table(found)]
        blocks += [_picture(*pair, place) for place, pair in enumerate(drawn, start=1)]
        return Part("saturation", "Distributions of truth and prediction", tuple(blocks))

    def _threshold(self, group: NumberGroup) -> float:
        if group.target in self.thresholds:
            return self.thresholds[group.target]
        return float(np.percentile(group.truth[np.isfinite(group.truth)], _TAIL))


def _has_both(group: NumberGroup) -> bool:
    return bool((np.isfinite(group.truth) & np.isfinite(group.preds)).any())


def _picture(group: NumberGroup, counts: Saturation, place: int) -> Picture:
    unit = unit_of(group.runs[0], group.target)
    facts = (group.truth, group.preds, readable(group.target), unit, counts.threshold)
    figure = truth_and_prediction_histograms(*facts, origin=group.runs[0].origin)
    caption = (
        f"{readable(group.target)} of {group.name} ({group.network}): densities of truth, prediction and "
        "residuals, each in bins as wide as Freedman and Diaconis say."
    )
    return Picture(f"truth-and-prediction-{place}", caption, figure)


def _table(found: Sequence[tuple[NumberGroup, Saturation]]) -> DataTable:
    columns = (
        *(Column("runs of"), Column("target"), Column("above", digits=3), Column("galaxies"), Column("true")),
        *(Column("predicted"), Column("expected", hint="Of a predictor of this correlation that shrinks to the mean.")),
        *(Column("true", "%", 1), Column("predicted", "%", 1), Column("expected", "%", 1)),
    )
    rows: list[Row] = []
    for group, counts in found:
        shares = [100 * number / counts.galaxies for number in counts[2:]]
        head = (group.name, readable(group.target), counts.threshold, counts.galaxies)
        rows.append(Row((*head, *counts[2:], *shares), mark_of(group.runs)))
    theirs = {row.values: row for group, counts in found for row in _published(group, counts.threshold)}
    rows += theirs.values()
    return DataTable("saturation", "Galaxies above a threshold", columns, tuple(rows))


def _published(group: NumberGroup, threshold: float) -> list[Row]:
    """Return a row of each study that counted such galaxies above this threshold."""
    rows = []
    for study in studies():
        counted = {
            number.quantity: number
            for number in study.numbers
            if number.target == group.target and number.fits(group.runs[0].settings, besides=HOW)
        }
        true, predicted = (counted.get(f"{kind}_above_{threshold:g}") for kind in ("true", "predicted"))
        if true is None or predicted is None or true.n is None:
            continue
        counts = [round(true.value), round(predicted.value)]
        shares = [100 * count / true.n for count in counts]
        head = (f"{study.study}, {true.where}", readable(group.target), threshold, true.n)
        rows.append(Row((*head, *counts, None, *shares, None), PUBLISHED))
    return rows
