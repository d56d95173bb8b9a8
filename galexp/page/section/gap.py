"""What a network lost by never having seen such galaxies: the generalization gap."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from galexp.evaluation.matched import Compared, Loss, comparable, compare, losses_of
from galexp.figure.gap import GapLine, gap_lines
from galexp.figure.methods import readable
from galexp.page.content import Block, Code, Column, DataTable, Heading, Measured, Notice, Part, Picture, Prose, Row
from galexp.page.draws import draws_of
from galexp.page.matching import FOLDS, Matching, by_chance, completing_command, matchings
from galexp.page.material import Material, ReportRun
from galexp.page.members import counts_of, mark_of, members, scores_of, unit_of
from galexp.page.repeats import mean_and_spread
from galexp.page.section.base import Section

_COLUMNS = (
    *(Column("configuration"), Column("score")),
    Column("galaxies", digits=0, hint="Of the held-out side, predicted by both."),
    Column("seeds", digits=0),
    Column("never saw such", hint="Score of networks that learned from the other side alone; mean over seeds."),
    Column("saw such", hint="Score of out-of-fold networks that learned from as many galaxies of both sides."),
    Column("gap", hint="The difference; behind ± its paired bootstrap error over galaxies."),
    *(Column("68 % from", hint="Of the paired bootstrap over galaxies."), Column("to")),
    Column("sd over seeds", hint="Of the gap."),
    Column("learned from", digits=0, hint="Galaxies, by networks that never saw such; mean over seeds."),
    Column("and by the others", digits=0, hint="Galaxies, by the out-of-fold networks."),
)
_UNMATCHED = (
    Column("configuration"),
    Column("target"),
    Column("RMSE/scatter", hint="Of the held-out side, over the scatter of that side; mean ± sd over trainings."),
    Column("scatter", hint="Of the held-out side, ddof 1."),
    Column("by chance", hint="Of splits by chance, otherwise the same, over the scatter of theirs."),
    Column("difference"),
)
_TEXT = """The gap is the error on a split's held-out side by networks that learned from the other side alone, minus
the error on those same galaxies by networks that learned from as many galaxies of both sides, the tested ones left
out. Whatever makes these galaxies hard for everybody is in both errors and cancels. A gap above zero, of an error, is
what was lost by never having seen such galaxies. The interval draws galaxies, the same for both, and does not hold
the chance of training."""
_WHY = """As papers compare it: the error over the scatter of the tested galaxies, against that of a split by chance.
The two samples hold other galaxies, so that the difference mixes what a network does not know with how predictable
these galaxies are for anybody, and with how broad the sample is."""


class GeneralizationGap(Section):
    """Measure the gap of every configuration whose split is not by chance, and say which networks it still needs."""

    order = 22

    def part(self, material: Material) -> Part | None:
        """Measure; None where no split holds out a side."""
        found = matchings(material)
        if not found:
            return None
        measured = [(one, *pair) for one in found for pair in _measured(one, material)]
        blocks: list[Block] = [Prose(_TEXT)]
        if measured:
            blocks += [_table(measured), *_pictures(measured, material)]
        blocks += [block for one in found if one.missing for block in _asked_for(one)]
        unmatched = [row for one in found for row in _unmatched(one, material)]
        if unmatched:
            table = DataTable("gap-unmatched", "Normalized errors on other galaxies", _UNMATCHED, tuple(unmatched))
            blocks += [Heading("Unmatched, for comparison"), Prose(_WHY), table]
        return Part("gap", "Generalization gap", tuple(blocks))


def _measured(one: Matching, material: Material) -> Iterator[tuple[Loss, Compared]]:
    if not one.folds:
        return
    runs = list(one.base.values())
    unseen, seen = members(runs), members(one.fold_runs)
    for loss in losses_of(runs[0].settings["task"]):
        if comparable(unseen, seen, loss):
            yield loss, compare(unseen, seen, loss, draws_of(runs[0], material.options), material.options.seed)


def _table(measured: Sequence[tuple[Matching, Loss, Compared]]) -> DataTable:
    rows = []
    for one, loss, found in measured:
        value, low, high, error = (float(number) for number in found.difference)
        what = f"{loss.heading}, {readable(loss.target)}" if loss.target else loss.heading
        learned = _learned(list(one.base.values())), _learned(one.fold_runs)
        numbers = (found.first, found.second, Measured(value, error), low, high, found.training_spread, *learned)
        shown = (None if isinstance(number, float) and math.isnan(number) else number for number in numbers)
        runs = [*one.base.values(), *one.fold_runs]
        rows.append(Row((one.name, what, found.galaxies, len(found.per_member), *shown), mark_of(runs)))
    note = "Where folds are missing, the galaxies of those that are there."
    return DataTable("gap", "Generalization gap, on the same galaxies", _COLUMNS, tuple(rows), note)


def _learned(runs: Sequence[ReportRun]) -> float:
    counts = [counts_of(run) for run in runs]
    return mean_and_spread([float(count.get("train", 0) + count.get("val", 0)) for count in counts]).value


def _pictures(measured: Sequence[tuple[Matching, Loss, Compared]], material: Material) -> Iterator[Picture]:
    for key, target in dict.fromkeys((loss.key, loss.target) for _, loss, _ in measured):
        shown = [found for found in measured if (found[1].key, found[1].target) == (key, target)]
        lines = [
            GapLine(one.name, found.first, found.second, float(found.difference.low), float(found.difference.high))
            for one, _, found in shown
        ]
        loss = shown[0][1]
        unit = unit_of(next(iter(shown[0][0].base.values())), target) if key == "rmse" else ""
        caption = (
            f"{loss.heading} on the held-out side by networks that never saw such galaxies and by out-of-fold ones "
            "that did, and the gap between them with its 68 % interval over galaxies."
        )
        name = "-".join(["gap", key, *([target] if target else [])])
        yield Picture(name, caption, gap_lines(lines, loss.heading, unit, origin=material.origin))


def _asked_for(one: Matching) -> Iterator[Block]:
    number = one.number or FOLDS
    wanted, there = number * len(one.base), sum(map(len, one.folds.values()))
    yield Notice(
        f"{one.name}: {there} of {wanted} out-of-fold runs are there ({number} folds of {len(one.base)} seeds). "
        "This command trains the others, and leaves alone what is finished:"
    )
    yield Code(completing_command(one))


def _unmatched(one: Matching, material: Material) -> Iterator[Row]:
    runs = list(one.base.values())
    chance = by_chance(material, runs[0])
    for target in runs[0].targets:
        scores = [scores_of(run)[target]["all"].get("network_tta", {}) for run in runs]
        if "normalized_rmse" not in scores[0]:
            continue  # classes, and pixels, which are drawn from one view
        ours = mean_and_spread([score["normalized_rmse"] for score in scores])
        scatter = mean_and_spread([score["scatter"] for score in scores]).value
        theirs = [scores_of(run)[target]["all"]["network_tta"]["normalized_rmse"] for run in chance]
        at_random = mean_and_spread(theirs) if theirs else None
        difference = None if at_random is None else ours.value - at_random.value
        yield Row((one.name, readable(target), ours, scatter, at_random, difference), mark_of([*runs, *chance]))
