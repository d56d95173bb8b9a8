"""Galaxies with more H I than their images let expect (Wu 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.excess import Excess, rank_excess
from galexp.evaluation.samples import samples_of
from galexp.page.content import Block, Column, DataTable, Gallery, Part, Prose, Row
from galexp.page.members import mark_of
from galexp.page.number_groups import Typical, typical_groups
from galexp.page.prepared import images_are_lost
from galexp.page.section.base import Section
from galexp.page.stamps import stamps_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.page.material import Material

_TEXT = """Held-out galaxies whose measured H I lies farthest above the prediction, detections alone, in units of each
galaxy's own sigma where the network gives one and else of the NMAD of all residuals. Regression to the mean fills
this tail whatever the network: galaxies rich in H I come out too low. "Beyond" takes off the residual that is
expected at the galaxy's prediction (a straight line through all detections), so that what is left is no consequence
of the prediction.

They are candidates. A second galaxy in the radio beam, a wrong optical counterpart and an image with a defect look
like an excess, and of many Gaussian residuals some are extreme; look at each."""


class HIExcess(Section):
    """List the galaxies with the most H I above their prediction, and show them.

    Args:
        target: That is ranked, where runs predict it.
        galaxies: In the list.
    """

    order = 73

    def __init__(self, target: str, galaxies: int) -> None:
        self.target = target
        self.galaxies = galaxies

    def part(self, material: Material) -> Part | None:
        """Take one group of runs of each data (:func:`typical_groups`); None where none predicts the target."""
        groups = typical_groups(material, self.target)
        blocks = [block for one in groups for block in self._blocks(one, material.options.stamps)]
        if not blocks:
            return None
        return Part("excess", "Candidates for an excess of H I", (Prose(_TEXT), *blocks))

    def _blocks(self, one: Typical, stamps: int) -> list[Block]:
        group, names = one.group, one.group.table.colnames
        measured = samples_of(group.table).get("detections", np.ones(len(group.table), dtype=bool))
        sigma = f"sigma_tta_{group.target}"
        widths = np.asarray(group.table[sigma], dtype=np.float64) if sigma in names else None
        found = rank_excess(group.preds, group.truth, measured, widths, self.galaxies)
        if not len(found.rows):
            return []
        table = _table(one, found, sigma in names)
        if group.runs[0].data is None:
            return [table, images_are_lost(group.name)]
        return [table, _gallery(one, found.rows[:stamps].tolist())] if stamps else [table]


def _table(one: Typical, found: Excess, has_sigma: bool) -> DataTable:
    group = one.group
    is_placed = {"ra", "dec"} <= set(group.table.colnames)
    has_flags, links, flags = group.galaxies.has_flags, group.galaxies.links, group.galaxies.flags
    columns = (
        *(Column("rank"), Column("galaxy"), *((Column("RA", "deg", 5), Column("Dec", "deg", 5)) if is_placed else ())),
        *(Column("true", "dex", 3), Column("predicted", "dex", 3), Column("residual", "dex", 3)),
        Column("in sigma" if has_sigma else "in NMAD", digits=2),
        Column("beyond", "dex", 3, hint="The residual less what is expected at this prediction."),
        *((Column("flags"),) if has_flags else ()),
    )
    rows = []
    for rank, (row, residual, beyond, in_sigma) in enumerate(zip(*found, strict=True), start=1):
        galaxy = group.table[int(row)]
        place = (float(galaxy["ra"]), float(galaxy["dec"])) if is_placed else ()
        numbers = float(group.truth[row]), float(group.preds[row]), float(residual), float(in_sigma), float(beyond)
        values = (rank, links[row], *place, *numbers, *((flags[row],) if has_flags else ()))
        rows.append(Row(values, mark_of(group.runs)))
    note = f"Predictions of {one.whose}."
    return DataTable(f"hi-excess-{one.name}", f"More H I than expected: {one.name}", columns, tuple(rows), note)


def _gallery(one: Typical, rows: Sequence[int]) -> Gallery:
    group = one.group

    def said(row: int) -> list[str]:
        return [f"true {group.truth[row]:.2f}, pred {group.preds[row]:.2f}"]

    caption = f"The first of the list of {one.name}."
    return Gallery(f"hi-excess-{one.name}", caption, stamps_of(group.galaxies, rows, said), mark_of(group.runs))
