"""The tables that end a sweep: the spread over runs, and pooled folds."""

from __future__ import annotations

import hashlib
import math
import types
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich import box
from rich.table import Table

from galexp.figure.methods import METHOD_NAMES
from galexp.run.directory import RunDirectory
from galexp.run.name import computed
from galexp.shard.origin import Origin
from galexp.summary.columns import spread_columns
from galexp.summary.ensemble import ensemble_of, say_spread
from galexp.summary.folds import show_folds
from galexp.summary.table import FEW_TARGETS, joint_rmse, start_words
from galexp.terminal import console, say

_NAMED = ("dataset", "split", "model")
_SPREAD = ("seed", "split.seed", "split.of.seed", "split.fold")


def show_sweep(runs: list[RunDirectory]) -> None:
    """Print mean and standard deviation over seeds and folds of each configuration.

    Where its runs held out the same galaxies their ensemble is a row of the tables; folds are pooled.
    """
    for name, members in groups(runs).items():
        has_folds = "fold" in members[0].settings()["split"]
        together = ensemble_of(members, name, has_folds)
        for table in spread_tables(name, members, together):
            console.print(table)
        if has_folds:
            show_folds(name, members)
        if together:
            say_spread(together)
        elif len(members) > 1 and not has_folds:
            say("the seeds held out other galaxies, so there is no ensemble; with split.seed=0 they hold out the same")


def groups(runs: list[RunDirectory], besides: Sequence[str] = ()) -> dict[str, list[RunDirectory]]:
    """Put runs together that differ in seed or fold alone, under a name that says in what the others differ.

    What they learned from is the same too, by the hash of its content; the name says which data it was, and the first
    digits of the hash where data of one name differ.

    Args:
        runs: To be put together; finished ones.
        besides: Further keys of the resolved configuration, with dots, in which runs of a group may differ.
    """
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    flat, names = {}, {}
    for run in runs:
        settings = run.settings()
        names[run.folder] = "-".join(settings["choices"][group] for group in _NAMED)
        flat[run.folder] = {**_data(run), **_flat(computed(settings))}
        by_name[names[run.folder]].append(flat[run.folder])
    found: dict[str, list[RunDirectory]] = defaultdict(list)
    for run in runs:
        words, others = flat[run.folder], by_name[names[run.folder]]
        compared = sorted(set(words) - {*_SPREAD, *besides})
        differs = [key for key in compared if any(other.get(key) != words[key] for other in others)]
        if "data" in differs:
            alike = {other["data_sha256"] for other in others if other["data"] == words["data"]}
            differs = [key for key in differs if key != "data_sha256" or len(alike) > 1]
        found[" ".join([names[run.folder], *(f"{key}={_short(words[key])}" for key in differs)])].append(run)
    return found


def _short(value: Any) -> Any:
    """Return a value as a name shows it; of a long list its length, and a few digits that tell it from others."""
    if not isinstance(value, list) or len(value) <= FEW_TARGETS:
        return value
    return f"[{value[0]}, ... {len(value)} in all, {hashlib.sha256(repr(value).encode()).hexdigest()[:4]}]"


def _data(run: RunDirectory) -> dict[str, str]:
    audit = run.read_json("audit.json")
    return {"data": audit["data_name"], "data_sha256": audit["data_sha256"][:8]}


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in settings.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return found


def spread_tables(
    name: str, runs: list[RunDirectory], together: Mapping[str, Any] = types.MappingProxyType({})
) -> list[Table]:
    """Lay out mean ± sample standard deviation over runs of each method's scores, one table per target.

    Args:
        name: Of what the runs share.
        runs: To be averaged.
        together: Their ensemble, as :func:`galexp.summary.ensemble.ensemble_of` returns it; empty where there is none.
    """
    metrics = [run.metrics() for run in runs]
    origin = Origin(metrics[0]["data"])
    if len(metrics[0]["test"]) > FEW_TARGETS:
        title = f"{name}: {len(runs)} {origin.word}runs, mean ± sd{start_words(metrics[0])}"
        return [_joint_spread(title, [one["test"] for one in metrics], together)]
    tables = []
    for target in metrics[0]["test"]:
        title = f"{target}, {name}: {len(runs)} {origin.word}runs, mean ± sd{start_words(metrics[0])}"
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
        table.add_column("method", no_wrap=True)
        methods = metrics[0]["test"][target]["all"]
        columns = spread_columns(methods["network"])
        for column in columns:
            table.add_column(column.heading, justify="right", no_wrap=True)
        for method in methods:
            scores = [metric["test"][target]["all"][method] for metric in metrics]
            shown = [_spread(scores, column.key) if column.key in scores[0] else "" for column in columns]
            table.add_row(METHOD_NAMES.get(method, method), *shown)
        for method, score in together["test"][target]["all"].items() if together else ():
            shown = [f"{score[column.key]:.4f}" if column.key in score else "" for column in columns]
            table.add_row(f"{METHOD_NAMES[method]} ({together['members']})", *shown)
        tables.append(table)
    return tables


def _joint_spread(title: str, tests: list[dict[str, Any]], together: Mapping[str, Any]) -> Table:
    """Lay out the error over all targets of each method, and over that of the mean, over runs."""
    table = Table(title=f"{len(tests[0])} targets, {title}", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("method", "RMSE over all targets", "over that of the mean"):
        table.add_column(column, justify="left" if column == "method" else "right", no_wrap=True)
    for method in next(iter(tests[0].values()))["all"]:
        scores = [{"rmse": joint_rmse(test, method), "mean": joint_rmse(test, "mean")} for test in tests]
        ratios = [{"over": score["rmse"] / score["mean"]} for score in scores]
        table.add_row(METHOD_NAMES.get(method, method), _spread(scores, "rmse"), _spread(ratios, "over"))
    for method in ("ensemble", "ensemble_tta") if together else ():
        error = joint_rmse(together["test"], method)
        over = np.mean([error / joint_rmse(test, "mean") for test in tests])
        table.add_row(f"{METHOD_NAMES[method]} ({together['members']})", f"{error:.4f}", f"{over:.4f}")
    return table


def _spread(scores: list[dict[str, float]], key: str) -> str:
    values = np.array([score[key] for score in scores], dtype=np.float64)
    spread = np.std(values, ddof=1) if len(values) > 1 else math.nan
    return f"{np.mean(values):.4f}" + (f" ± {spread:.4f}" if math.isfinite(spread) else "")
