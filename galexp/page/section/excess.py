"""Galaxies with more H I than their images let expect (Wu 2020)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation.excess import Excess, rank_excess
from galexp.evaluation.samples import samples_of
from galexp.page.content import Block, Column, DataTable, Gallery, Notice, Part, Prose, Row, Stamp
from galexp.page.members import mark_of, names_network
from galexp.page.prepared import stamp
from galexp.page.section.base import Section
from galexp.page.section.trends import TrendGroup, trend_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.page.material import Material
    from galexp.shard.read import PreparedData

_TEXT = """Held-out galaxies whose measured H I lies farthest above the prediction, detections alone, in units of each
galaxy's own sigma where the network gives one and else of the NMAD of all residuals. Regression to the mean fills
this tail whatever the network: galaxies rich in H I come out too low. "Beyond" takes off the residual that is
expected at the galaxy's prediction (a straight line through all detections), so that what is left is no consequence
of the prediction.

They are candidates. A second galaxy in the radio beam, a wrong optical counterpart and an image with a defect look
like an excess, and of many Gaussian residuals some are extreme; look at each."""


def typical_groups(material: Material, target: str) -> list[TrendGroup]:
    """Return one group of runs of each survey, whose galaxies stand for it.

    Those that hold out galaxies at random come before those that choose them; of these the group with the most
    galaxies, and of several such the most accurate.
    """
    by_survey: dict[str, list[TrendGroup]] = defaultdict(list)
    for group in trend_groups(material):
        if group.target == target:
            by_survey[group.runs[0].choices["dataset"]].append(group)
    return [min(groups, key=_rank) for groups in by_survey.values()]


def _rank(group: TrendGroup) -> tuple[bool, int, float]:
    is_chosen = group.runs[0].choices["split"] not in ("random", "kfold")
    error = float(np.sqrt(np.nanmean((group.preds - group.truth) ** 2)))
    return is_chosen, -int(np.isfinite(group.truth).sum()), error


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
        """Take one group of runs of each survey (:func:`typical_groups`); None where none predicts the target."""
        groups = typical_groups(material, self.target)
        blocks = [block for group in groups for block in self._blocks(group, material.options.stamps)]
        if not blocks:
            return None
        return Part("excess", "Candidates for an excess of H I", (Prose(_TEXT), *blocks))

    def _blocks(self, group: TrendGroup, stamps: int) -> list[Block]:
        names = group.table.colnames
        measured = samples_of(group.table).get("detections", np.ones(len(group.table), dtype=bool))
        sigma = f"sigma_tta_{group.target}"
        widths = np.asarray(group.table[sigma], dtype=np.float64) if sigma in names else None
        found = rank_excess(group.preds, group.truth, measured, widths, self.galaxies)
        if not len(found.rows):
            return []
        table = _table(group, found, sigma in names)
        data = group.runs[0].data
        if data is None:
            text = f"The images of {group.name} are not on this disk as they were trained on; prepare them again."
            return [table, Notice(text)]
        return [table, _gallery(group, found.rows[:stamps].tolist(), data)] if stamps else [table]


def _table(group: TrendGroup, found: Excess, has_sigma: bool) -> DataTable:
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
    survey = group.runs[0].choices["dataset"]
    note = f"Predictions of {group.name}: {names_network(group.runs)}."
    return DataTable(f"hi-excess-{survey}", f"More H I than expected: {survey}", columns, tuple(rows), note)


def _gallery(group: TrendGroup, rows: Sequence[int], data: PreparedData) -> Gallery:
    addresses = group.galaxies.addresses
    stamps = tuple(
        Stamp(
            stamp(data.pixels(int(group.table["row"][row]))),
            (str(group.table["id"][row]), f"true {group.truth[row]:.2f}, pred {group.preds[row]:.2f}"),
            addresses[row],
        )
        for row in rows
    )
    survey = group.runs[0].choices["dataset"]
    return Gallery(f"hi-excess-{survey}", f"The first of the list of {survey}.", stamps, mark_of(group.runs))
