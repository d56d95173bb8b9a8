"""The table that ends a run."""

from __future__ import annotations

import math
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table

from galexp.figure.run import METHOD_NAMES
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin
from galexp.terminal import console, say

FEW_TARGETS = 4
_OTHER_SPLIT = {"delta5_q80": "delta5_q20", "random": "kfold"}


def show_run(run: RunDirectory) -> None:
    """Print a finished run: scores on the held-out rows, figures, and what to try next."""
    metrics = run.metrics()
    console.print(scores_table(metrics))
    say("figures:")
    for path in sorted(run.figures.glob("*.png")):
        say(f"  {path}")
    choices = run.settings()["choices"]
    words = [
        f"{group}={choices[group]}"
        for group in ("dataset", "quality", "model", "size", "experiment")
        if choices.get(group)
    ]
    other = _OTHER_SPLIT.get(choices["split"], "random")
    if Origin(metrics["data"]) is Origin.SIMULATION:
        other = "camera" if choices["split"] == "simulation" else "simulation"
    say("next:")
    say(f"  python -m galexp train {' '.join(words)} split={other}")
    say(f"  python -m galexp evaluate {run.folder}")
    say("  python -m galexp list")


def scores_table(metrics: dict[str, Any]) -> Group:
    """Lay out the scores of every method on the test rows, one table per target."""
    if len(metrics["test"]) > FEW_TARGETS:
        return joint_tables(metrics)
    origin = Origin(metrics["data"])
    tables = []
    for target, samples in metrics["test"].items():
        table = Table(title=f"{target}: held-out galaxies{origin.whose}", title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("method", no_wrap=True)
        for name in ("n", "RMSE", "RMSE/scatter", "MAE", "NMAD"):
            table.add_column(name, justify="right", no_wrap=True)
        for sample, methods in samples.items():
            if sample != "all":
                table.add_row(f"{sample} only:")
            for method, scores in methods.items():
                table.add_row(METHOD_NAMES.get(method, method), *score_cells(scores))
            table.add_section()
        tables.append(table)
    return Group(*tables)


def score_cells(scores: dict[str, float]) -> list[str]:
    """Return number of galaxies, RMSE with its bootstrap error, RMSE over scatter, MAE and NMAD as texts."""
    digits = decimals(scores["rmse"])
    error = scores.get("rmse_error", math.nan)
    rmse = f"{scores['rmse']:.{digits}f}" + (f" ± {error:.{digits}f}" if math.isfinite(error) else "")
    errors = [f"{scores[name]:.{max(0, digits - 1)}f}" for name in ("mae", "nmad")]
    return [f"{scores['n']:.0f}", rmse, f"{scores['normalized_rmse']:.3f}", *errors]


def decimals(error: float) -> int:
    """Return how many decimals show four digits of an error below 1, and fewer of a larger one.

    Example:
        >>> [decimals(error) for error in (0.0571, 0.571, 25.7, 2570.0)]
        [4, 4, 2, 0]
    """
    is_large = math.isfinite(error) and error >= 1
    return max(0, 3 - math.floor(math.log10(error))) if is_large else 4


def joint_tables(metrics: dict[str, Any]) -> Group:
    """Lay out the error over all targets of each method, sqrt(mean(RMSE^2)), and that of the network on each target.

    The error over all targets has a meaning where these are of one kind, such as the fractions of the same votes.
    """
    test, origin = metrics["test"], Origin(metrics["data"])
    errors = {method: joint_rmse(test, method) for method in next(iter(test.values()))["all"]}
    title = f"{len(test)} targets: held-out galaxies{origin.whose}"
    over_all = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("method", "RMSE over all targets", "over that of the mean"):
        over_all.add_column(name, justify="left" if name == "method" else "right", no_wrap=True)
    for method, error in errors.items():
        over_mean = f"{error / errors['mean']:.3f}" if "mean" in errors else ""
        over_all.add_row(METHOD_NAMES.get(method, method), f"{error:.4f}", over_mean)
    each = Table(title="network + TTA on each", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("target", "n", "RMSE", "RMSE/scatter", "MAE", "NMAD"):
        each.add_column(name, justify="left" if name == "target" else "right", no_wrap=True)
    for target, samples in test.items():
        each.add_row(target, *score_cells(samples["all"]["network_tta"]))
    return Group(over_all, each)


def joint_rmse(test: dict[str, Any], method: str) -> float:
    """Return sqrt(mean over targets of RMSE^2) of one method on all objects."""
    squares = [samples["all"][method]["rmse"] ** 2 for samples in test.values()]
    return math.sqrt(sum(squares) / len(squares))
