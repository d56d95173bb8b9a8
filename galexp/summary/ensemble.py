"""The row that several networks make together, where they predicted the same galaxies."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.evaluation.ensemble import SPREAD, ensemble, ensemble_scores, held_out, share_rows
from galexp.run.directory import RunDirectory
from galexp.run.name import file_stem
from galexp.shard.origin import Origin
from galexp.summary.folds import complete_folds
from galexp.summary.table import scores_table
from galexp.task.label import truth_columns
from galexp.terminal import console, say

if TYPE_CHECKING:
    from astropy.table import Table


def ensemble_of(runs: Sequence[RunDirectory], name: str, has_folds: bool) -> dict[str, Any]:
    """Average the predictions of runs that held out the same galaxies, and write them beside the first of them.

    Args:
        runs: That differ in seed and fold alone, or evaluations of several networks on the same rows.
        name: Of what they share, for the files.
        has_folds: Whether the runs of a seed are the folds of a cross-validation. Each seed is then one member, whose
            prediction of a galaxy is that of the fold that did not see it.

    Returns:
        target -> sample -> method -> metric, with ``members``; empty where there are not two that share their rows, or
        no targets.
    """
    settings = runs[0].settings()
    members = _members(runs, has_folds)
    if len(members) < 2 or not truth_columns(settings["task"]) or not share_rows(members):
        return {}
    table = ensemble(members)
    metrics = runs[0].metrics()
    draws = 0 if Origin(metrics["data"]) is Origin.SIMULATION else settings["evaluation"]["bootstrap"]
    scores = ensemble_scores(table, settings["task"], draws, settings["seed"], metrics.get("class_width"))
    spread = {target: float(np.mean(table[f"{SPREAD}_{target}"])) for target in truth_columns(settings["task"])}
    path = runs[0].folder.parent / f"ensemble-{file_stem(name)}"
    write_parquet(table, path.with_name(path.name + ".parquet"))
    content = {"data": metrics["data"], "name": name, "runs": [run.name for run in runs], "members": len(members)}
    content |= {"mean_spread": spread, "test": scores}
    path.with_name(path.name + ".json").write_text(json.dumps(content, indent=2) + "\n")
    return {"members": len(members), "mean_spread": spread, "test": scores, "path": path}


def _members(runs: Sequence[RunDirectory], has_folds: bool) -> list[Table]:
    groups: list[list[RunDirectory]] = list(complete_folds(runs).values()) if has_folds else [[run] for run in runs]
    return [held_out([read_parquet(run.folder / "predictions.parquet") for run in group]) for group in groups]


def show_together(evaluations: Sequence[RunDirectory]) -> None:
    """Print what several networks make together of the rows that all of them were evaluated on.

    Raises:
        ValueError: where they have other tasks.
    """
    tasks = [evaluation.settings()["task"] for evaluation in evaluations]
    if any(task != tasks[0] for task in tasks):
        raise ValueError("the runs have different tasks, so that they make no ensemble; evaluate those of one task")
    found = ensemble_of(evaluations, evaluations[0].name, has_folds=False) if _have_scores(evaluations) else {}
    if not found:
        say("the runs were not scored on the same galaxies: no ensemble")
        return
    console.print(scores_table({**evaluations[0].metrics(), "test": found["test"]}))
    say_spread(found)


def _have_scores(evaluations: Sequence[RunDirectory]) -> bool:
    return all(evaluation.is_finished for evaluation in evaluations)


def say_spread(found: dict[str, Any]) -> None:
    """Say how far the members of an ensemble differ, and where it was written."""
    members, path = found["members"], pathlib.Path(found["path"])
    for target, spread in list(found["mean_spread"].items())[:4]:
        say(f"ensemble of {members}: {target} differs by {spread:.4g} between networks (mean over galaxies of the sd)")
    say(f"written to {path.with_name(path.name + '.parquet')}")
