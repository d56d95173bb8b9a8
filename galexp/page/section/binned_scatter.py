"""How good predictions are bin by bin of the truth (Wu & Boada 2019, Figure 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.evaluation.binned_scatter import FEWEST, BinnedScatter, binned_scatter, round_edges
from galexp.figure.binned_scatter import binned_scatter_figure
from galexp.figure.cloud import robust_limits
from galexp.figure.methods import readable
from galexp.page.content import Block, Column, DataTable, Part, Picture, Prose, Row
from galexp.page.members import mark_of, unit_of
from galexp.page.number_groups import NumberGroup, number_groups
from galexp.page.section.base import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.page.material import Material

_TEXT = f"""Bins of the true value, predictions averaged over views, each held-out galaxy once. In the outermost bins
the RMSE holds the regression to the mean, of which the NMAD, taken about the median of the residuals, is free. Bins of
fewer than {FEWEST} galaxies have no numbers."""


class Binned(NamedTuple):
    """Runs of one target, and their scatter in bins of the truth."""

    group: NumberGroup
    bins: BinnedScatter


class BinnedScatterSection(Section):
    """Give number, median, RMSE and NMAD of each bin, and draw them.

    Args:
        figures: Groups that are drawn, those with the most galaxies; all are in the tables.
    """

    order = 33

    def __init__(self, figures: int) -> None:
        self.figures = figures

    def part(self, material: Material) -> Part | None:
        """Make a table of each target and the figures; None where no run predicts numbers that differ."""
        found = [Binned(group, _bins(group)) for group in number_groups(material) if _can_be_binned(group)]
        if not found:
            return None
        by_target: dict[str, list[Binned]] = {}
        for one in found:
            by_target.setdefault(one.group.target, []).append(one)
        drawn = sorted(found, key=lambda one: -one.bins.n.sum())[: self.figures]
        blocks: list[Block] = [Prose(_TEXT)]
        blocks += [_picture(one, place) for place, one in enumerate(drawn, start=1)]
        blocks += [_table(target, members) for target, members in by_target.items()]
        return Part("binned_scatter", "Scatter in bins of the truth", tuple(blocks))


def _can_be_binned(group: NumberGroup) -> bool:
    known = group.truth[np.isfinite(group.truth) & np.isfinite(group.preds)]
    return len(known) >= FEWEST and bool(np.ptp(known) > 0)


def _bins(group: NumberGroup) -> BinnedScatter:
    known = group.truth[np.isfinite(group.truth)]
    low, high = robust_limits(known, margin=0)
    if not low < high:
        low, high = float(known.min()), float(known.max())
    return binned_scatter(group.truth, group.preds, group.truth, round_edges(low, high))


def _picture(one: Binned, place: int) -> Picture:
    group = one.group
    unit = unit_of(group.runs[0], group.target)
    facts = (group.truth, group.preds, one.bins, readable(group.target), unit)
    caption = (
        f"{readable(group.target)} of {group.name} ({group.network}): predicted against true with the "
        "running median and its scatter, above it RMSE and NMAD of each bin, markers as large as bins are full. Inset: "
        "residuals, with center and width of a Gaussian fitted to their counts."
    )
    return Picture(f"binned-scatter-{place}", caption, binned_scatter_figure(*facts, origin=group.runs[0].origin))


def _table(target: str, members: Sequence[Binned]) -> DataTable:
    unit = unit_of(members[0].group.runs[0], target)
    columns = (
        *(Column("runs of"), Column("true from", unit, 2), Column("to", unit, 2), Column("galaxies")),
        *(Column("median predicted", unit), Column("RMSE", unit), Column("NMAD", unit)),
    )
    rows = tuple(row for one in members for row in _rows(one))
    title = f"Scatter of {readable(target)} in bins of its truth"
    return DataTable(f"binned-scatter-{target}", title, columns, rows)


def _rows(one: Binned) -> list[Row]:
    bins, mark = one.bins, mark_of(one.group.runs)
    numbers = zip(bins.edges[:-1], bins.edges[1:], bins.n, bins.median, bins.rmse, bins.nmad, strict=True)
    return [
        Row((one.group.name, float(low), float(high), int(n), *map(_or_none, scores)), mark)
        for low, high, n, *scores in numbers
        if n
    ]


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
