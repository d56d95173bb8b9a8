"""How each run's split was audited."""

from __future__ import annotations

from typing import Any

from galexp.figure.methods import readable
from galexp.page.content import Block, Column, DataTable, Part, Prose, Row, Value
from galexp.page.draws import is_independent
from galexp.page.material import Material, ReportRun
from galexp.page.members import fold_of, mark_of, member_of
from galexp.page.section.base import Section
from galexp.split.base import ROLES

_COLUMNS = (
    *(Column("configuration"), Column("seed", digits=0), Column("split seed", digits=0), Column("fold", digits=0)),
    *(Column(role, digits=0) for role in ROLES),
    Column("same id", digits=0, hint="Identifiers on both sides; a run with any is refused."),
    Column("same image", digits=0, hint="Pictures that are equal byte by byte; a run with any is refused."),
    Column("neighbors", digits=0, hint="Held-out galaxies within 10 arcsec of a learned one; empty without positions."),
    Column("shared groups", hint="Groups or simulations with members on both sides; by design in some splits."),
    Column("hash", hint="Of who is where, its first twelve digits: equal hashes are equal splits."),
)
_SHIFTS = (
    *(Column("configuration"), Column("seed", digits=0), Column("fold", digits=0), Column("target")),
    Column("KS", digits=3, hint="Largest difference of the cumulative distributions, train and val against test."),
    Column(
        "p",
        digits=3,
        hint="Chance of a larger one where both are of one distribution; of frames of simulations, which are no "
        "independent galaxies, there is none.",
    ),
)
_TEXT = """The audit compares what a network learned from (train and val) with what it was tested on. A shifted label
is no fault of a split by environment, where it is the point; of a split by chance it is."""


class SplitAudit(Section):
    """Lay out what was found of the two sides, one row a run."""

    order = 85

    def part(self, material: Material) -> Part | None:
        """Make the tables; None without runs."""
        groups = material.groups
        runs = [(name, run) for name in groups for run in sorted(groups[name], key=_order)]
        if not runs:
            return None
        blocks: list[Block] = [
            Prose(_TEXT),
            DataTable("split", "Audit of the splits", _COLUMNS, tuple(_row(name, run) for name, run in runs)),
        ]
        shifts = tuple(row for name, run in runs for row in _shifts(name, run))
        if shifts:
            blocks.append(DataTable("split-labels", "Labels on both sides", _SHIFTS, shifts))
        return Part("split", "The splits", tuple(blocks))


def _order(run: ReportRun) -> tuple[int, int, int]:
    split_seed, seed = member_of(run)
    return split_seed or 0, seed, fold_of(run) or 0


def _row(name: str, run: ReportRun) -> Row:
    found: dict[str, Any] = run.audit
    shared = ", ".join(f"{number} {column.removesuffix('_id')}s" for column, number in _groups(found).items())
    counts = (found["counts"].get(role, 0) for role in ROLES)
    sides: tuple[Value, ...] = (
        found.get("same_id"),
        found.get("same_image"),
        found.get("sky_neighbors"),
        shared or None,
    )
    head = (name, run.settings["seed"], run.settings["split"].get("seed"), fold_of(run))
    return Row((*head, *counts, *sides, found["hash"][:12]), mark_of([run]))


def _groups(found: dict[str, Any]) -> dict[str, int]:
    return found.get("shared_groups", {})


def _shifts(name: str, run: ReportRun) -> list[Row]:
    head = (name, run.settings["seed"], fold_of(run))
    has_p = is_independent(run)
    return [
        Row((*head, readable(target), shift["statistic"], shift["p_value"] if has_p else None), mark_of([run]))
        for target, shift in run.audit["label_shift"].items()
    ]
