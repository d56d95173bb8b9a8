"""The table that ends a run."""

from __future__ import annotations

import math
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table

from galexp.command import Command
from galexp.figure.methods import METHOD_NAMES
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin
from galexp.summary.columns import REGRESSION, cells, score_columns, width_columns
from galexp.terminal import console, say

FEW_TARGETS = 4
_OTHER_SPLIT = {"delta5_q80": "delta5_q20", "random": "kfold"}


def show_run(run: RunDirectory, command: Command) -> None:
    """Print a finished run: scores on the held-out rows, figures, and what to try after the command that made it."""
    metrics = run.metrics()
    console.print(scores_table(metrics))
    say("figures:")
    for path in sorted(run.figures.glob("*.png")):
        say(f"  {path}")
    split = run.settings()["choices"]["split"]
    other = _OTHER_SPLIT.get(split, "random")
    if Origin(metrics["data"]) is Origin.SIMULATION:
        other = "camera" if split == "simulation" else "simulation"
    say("next:")
    say(f"  {command.with_word('split', other).line}")
    say(f"  python -m galexp evaluate {run.folder}")
    say("  python -m galexp list")


def start_words(metrics: dict[str, Any]) -> str:
    """Return what a title says of the weights that the network of a recipe started from."""
    return f", pretrained={metrics['pretrained']}" if metrics.get("recipe") else ""


def scores_table(metrics: dict[str, Any]) -> Group:
    """Lay out the scores of every method on the test rows, one table per target."""
    if len(metrics["test"]) > FEW_TARGETS:
        return joint_tables(metrics)
    tables = [_target_table(target, samples, metrics) for target, samples in metrics["test"].items()]
    return Group(*tables, *filter(None, (_width_table(*item) for item in metrics["test"].items())))


def _width_table(target: str, samples: dict[str, Any]) -> Table | None:
    """Lay out how many galaxies lie within the errors that the network gives itself, where it gives any."""
    methods = {method: scores for method, scores in samples["all"].items() if width_columns(scores)}
    if not methods:
        return None
    title = f"{target}: share of galaxies within the network's own intervals (scaled: by what val calls for)"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    columns = width_columns(next(iter(methods.values())))
    for name in ("method", "n", *(column.heading for column in columns)):
        table.add_column(name, justify="left" if name == "method" else "right", no_wrap=True)
    for method, scores in methods.items():
        table.add_row(METHOD_NAMES.get(method, method), *cells(scores, columns))
    return table


def _target_table(target: str, samples: dict[str, Any], metrics: dict[str, Any]) -> Table:
    title = f"{target}: held-out galaxies{Origin(metrics['data']).whose}{start_words(metrics)}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    columns = score_columns(next(iter(samples["all"].values())), metrics.get("class_unit", ""))
    table.add_column("method", no_wrap=True)
    for name in ("n", *(column.heading for column in columns)):
        table.add_column(name, justify="right", no_wrap=True)
    for sample, methods in samples.items():
        if sample != "all":
            table.add_row(f"{sample} only:")
        for method, scores in methods.items():
            table.add_row(METHOD_NAMES.get(method, method), *cells(scores, columns))
        table.add_section()
    return table


def joint_tables(metrics: dict[str, Any]) -> Group:
    """Lay out the error over all targets of each method, sqrt(mean(RMSE^2)), and that of the network on each target.

    The error over all targets has a meaning where these are of one kind, such as the fractions of the same votes.
    """
    test, origin = metrics["test"], Origin(metrics["data"])
    errors = {method: joint_rmse(test, method) for method in next(iter(test.values()))["all"]}
    title = f"{len(test)} targets: held-out galaxies{origin.whose}{start_words(metrics)}"
    over_all = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("method", "RMSE over all targets", "over that of the mean"):
        over_all.add_column(name, justify="left" if name == "method" else "right", no_wrap=True)
    for method, error in errors.items():
        over_mean = f"{error / errors['mean']:.3f}" if "mean" in errors else ""
        over_all.add_row(METHOD_NAMES.get(method, method), f"{error:.4f}", over_mean)
    shown = next(method for method in errors if method.endswith("_tta"))
    each = Table(title=f"{METHOD_NAMES[shown]} on each", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("target", "n", *(column.heading for column in REGRESSION)):
        each.add_column(name, justify="left" if name == "target" else "right", no_wrap=True)
    for target, samples in test.items():
        each.add_row(target, *cells(samples["all"][shown], REGRESSION))
    return Group(over_all, each, *_broken_sums(metrics))


def _broken_sums(metrics: dict[str, Any]) -> list[str]:
    """Return a line on how well votes obey the sums of their tree, where they are votes."""
    if "votes" not in metrics:
        return []
    votes = metrics["votes"]
    mean, largest = votes["tta_mean_broken_sum"], votes["tta_largest_broken_sum"]
    return [f"sums of the decision tree are broken by {mean:.2g} on average, by {largest:.2g} at most"]


def joint_rmse(test: dict[str, Any], method: str) -> float:
    """Return sqrt(mean over targets of RMSE^2) of one method on all objects."""
    squares = [samples["all"][method]["rmse"] ** 2 for samples in test.values()]
    return math.sqrt(sum(squares) / len(squares))
