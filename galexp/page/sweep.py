"""The tables that end a sweep: the spread over runs, and pooled folds."""

from __future__ import annotations

import json
import math
from collections import defaultdict

import numpy as np
from rich import box
from rich.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.evaluation.pool import pooled_rmse
from galexp.figure.run import METHOD_NAMES
from galexp.run.directory import RunDirectory
from galexp.terminal import console, say


def show_sweep(runs: list[RunDirectory]) -> None:
    """Print mean and standard deviation over runs per dataset, split and model, and pool the folds of kfold runs."""
    groups: dict[str, list[RunDirectory]] = defaultdict(list)
    for run in runs:
        choices = run.settings()["choices"]
        groups["-".join(choices[group] for group in ("dataset", "split", "model"))].append(run)
    for name, members in groups.items():
        for table in spread_tables(name, members):
            console.print(table)
        if members[0].settings()["choices"]["split"] == "kfold":
            _show_pooled(members)


def spread_tables(name: str, runs: list[RunDirectory]) -> list[Table]:
    """Lay out mean ± sample standard deviation over runs of each method's scores, one table per target."""
    metrics = [run.read_json("metrics.json") for run in runs]
    mock = "MOCK " if any(metric["data"] == "mock" for metric in metrics) else ""
    tables = []
    for target in metrics[0]["test"]:
        title = f"{target}, {name}: {len(runs)} {mock}runs, mean ± sd"
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


def _spread(scores: list[dict[str, float]], key: str) -> str:
    values = np.array([score[key] for score in scores], dtype=np.float64)
    spread = np.std(values, ddof=1) if len(values) > 1 else math.nan
    return f"{np.mean(values):.4f}" + (f" ± {spread:.4f}" if math.isfinite(spread) else "")


def _show_pooled(runs: list[RunDirectory]) -> None:
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
    for name, result in pooled.items():
        say(
            f"{name}: out-of-fold RMSE of {result.galaxies} galaxies, {len(complete)} seeds: {result.rmse:.4f} "
            f"(68 % of bootstraps {result.low:.4f} to {result.high:.4f}; "
            f"seeds {', '.join(f'{value:.4f}' for value in result.per_seed)})"
        )
    path = runs[0].folder.parent / "cross_validation.json"
    path.write_text(json.dumps({name: result.as_dict() for name, result in pooled.items()}, indent=2) + "\n")
    say(f"written to {path}")
