"""Errors of networks that were trained in some surroundings and tested in others (Wu 2020, Table 1)."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from galexp.evaluation.nested_variance import NestedVariance, nested_variance
from galexp.figure.methods import readable
from galexp.figure.split_bars import SplitScore, split_bars
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Measured, Part, Picture, Prose, Row
from galexp.page.members import mark_of, scores_of, unit_of
from galexp.page.published import HOW, PublishedNumber, studies
from galexp.page.repeats import differs_in, distinct, mean_and_spread
from galexp.page.section.base import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galexp.page.material import Material, ReportRun

    Key = tuple[str, str, str, str, str, str, str]

SIDES = {"delta5_q20": "denser / emptiest fifth", "delta5_q80": "emptier / densest fifth", "random": "random / random"}
"""Split -> trained on / tested on, in the order of the table."""

METHOD = "network_tta"
_PLACE = "Table 1"
_TEXT = """Each row is one way to choose who is trained on and who is tested: mean ± standard deviation (ddof 1) over
trainings, of predictions averaged over views. The scatter is the standard deviation (ddof 1) of the target among the
tested galaxies, and RMSE / scatter the error in its units, in which rows of different galaxies are compared. The
bootstrap error says how far the RMSE would move with other galaxies of the same kind; a difference between rows is to
be judged by both together. Published values have ddof 0, their overdensities are those of environment=code, and their
random rows hold the spread of splits too, since every repeat drew its own; they are of the network, the
training and the images of the paper, whatever those of the row above are.

The published scatter of the random row of alpha.40 (0.6036) is the logarithm of the standard deviation of the column
of overdensities, not the scatter of the target; its normalized error inherits that."""
_RANDOM = """The ± of the random rows mixes two things: networks that start otherwise, and splits that fall otherwise.
Several trainings on each of several splits tell them apart by an analysis of variance with random effects. A negative
estimate of the variance of splits is given as 0."""


class SplitRuns(NamedTuple):
    """Runs of one survey, split and way to measure overdensities, for one target; in what they differ from others."""

    runs: list[ReportRun]
    target: str
    differs: str

    @property
    def survey(self) -> str:
        """The dataset."""
        return self.runs[0].choices["dataset"]

    @property
    def split(self) -> str:
        """The split."""
        return self.runs[0].choices["split"]

    @property
    def variant(self) -> str:
        """How overdensities were measured; empty where the split does not ask for them."""
        return "" if self.split == "random" else self.runs[0].choices["environment"]

    def values(self, metric: str) -> list[float]:
        """Return one score of each run; NaN where it has none."""
        return [scores_of(run)[self.target]["all"][METHOD].get(metric, math.nan) for run in self.runs]

    def published(self, quantity: str) -> PublishedNumber | None:
        """Return the number of the paper's table that stands beside a score of these runs, of whatever network."""
        numbers = (number for study in studies() for number in study.numbers if number.where == _PLACE)
        wanted = (quantity, METHOD, self.target)
        fitting = (number for number in numbers if (number.quantity, number.method, number.target) == wanted)
        return next((number for number in fitting if number.fits(self.runs[0].settings, besides=HOW)), None)


def split_runs(material: Material) -> list[SplitRuns]:
    """Return the runs of numbers on the three splits, in the order of survey and split.

    A random split does not ask for overdensities, so that runs of it belong together however these were measured.
    """
    found: dict[Key, list[ReportRun]] = defaultdict(list)
    for name, runs in material.groups.items():
        for run in runs if runs[0].choices["split"] in SIDES else ():
            for target in run.targets:
                if "rmse" in scores_of(run)[target]["all"].get(METHOD, {}):
                    found[_key(run, target, differs_in(name))].append(run)
    models = {key[4] for key in found}
    rows = [
        SplitRuns(distinct(runs), target, " ".join(filter(None, (model if len(models) > 1 else "", differs))))
        for (_, target, *_, model, differs, _), runs in found.items()
    ]
    order = list(SIDES)
    return sorted(rows, key=lambda one: (one.survey, one.target, order.index(one.split), one.variant))


def _key(run: ReportRun, target: str, differs: str) -> Key:
    survey, split, model = (run.choices[group] for group in ("dataset", "split", "model"))
    variant = "" if split == "random" else run.choices["environment"]
    return survey, target, split, variant, model, differs, run.metrics["data_sha256"]


class Wu2020Table1(Section):
    """Set error and normalized error of the three splits side by side, under each what was published of it.

    A random row alone is no comparison: a survey and target are shown where some run held out an environment, or where
    several random splits were trained on several times.
    """

    order = 30

    def part(self, material: Material) -> Part | None:
        """Make the table, its figure, and the analysis of variance where the runs allow one."""
        rows = split_runs(material)
        nested = [(one, _nested(one)) for one in rows if one.split == "random"]
        parted = [(one, found) for one, found in nested if found is not None]
        compared = [one for one in rows if one.split != "random"] + [one for one, _ in parted]
        shown = {(one.survey, one.target) for one in compared}
        rows = [one for one in rows if (one.survey, one.target) in shown]
        if not rows:
            return None
        figure = split_bars(_scores(rows), "RMSE / scatter of the tested galaxies", origin=material.origin)
        caption = "Normalized errors of each split; trained on / tested on, and how overdensities were measured."
        blocks: list[Block] = [Prose(_TEXT), _table(rows), Picture("split-errors", caption, figure)]
        if parted:
            blocks += [Prose(_RANDOM), _variances(parted)]
        return Part("wu2020_table1", "Trained here, tested there", tuple(blocks))


def _table(groups: Sequence[SplitRuns]) -> DataTable:
    unit = unit_of(groups[0].runs[0], groups[0].target)
    columns = (
        *(Column("survey"), Column("target"), Column("trained / tested"), Column("overdensity"), Column("differs in")),
        *(Column("runs"), Column("trained on"), Column("tested"), Column("scatter", unit)),
        *(Column("RMSE", unit), Column("bootstrap error", unit, hint="Of the RMSE, over galaxies, mean over runs.")),
        Column("RMSE / scatter"),
    )
    rows = [row for group in groups for row in (_our_row(group), *_their_row(group))]
    return DataTable("split-errors", "Errors by split", columns, tuple(rows)).filled()


def _our_row(group: SplitRuns) -> Row:
    counts = [run.metrics["counts"] for run in group.runs]
    learned = round(sum(count["train"] + count["val"] for count in counts) / len(counts))
    numbers = {metric: mean_and_spread(group.values(metric)) for metric in ("rmse", "normalized_rmse", "scatter", "n")}
    return Row(
        (
            *(group.survey, readable(group.target), SIDES[group.split], group.variant, group.differs),
            *(len(group.runs), learned, round(numbers["n"].value), numbers["scatter"].value, numbers["rmse"]),
            *(mean_and_spread(group.values("rmse_error")).value, numbers["normalized_rmse"]),
        ),
        mark_of(group.runs),
    )


def _their_row(group: SplitRuns) -> list[Row]:
    found = {quantity: group.published(quantity) for quantity in ("rmse", "normalized_rmse", "scatter")}
    error, normalized, scatter = found["rmse"], found["normalized_rmse"], found["scatter"]
    if error is None or normalized is None or scatter is None:
        return []
    head = group.survey, readable(group.target), SIDES[group.split], f"{error.where}", ""
    values = (
        *(None, None, error.n, scatter.value, Measured(error.value, error.error)),
        *(None, Measured(normalized.value, normalized.error)),
    )
    return [Row((*head, *values), PUBLISHED)]


def _scores(groups: Sequence[SplitRuns]) -> dict[str, list[SplitScore]]:
    found: dict[str, list[SplitScore]] = defaultdict(list)
    for group in groups:
        ours = mean_and_spread(group.values("normalized_rmse"))
        error = mean_and_spread(group.values("rmse_error")).value / mean_and_spread(group.values("scatter")).value
        theirs = group.published("normalized_rmse")
        published = (theirs.value, theirs.error) if theirs else (math.nan, math.nan)
        label = "\n".join([SIDES[group.split], *filter(None, (group.variant, group.differs[:40]))])
        found[f"{group.survey}: {readable(group.target)}"].append(SplitScore(label, *ours, error, *published))
    return found


def _nested(group: SplitRuns) -> NestedVariance | None:
    by_split: dict[int, list[float]] = defaultdict(list)
    for run, value in zip(group.runs, group.values("rmse"), strict=True):
        by_split[run.settings["split"]["seed"]].append(value)
    scores = [[value for value in values if math.isfinite(value)] for values in by_split.values()]
    kept = [values for values in scores if values]
    is_nested = len(kept) > 1 and max(map(len, kept)) > 1
    return nested_variance(kept) if is_nested else None


def _variances(parted: Sequence[tuple[SplitRuns, NestedVariance]]) -> DataTable:
    columns = (
        *(Column("survey"), Column("target"), Column("differs in"), Column("splits"), Column("runs")),
        *(Column("mean RMSE"), Column("sd of splits"), Column("sd of trainings")),
        Column("sd of both", hint="What runs scatter by that draw a split and a start each time."),
        *(Column("F", digits=2), Column("p", hint="Of an F as large where splits do not differ.")),
    )
    rows = [
        Row(
            (
                *(group.survey, readable(group.target), group.differs, found.splits, found.scores, found.mean),
                *(math.sqrt(found.split_variance), math.sqrt(found.training_variance)),
                *(found.redrawn_sd, found.f, found.p_value),
            ),
            mark_of(group.runs),
        )
        for group, found in parted
    ]
    negative = [group.survey for group, found in parted if found.split_estimate < 0]
    note = f"The estimate of the variance of splits is negative for {', '.join(negative)}." if negative else ""
    return DataTable("split-variance", "Random splits: what their spread is made of", columns, tuple(rows), note)
