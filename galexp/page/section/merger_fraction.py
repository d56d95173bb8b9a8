"""How many galaxies merge, by the votes that a network predicts; and what that means a Gyr."""

from __future__ import annotations

import dataclasses

import numpy as np
from astropy.table import Table

from galexp.catalog.merger_rates import ASSUMED_TIMES, COUNTS_OF_A_MERGER, FINDINGS, OBSERVABILITY, READ
from galexp.catalog.vote_tree import ANSWER_NAMES
from galexp.evaluation.merger_rate import (
    Fraction,
    corrected_fraction,
    expected_fraction,
    fit_truth,
    fraction_above,
    merger_rate,
)
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Heading, Measured, Notice, Part, Prose, Row
from galexp.page.evaluations import evaluations
from galexp.page.material import Material, Options, ReportRun
from galexp.page.prepared import leader
from galexp.page.section.base import Section
from galexp.split.base import VAL

MERGER = "odd_type_merger"
_SELECTION = (
    "The galaxies of the competition were chosen to span morphology, color and size (this is remembered, not read): "
    "they are no fair sample of a volume, and limited by flux, not by mass. Major mergers and minor ones count alike, "
    "so does a companion in the line of sight, and of galaxies farther away volunteers see more as merged. A fraction "
    "of such a sample is no fraction of a population, and each rate below inherits that."
)
_DEFINITION = (
    "A predicted vote fraction of a merger is the probability that a volunteer calls the galaxy odd and then a merger; "
    "it is not to be multiplied by that of odd again. Its mean is the expected share of votes; the share of galaxies "
    "above a threshold counts those on which volunteers agree, and is another quantity. The corrected mean follows the "
    "line of true on predicted fractions of galaxies that the network did not learn from. Errors are bootstraps over "
    "galaxies, without the spread of trainings."
)
_FRACTION_COLUMNS = (
    Column("run"),
    Column("galaxies of"),
    Column("n", digits=0),
    Column("mean fraction"),
    Column("corrected mean", hint="After the line of truth on prediction; empty where no such galaxies are known."),
    Column("true mean", hint="Where volunteers were asked; the check of both."),
)
_LINE_COLUMNS = (
    Column("run"),
    Column("n", digits=0),
    Column("intercept"),
    Column("slope", digits=3, hint="1 where the mean truth of galaxies predicted alike is what is predicted."),
)
_RATE_COLUMNS = (
    Column("observability time", "Gyr", digits=1),
    Column("mergers an image", digits=1),
    Column("if"),
    Column("rate", "1/Gyr", hint="Mergers of a galaxy in a Gyr: mergers an image times fraction over time."),
)
_TIME_COLUMNS = (
    Column("method"),
    Column("shortest", "Gyr", digits=1),
    Column("longest", "Gyr", digits=1),
    Column("source"),
    Column("evidence"),
)


@dataclasses.dataclass(frozen=True)
class Asked:
    """Galaxies whose mergers are counted.

    Args:
        run: Whose network predicts.
        name: Of the galaxies.
        table: Predictions.
        mark: Of a row.
    """

    run: ReportRun
    name: str
    table: Table
    mark: str

    @property
    def preds(self) -> np.ndarray:
        """Predicted fractions, averaged over views."""
        return np.asarray(self.table[f"pred_tta_{MERGER}"], dtype=np.float64)

    @property
    def truth(self) -> np.ndarray:
        """True fractions, NaN where nobody was asked."""
        return np.asarray(self.table[f"true_{MERGER}"], dtype=np.float64)


class MergerFraction(Section):
    """Estimate the merger fraction of galaxies without labels, or of the held-out ones, and rates that go with it.

    Args:
        thresholds: Of the fraction of galaxies above them.
    """

    order = 35

    def __init__(self, thresholds: list[float]) -> None:
        self.thresholds = thresholds

    def part(self, material: Material) -> Part | None:
        """Estimate for each run that learned vote fractions; the rates are those of the best on validation rows."""
        runs = [run for run in material.runs if run.targets == ANSWER_NAMES]
        if not runs:
            return None
        asked, notices = _asked_of(runs)
        blocks: list[Block] = [Prose(f"{_DEFINITION}\n\n{_SELECTION}"), *notices]
        if asked:
            best = leader([one.run for one in asked])
            chosen = next(one for one in asked if one.run is best)
            lines = _lines([run for run in runs if _known(run) is not None])
            blocks += [self._fractions(asked, material.options), *lines, *_rates(chosen, material.options)]
        return Part("merger_fraction", "Merger fraction and merger rate", (*blocks, _times(), _literature()))

    def _fractions(self, asked: list[Asked], options: Options) -> DataTable:
        above = [Column(f"share above {threshold:g}") for threshold in self.thresholds]
        columns = (*_FRACTION_COLUMNS[:4], *above, *_FRACTION_COLUMNS[4:])
        return DataTable(
            "merger_fraction",
            "Merger fraction by vote fractions",
            columns,
            tuple(self._row(one, options) for one in asked),
        )

    def _row(self, one: Asked, options: Options) -> Row:
        facts = (options.draws, options.seed)
        shares = [Measured(*fraction_above(one.preds, threshold, *facts)) for threshold in self.thresholds]
        mean, corrected = expected_fraction(one.preds, *facts), _corrected(one, options)
        known = one.truth[np.isfinite(one.truth)]
        truth = Measured(*expected_fraction(known, *facts)) if len(known) else None
        values = (Measured(*mean), *shares, Measured(*corrected) if corrected else None, truth)
        return Row((one.run.name, one.name, len(one.preds), *values), one.mark)


def _asked_of(runs: list[ReportRun]) -> tuple[list[Asked], list[Notice]]:
    """Return galaxies without labels that the runs were evaluated on, else the held-out rows of each run."""
    asked, notices = [], []
    for evaluation in (found for run in runs for found in evaluations(run) if found.is_unlabeled(MERGER)):
        if evaluation.data is None:
            folder = evaluation.provenance["data_folder"]
            text = (
                f"The evaluation {evaluation.name} is left out: {folder} is not on this disk as it was predicted, so "
            )
            notices.append(Notice(f"{text}that it cannot be told whether its galaxies are of the sky."))
        else:
            mark = evaluation.data.origin.label or evaluation.run.origin.label
            asked.append(Asked(evaluation.run, evaluation.data.folder.name, evaluation.held_out, mark))
    if asked:
        return asked, notices
    notices.append(Notice(_held_out_text(runs[0])))
    return [Asked(run, "held-out rows", run.held_out, run.origin.label) for run in runs], notices


def _held_out_text(run: ReportRun) -> str:
    return (
        "No run here was evaluated on galaxies without labels, so that the fractions are those of its held-out rows, "
        "whose truth is known. For others, prepare their images and predict: python -m galexp prepare dataset=gz2 "
        "dataset.catalog=images_test_rev1.zip imaging=zip paths.data=unlabeled; python -m galexp evaluate "
        f"{run.directory.folder} dataset=gz2 dataset.catalog=images_test_rev1.zip imaging=zip paths.data=unlabeled"
    )


def _known(run: ReportRun) -> Asked | None:
    """Return the validation rows of a run, whose truth is known and which it did not learn from."""
    table = run.predictions
    is_known = np.isfinite(np.asarray(table[f"true_{MERGER}"], dtype=np.float64))
    rows = table[(np.asarray(table["role"]) == VAL) & is_known]
    return Asked(run, "validation rows", rows, run.origin.label) if len(rows) else None


def _corrected(one: Asked, options: Options) -> Fraction | None:
    known = _known(one.run)
    if known is None or fit_truth(known.truth, known.preds) is None:
        return None
    return corrected_fraction(one.preds, known.truth, known.preds, options.draws, options.seed)


def _lines(runs: list[ReportRun]) -> list[Block]:
    rows = []
    for known in filter(None, map(_known, runs)):
        line = fit_truth(known.truth, known.preds)
        if line is not None:
            errors = Measured(line.intercept, line.intercept_error), Measured(line.slope, line.slope_error)
            rows.append(Row((known.run.name, line.galaxies, *errors), known.mark))
    note = (
        "By least squares. The rows also chose the epoch, so that predictions fit them a little better than others. "
        "Where the slope cannot be told from 0 the network tells no mergers apart, and the corrected mean says no more "
        "than the true mean of these rows."
    )
    title = "True on predicted merger fraction, validation rows"
    return [DataTable("merger_line", title, _LINE_COLUMNS, tuple(rows), note)] if rows else []


def _rates(one: Asked, options: Options) -> list[Block]:
    corrected = _corrected(one, options)
    fraction = corrected or expected_fraction(one.preds, options.draws, options.seed)
    which = "corrected mean" if corrected else "uncorrected mean"
    rows = [
        Row((time, count, words, Measured(*(merger_rate(part, time, count) for part in fraction))), one.mark)
        for time in ASSUMED_TIMES
        for words, count in COUNTS_OF_A_MERGER.items()
    ]
    note = (
        f"Of the {which} {fraction.value:.4f} of {one.name} by {one.run.name}, with every merger that is seen a true "
        "one (chance companions lower each rate by their share). The error is that of the fraction alone: the "
        "assumptions of a row matter far more."
    )
    heading = Heading("From a fraction to a rate")
    return [heading, DataTable("merger_rate", "Merger rate under each assumption", _RATE_COLUMNS, tuple(rows), note)]


def _times() -> DataTable:
    rows = tuple(Row(tuple(entry), PUBLISHED if entry.evidence == READ else "") for entry in OBSERVABILITY)
    note = "What is quoted from memory wants a look at the paper before it is relied on."
    return DataTable("observability", "For how long a merger is seen as one", _TIME_COLUMNS, rows, note)


def _literature() -> DataTable:
    rows = tuple(Row((what, value), PUBLISHED) for what, value in FINDINGS)
    note = (
        "From the abstract of Lotz et al. (2011, ApJ 742, 103), which gives how rates change and no level; their "
        "figures have rates of a galaxy a Gyr, against which only a row of the table of rates, with its assumptions, "
        "can be held."
    )
    return DataTable("merger_literature", "What was published of rates", (Column("of"), Column("value")), rows, note)
