"""Any two configurations on the galaxies that both held out."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from galexp.evaluation.matched import Compared, Loss, comparable, compare, losses_of
from galexp.figure.methods import readable
from galexp.figure.paired import Difference, paired_differences
from galexp.page.content import Block, Column, DataTable, Measured, Part, Picture, Prose, Row
from galexp.page.draws import draws_of
from galexp.page.material import Material, ReportRun
from galexp.page.members import Key, mark_of, members, unit_of
from galexp.page.section.base import Section
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from astropy.table import Table

_COLUMNS = (
    *(Column("first"), Column("second"), Column("score")),
    Column("galaxies", digits=0, hint="Held out by both, by any of their trainings."),
    Column("set aside", digits=0, hint="Predictions of either that have no counterpart."),
    Column("trainings", digits=0, hint="Seeds that both have."),
    *(Column("of the first"), Column("of the second")),
    Column("difference", hint="First minus second; of an error, positive means that the first is worse."),
    *(Column("68 % from", hint="Of bootstraps over galaxies, the same for both."), Column("to")),
    Column("in standard errors", digits=1, hint="Difference over the standard deviation of the bootstrap."),
    Column("sd over trainings", hint="Of the difference; it is not part of the interval."),
)
_TEXT = """Both sides predicted the same galaxies, none of which their networks were shown; predictions are those
averaged over views. Each bootstrap draws galaxies anew and gives them to both, so that galaxies which are hard for
everybody cancel: the interval is much narrower than the errors of the two scores would suggest. It holds the chance of
which galaxies were tested; what other trainings would change is the last column. Of many comparisons some are far from
zero by chance alone."""


class PairedComparison(Section):
    """Compare every two configurations that predict the same target of the same data.

    Args:
        most: Pairs; where there would be more, each configuration is compared with the one alone that is
            better than most.
    """

    order = 20

    def __init__(self, most: int) -> None:
        self.most = most

    def part(self, material: Material) -> Part | None:
        """Compare; None where no two configurations share galaxies."""
        found = [pair for groups in _comparable(material).values() for pair in self._pairs(groups, material)]
        if not found:
            return None
        blocks: list[Block] = [Prose(_TEXT), _table(found)]
        for key, target in dict.fromkeys((pair.loss.key, pair.loss.target) for pair in found):
            shown = [pair for pair in found if (pair.loss.key, pair.loss.target) == (key, target)]
            blocks.append(_picture(shown, material.origin))
        return Part("paired", "Compared on the same galaxies", tuple(blocks))

    def _pairs(self, groups: Mapping[str, Sequence[ReportRun]], material: Material) -> list[_Pair]:
        tables = {name: members(runs) for name, runs in groups.items()}
        names = list(itertools.combinations(groups, 2))
        losses = losses_of(next(iter(groups.values()))[0].settings["task"])
        if len(names) > self.most and losses:
            best = _best(tables, names, losses[0])
            names = [(name, best) for name in groups if name != best]
        return [
            _Pair(first, second, [*groups[first], *groups[second]], loss, found)
            for loss in losses
            for first, second in names
            if (found := _compared(tables[first], tables[second], loss, groups[first], material)) is not None
        ]


class _Pair(NamedTuple):
    first: str
    second: str
    runs: Sequence[ReportRun]
    loss: Loss
    found: Compared


def _comparable(material: Material) -> dict[tuple[str, str], dict[str, list[ReportRun]]]:
    """Return the groups by the data and the truth that they are scored on."""
    found: dict[tuple[str, str], dict[str, list[ReportRun]]] = {}
    for name, runs in material.groups.items():
        task = runs[0].settings["task"]
        truth = str([runs[0].targets, task.get("classes")])
        if runs[0].targets and task["targets"]:
            found.setdefault((runs[0].metrics["data_sha256"], truth), {})[name] = runs
    return found


def _best(tables: Mapping[str, Mapping[Key, Table]], pairs: Sequence[tuple[str, str]], loss: Loss) -> str:
    """Return the configuration that is better than most of the others, each on the galaxies that both held out."""
    better = Counter(dict.fromkeys(tables, 0))
    for first, second in pairs:
        if comparable(tables[first], tables[second], loss):
            difference = float(compare(tables[first], tables[second], loss, draws=0).difference.value)
            better[first if (difference < 0) == loss.is_error else second] += 1
    return better.most_common(1)[0][0]


def _compared(
    first: Mapping[Key, Table],
    second: Mapping[Key, Table],
    loss: Loss,
    runs: Sequence[ReportRun],
    material: Material,
) -> Compared | None:
    """Compare two groups; None where no seed of both held out a galaxy in common whose truth is known."""
    if not comparable(first, second, loss):
        return None
    return compare(first, second, loss, draws_of(runs[0], material.options), material.options.seed)


def _table(pairs: Sequence[_Pair]) -> DataTable:
    rows = []
    for first, second, runs, loss, found in pairs:
        value, low, high, error = (float(number) for number in found.difference)
        what = f"{loss.heading}, {readable(loss.target)}" if loss.target else loss.heading
        counts = (found.galaxies, found.set_aside, len(found.per_member))
        in_errors = value / error if error > 0 else None
        numbers = (found.first, found.second, Measured(value, error), low, high, in_errors, found.training_spread)
        shown = (None if isinstance(one, float) and math.isnan(one) else one for one in numbers)
        rows.append(Row((first, second, what, *counts, *shown), mark_of(runs)))
    return DataTable("paired", "Differences on the same galaxies", _COLUMNS, tuple(rows))


def _picture(pairs: Sequence[_Pair], origin: Origin) -> Picture:
    loss = pairs[0].loss
    lines = [_line(pair) for pair in pairs]
    unit = unit_of(pairs[0].runs[0], loss.target) if loss.key == "rmse" else ""
    figure = paired_differences(lines, loss.heading, unit, origin=origin)
    name = "-".join(["paired", loss.key, *([loss.target] if loss.target else [])])
    caption = (
        f"Differences in {loss.heading}, first minus second, on the same galaxies: diamonds with the 68 % interval "
        "over galaxies, points for the seeds that they are the mean of."
    )
    return Picture(name, caption, figure)


def _line(pair: _Pair) -> Difference:
    value, low, high, _ = (float(number) for number in pair.found.difference)
    return Difference(f"{pair.first}\nagainst {pair.second}", value, low, high, pair.found.per_member)
