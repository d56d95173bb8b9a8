"""What a cross-validation ends with: scores over all galaxies, each predicted by the network that did not see it."""

from __future__ import annotations

import functools
import json
import pathlib
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galexp.catalog.parquet import read_parquet
from galexp.evaluation.classes import probabilities_of
from galexp.evaluation.pool import Pooled, pooled, pooled_rmse
from galexp.metric import classification
from galexp.run.directory import RunDirectory
from galexp.run.name import file_stem
from galexp.shard.origin import Origin
from galexp.summary.columns import ORDERED_CLASSES
from galexp.task.label import class_names, truth_columns
from galexp.terminal import say

if TYPE_CHECKING:
    from astropy.table import Table

Folds = list[list["Table"]]
_MEANS = ("accuracy", "log_loss", "within_1", "within_2", "mean_absolute_class_error")
_INFIXES = {"": "", "tta_": " with TTA"}


def complete_folds(runs: Sequence[RunDirectory]) -> dict[int, list[RunDirectory]]:
    """Return the runs of each seed whose folds are complete."""
    by_seed: dict[int, list[RunDirectory]] = defaultdict(list)
    for run in runs:
        by_seed[run.settings()["seed"]].append(run)
    number = runs[0].settings()["split"]["folds"]
    return {seed: members for seed, members in sorted(by_seed.items()) if len(members) == number}


def show_folds(name: str, runs: Sequence[RunDirectory]) -> None:
    """Print the out-of-fold scores of a cross-validation over its seeds, and write them beside the runs."""
    settings = runs[0].settings()
    if not truth_columns(settings["task"]):
        return
    complete = complete_folds(runs)
    if not complete:
        say("the folds of no seed are complete: no pooled error")
        return
    tables = [[read_parquet(run.folder / "predictions.parquet") for run in members] for members in complete.values()]
    task, draws = settings["task"], settings["evaluation"]["bootstrap"]
    found = _classes(tables, task, draws) if "classes" in task else _numbers(tables, task, draws)
    kind = Origin(runs[0].metrics()["data"])
    mark = "" if kind is Origin.OBSERVED else f" ({kind.upper()})"
    for method, scores in found.items():
        for heading, result in scores.items():
            seeds = ", ".join(f"{value:.4f}" for value in result.per_seed)
            say(f"{method}{mark}: out-of-fold {heading} of {result.galaxies} galaxies {result.value:.4f}")
            say(f"  68 % of bootstraps {result.low:.4f} to {result.high:.4f}; each of {len(complete)} seeds: {seeds}")
    path = runs[0].folder.parent / f"cross_validation-{file_stem(name)}.json"
    _write(path, {"data": str(kind), "name": name}, found, runs)
    say(f"written to {path}")


def _write(
    path: pathlib.Path, head: dict[str, Any], found: dict[str, dict[str, Pooled]], runs: Sequence[RunDirectory]
) -> None:
    seeds = sorted({run.settings()["seed"] for run in runs})
    content: dict[str, Any] = {**head, "runs": [run.name for run in runs], "seeds": seeds}
    content |= {method: {heading: one.as_dict() for heading, one in scores.items()} for method, scores in found.items()}
    path.write_text(json.dumps(content, indent=2) + "\n")


def _numbers(tables: Folds, task: dict[str, Any], draws: int) -> dict[str, dict[str, Pooled]]:
    return {
        f"{method}_{target}": {"RMSE": pooled_rmse(tables, target, method, draws)}
        for target in truth_columns(task)
        for method in ("pred", "pred_tta")
    }


def _classes(tables: Folds, task: dict[str, Any], draws: int) -> dict[str, dict[str, Pooled]]:
    """Pool what is a mean over galaxies.

    Areas under curves are not pooled: they would compare galaxies that other networks, started from the frequencies of
    other folds, have ranked. Nor is the calibration error, which a bootstrap makes larger.
    """
    names, (label,) = class_names(task), truth_columns(task)
    kept = _MEANS if task.get("ordered") else _MEANS[:2]
    columns = [column for column in ORDERED_CLASSES if column.key in kept]
    found: dict[str, dict[str, Pooled]] = {}
    for infix, words in _INFIXES.items():

        def read(table: Table, infix: str = infix) -> tuple[np.ndarray, np.ndarray]:
            return probabilities_of(table, names, infix), np.asarray(table[f"true_{label}"])

        scores = {one.heading: pooled(tables, read, functools.partial(_score, one.key), draws) for one in columns}
        found[f"{label}{words}"] = scores
    return found


def _score(key: str, probabilities: np.ndarray, labels: np.ndarray) -> float:
    preds, truth = torch.from_numpy(probabilities), torch.from_numpy(labels).long()
    if key.startswith("within_"):
        return float(classification.within_k(preds, truth, int(key.removeprefix("within_"))))
    return float(getattr(classification, key)(preds, truth))
