"""The networks of a group of runs: each with the galaxies that it was not shown, folds of one seed together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from galexp.evaluation.ensemble import ensemble, held_out, share_rows
from galexp.page.repeats import distinct
from galexp.shard.origin import least_real
from galexp.split.base import TEST

if TYPE_CHECKING:
    from astropy.table import Table

    from galexp.page.material import ReportRun

Key: TypeAlias = "tuple[int | None, int]"


def member_of(run: ReportRun) -> Key:
    """Return the seeds of split and training, which the folds of one cross-validation share."""
    return run.settings["split"].get("seed"), run.settings["seed"]


def has_folds(runs: Sequence[ReportRun]) -> bool:
    """Tell whether each run holds out one fold of several."""
    return "fold" in runs[0].settings["split"]


def fold_of(run: ReportRun) -> int | None:
    """Return the number of the fold that a run holds out; None where its split has none."""
    return run.settings["split"].get("fold")


def members(runs: Sequence[ReportRun]) -> dict[Key, Table]:
    """Return the held-out predictions of each seed; where there are folds, those of all of its folds that are there.

    Args:
        runs: Of one group; those that were scored on nothing are passed over, and one that two studies trained counts
            once.

    Raises:
        ValueError: where two folds of a seed hold out the same galaxy.
    """
    by_key: dict[Key, list[Table]] = {}
    for run in distinct(runs):
        if run.targets:
            by_key.setdefault(member_of(run), []).append(run.predictions)
    return {key: held_out(tables) for key, tables in by_key.items()}


def together(runs: Sequence[ReportRun]) -> Table:
    """Return one table of a group's held-out galaxies, each once.

    Where all seeds predicted the same galaxies it holds the mean of the networks and their spread, and else the
    galaxies of the first seed.

    Args:
        runs: Of one group, scored on something.
    """
    tables = list(members(runs).values())
    is_predicted = any(name.startswith("pred_tta_") for name in tables[0].colnames)
    return ensemble(tables) if len(tables) > 1 and is_predicted and share_rows(tables) else tables[0]


def names_network(runs: Sequence[ReportRun]) -> str:
    """Say whose predictions :func:`together` returns, for a caption."""
    tables = list(members(runs).values())
    if len(tables) > 1 and share_rows(tables):
        return f"mean of {len(tables)} networks"
    folds = sum(member_of(run) == member_of(runs[0]) for run in distinct(runs))
    of_folds = f", {folds} folds" if has_folds(runs) else ""
    return f"seed {member_of(runs[0])[1]}{of_folds}" if len(runs) > 1 else "one network"


def counts_of(run: ReportRun) -> dict[str, int]:
    """Return the number of rows of each role."""
    return {role: int(number) for role, number in run.metrics["counts"].items()}


def mark_of(runs: Sequence[ReportRun]) -> str:
    """Return the mark of rows about these runs: MOCK, SIMULATION, or nothing for observed galaxies.

    A mock in any of them, also behind the weights that it started from, is one in what they come to together.
    """
    return least_real(run.origin for run in runs).label


def unit_of(run: ReportRun, target: str) -> str:
    """Return the unit of a target, empty where it has none."""
    column = f"true_{target}"
    if column not in run.predictions.colnames:
        return ""
    unit = run.predictions[column].unit
    return str(unit) if unit is not None else ""


def scores_of(run: ReportRun) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Return target -> sample -> method -> metric of the held-out side, empty where nothing was scored."""
    found: dict[str, Any] = run.metrics.get(TEST, {})
    return found
