"""Scores of groups of runs as rows of tables: mean and spread over trainings, and the chance of the galaxies."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from galexp.page.content import Column, Measured, Row, Value
from galexp.page.members import mark_of, scores_of
from galexp.page.repeats import distinct, mean_and_spread
from galexp.summary.columns import Score, decimals, score_columns, width_columns
from galexp.summary.table import joint_rmse

if TYPE_CHECKING:
    from galexp.page.material import ReportRun

    Scores: TypeAlias = Mapping[str, float]

HINTS = {
    "rmse": "Root mean squared error over the galaxies.",
    "normalized_rmse": "RMSE over the standard deviation of the tested galaxies' own values (ddof 0): 1 is no better "
    "than the mean of the tested galaxies. It depends on how broad that sample is, so that two samples compare badly.",
    "mae": "Mean absolute error.",
    "nmad": "1.4826 times the median of the absolute deviation of the residuals from their median: the width of the "
    "core, blind to outliers and to a bias.",
    "accuracy": "Share of galaxies whose most probable class is the true one; compare with that of always naming the "
    "most frequent class.",
    "roc_auc": "Probability that a member of the class is ranked above one that is not.",
    "average_precision": "Mean precision over the ranking; by chance it is the frequency of the class.",
    "log_loss": "Mean of -log of the probability of the true class [nat].",
    "expected_calibration_error": "Mean distance of probabilities from frequencies; of few galaxies it is too large.",
    "mean_absolute_class_error": "Mean number of classes that a prediction is off.",
    "within_1": "Share of galaxies at most one class off.",
    "within_2": "Share of galaxies at most two classes off.",
    "sigma_scale": "Factor on the network's own errors that validation galaxies call for.",
}
_SCALED = re.compile(r"coverage_(\d+)_scaled")
LEAST_BOOTSTRAPPED = ("rmse", "roc_auc", "accuracy")


class ScoreSet(NamedTuple):
    """The scores of one method on one sample by each network of a group.

    Attributes:
        group: Name of the group.
        runs: Of the group.
        sample: ``all``, ``detections`` or ``unconfused``.
        method: As ``metrics.json`` calls it.
        scores: One a run.
    """

    group: str
    runs: Sequence[ReportRun]
    sample: str
    method: str
    scores: Sequence[Scores]

    def spread(self, key: str) -> Measured | None:
        """Return mean and sample standard deviation over runs; None where a run lacks the score."""
        if not all(key in score for score in self.scores):
            return None
        return mean_and_spread([score[key] for score in self.scores])

    def mean(self, key: str) -> float | None:
        """Return the mean over runs; None where a run lacks the score."""
        found = self.spread(key)
        return None if found is None else found.value


def score_sets(groups: Mapping[str, Sequence[ReportRun]], target: str) -> Iterator[ScoreSet]:
    """Yield the scores of every method of every group that has a target, sample by sample.

    Args:
        groups: Name -> runs.
        target: That is scored.
    """
    for name, runs in groups.items():
        scored = [run for run in distinct(runs) if target in scores_of(run)]
        found = [scores_of(run)[target] for run in scored]
        ways = dict.fromkeys((sample, method) for one in found for sample, methods in one.items() for method in methods)
        for sample, method in ways:
            mine = [place for place, one in enumerate(found) if _has(one, sample, method)]
            scores = [found[place][sample][method] for place in mine]
            yield ScoreSet(name, [scored[place] for place in mine], sample, method, scores)


def _has(scores: Mapping[str, Mapping[str, Scores]], sample: str, method: str) -> bool:
    return method in scores.get(sample, {})


def error_key(scores: Scores) -> str | None:
    """Return the score whose bootstrap error over galaxies is shown; None where there is none."""
    return next((key for key in LEAST_BOOTSTRAPPED if math.isfinite(scores.get(f"{key}_error", math.nan))), None)


def columns_of(sets: Sequence[ScoreSet]) -> tuple[Score, ...]:
    """Return the columns that any of some scores has, each once, in the order in which they come."""
    units = [str(one.runs[0].metrics.get("class_unit", "")) for one in sets]
    found = [score_columns(one.scores[0], unit) for one, unit in zip(sets, units, strict=True)]
    return tuple({column.key: column for columns in found for column in columns}.values())


def width_columns_of(sets: Sequence[ScoreSet]) -> tuple[Score, ...]:
    """Return the columns about the networks' own errors that any of some scores has."""
    found = [width_columns(one.scores[0]) for one in sets]
    return tuple({column.key: column for columns in found for column in columns}.values())


def table_columns(scores: Sequence[Score], unit: str, rmse: float) -> tuple[Column, ...]:
    """Return headings, units and digits of scores.

    Args:
        scores: The columns.
        unit: Of the target.
        rmse: By which the digits of what has a unit are chosen; NaN for four.
    """
    digits = decimals(rmse) if math.isfinite(rmse) else 4
    return tuple(
        Column(
            _heading(score),
            unit if score.has_unit and "[" not in score.heading else "",
            digits if score.has_unit else 4,
            HINTS.get(score.key, ""),
        )
        for score in scores
    )


def _heading(score: Score) -> str:
    """Return the heading of a column; one that is only clear beside its neighbor says of what it is."""
    match = _SCALED.fullmatch(score.key)
    return f"within {match[1]} %, scaled" if match else score.heading


def score_row(one: ScoreSet, scores: Sequence[Score], method: str, has_scatter: bool) -> Row:
    """Return the row of one method: names, networks, galaxies, its scores, bootstrap error and scatter of the truth.

    Args:
        one: What was scored.
        scores: The columns.
        method: What the method is called.
        has_scatter: Whether there is a column for the scatter.
    """
    key = error_key(one.scores[0])
    errors: Value = (
        None if key is None else float(np.nanmean([score.get(f"{key}_error", np.nan) for score in one.scores]))
    )
    head = (one.group, one.sample, method, len(one.scores), one.mean("n"))
    return Row(
        (*head, *(one.spread(score.key) for score in scores), errors, *([one.mean("scatter")] if has_scatter else [])),
        mark_of(one.runs),
    )


def joint_scores(runs: Sequence[ReportRun], method: str) -> tuple[Measured, Measured | None]:
    """Return the RMSE over all targets of one method, and that over the RMSE of the mean where it is known.

    Args:
        runs: Of one group; those without the method are left out.
        method: As ``metrics.json`` calls it, of one run at least.
    """
    scored = [found for found in map(scores_of, distinct(runs)) if _has(next(iter(found.values()), {}), "all", method)]
    errors = [joint_rmse(dict(one), method) for one in scored]
    if any("mean" not in next(iter(one.values()))["all"] for one in scored):
        return mean_and_spread(errors), None
    ratios = [error / joint_rmse(dict(one), "mean") for error, one in zip(errors, scored, strict=True)]
    return mean_and_spread(errors), mean_and_spread(ratios)
