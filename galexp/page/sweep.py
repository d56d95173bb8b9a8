"""The tables that end a sweep: the spread over runs, and pooled folds."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from typing import Any

import numpy as np
from rich import box
from rich.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.evaluation.pool import pooled_rmse
from galexp.figure.run import METHOD_NAMES
from galexp.page.table import FEW_TARGETS, joint_rmse
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin
from galexp.terminal import console, say

_NAMED = ("dataset", "split", "model")
_SPREAD = ("seed", "split.seed", "split.fold")
_NOT_COMPARED = ("choices", "paths", "logger", "force", "verify")


def show_sweep(runs: list[RunDirectory]) -> None:
    """Print mean and standard deviation over seeds and folds of each configuration, and pool the folds of kfold."""
    for name, members in groups(runs).items():
        for table in spread_tables(name, members):
            console.print(table)
        if members[0].settings()["choices"]["split"] == "kfold":
            _show_pooled(name, members)


def groups(runs: list[RunDirectory]) -> dict[str, list[RunDirectory]]:
    """Put runs together that differ in seed or fold alone, under a name that says in what the others differ."""
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    flat = {run.folder: _flat(run.settings()) for run in runs}
    names = {folder: "-".join(words[f"choices.{group}"] for group in _NAMED) for folder, words in flat.items()}
    for folder, words in flat.items():
        by_name[names[folder]].append(words)
    found: dict[str, list[RunDirectory]] = defaultdict(list)
    for run in runs:
        words, others = flat[run.folder], by_name[names[run.folder]]
        compared = sorted(key for key in words if key not in _SPREAD and key.split(".")[0] not in _NOT_COMPARED)
        differs = [key for key in compared if any(other.get(key) != words[key] for other in others)]
        found[" ".join([names[run.folder], *(f"{key}={words[key]}" for key in differs)])].append(run)
    return found


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return found


def spread_tables(name: str, runs: list[RunDirectory]) -> list[Table]:
    """Lay out mean ± sample standard deviation over runs of each method's scores, one table per target."""
    metrics = [run.metrics() for run in runs]
    origin = Origin(metrics[0]["data"])
    if len(metrics[0]["test"]) > FEW_TARGETS:
        return [_joint_spread(f"{name}: {len(runs)} {origin.word}runs, mean ± sd", [one["test"] for one in metrics])]
    tables = []
    for target in metrics[0]["test"]:
        title = f"{target}, {name}: {len(runs)} {origin.word}runs, mean ± sd"
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("method", no_wrap=True)
        for column in ("RMSE", "RMSE/scatter", "NMAD"):
            table.add_column(column, justify="right", no_wrap=True)
        for method in metrics[0]["test"][target]["all"]:
            scores = [metric["test"][target]["all"][method] for metric in metrics]
            cells = [_spread(scores, key) for key in ("rmse", "normalized_rmse", "nmad")]
            table.add_row(METHOD_NAMES.get(method, method), *cells)
        tables.append(table)
    return tables


def _joint_spread(title: str, tests: list[dict[str, Any]]) -> Table:
    """Lay out the error over all targets of each method, and over that of the mean, over runs."""
    table = Table(title=f"{len(tests[0])} targets, {title}", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("method", "RMSE over all targets", "over that of the mean"):
        table.add_column(column, justify="left" if column == "method" else "right", no_wrap=True)
    for method in next(iter(tests[0].values()))["all"]:
        scores = [{"rmse": joint_rmse(test, method), "mean": joint_rmse(test, "mean")} for test in tests]
        ratios = [{"over": score["rmse"] / score["mean"]} for score in scores]
        table.add_row(METHOD_NAMES.get(method, method), _spread(scores, "rmse"), _spread(ratios, "over"))
    return table


def _spread(scores: list[dict[str, float]], key: str) -> str:
    values = np.array([score[key] for score in scores], dtype=np.float64)
    spread = np.std(values, ddof=1) if len(values) > 1 else math.nan
    return f"{np.mean(values):.4f}" + (f" ± {spread:.4f}" if math.isfinite(spread) else "")


def _show_pooled(name: str, runs: list[RunDirectory]) -> None:
    by_seed: dict[int, list[RunDirectory]] = defaultdict(list)
    for run in runs:
        by_seed[run.settings()["seed"]].append(run)
    settings = runs[0].settings()
    complete = [members for members in by_seed.values() if len(members) == settings["split"]["folds"]]
    if not complete:
        say("the folds of no seed are complete: no pooled error")
        return
    tables = [[read_parquet(run.folder / "predictions.parquet") for run in members] for members in complete]
    pooled = {
        f"{method}_{target}": pooled_rmse(tables, target, method, settings["evaluation"]["bootstrap"])
        for target in settings["task"]["targets"]
        for method in ("pred", "pred_tta")
    }
    kind = Origin(runs[0].metrics()["data"])
    mark = "" if kind is Origin.OBSERVED else f" ({kind.upper()})"
    for method, result in pooled.items():
        interval = f"68 % of bootstraps {result.low:.4f} to {result.high:.4f}"
        seeds = ", ".join(f"{value:.4f}" for value in result.per_seed)
        say(f"{method}{mark}: out-of-fold RMSE of {result.galaxies} galaxies {result.rmse:.4f}")
        say(f"  {interval}; each of {len(complete)} seeds: {seeds}")
    path = runs[0].folder.parent / f"cross_validation-{name.replace(' ', '-')}.json"
    content: dict[str, Any] = {"data": str(kind), "runs": [run.name for run in runs], "seeds": sorted(by_seed)}
    content |= {method: result.as_dict() for method, result in pooled.items()}
    path.write_text(json.dumps(content, indent=2) + "\n")
    say(f"written to {path}")
