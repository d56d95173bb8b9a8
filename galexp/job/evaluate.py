"""Evaluate one trained run, on its own test rows or on other data."""

from __future__ import annotations

import copy
import datetime
import warnings
from typing import Any

import numpy as np
from astropy.table import Table

from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.command import Command
from galexp.config import UsageError
from galexp.datamodule import GalaxyDataModule
from galexp.dataset.location import settled
from galexp.evaluation.predict import load_weights
from galexp.evaluation.run import evaluate
from galexp.figure.run import run_figures, save_figures
from galexp.preparation.open import announce, open_data
from galexp.run.directory import RunDirectory
from galexp.run.name import run_hash
from galexp.run.provenance import provenance
from galexp.run.start import learned_by, started_from
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.summary.table import scores_table
from galexp.target import instantiate
from galexp.task.build import build_task
from galexp.task.label import labeled, truth_columns, width_fault
from galexp.terminal import console, progress_bar, say
from galexp.trainer import interruptible, make_trainer, quiet

_ELSEWHERE = ("paths", "dataset", "imaging", "environment", "split", "mock", "quality", "size")
_OF_THE_NETWORK = (
    *("model", "layers", "task", "loss", "optimizer", "schedule"),
    *("callback", "trainer.lr_find", "seed", "experiment"),
)


def evaluate_run(run: RunDirectory, command: Command) -> RunDirectory:
    """Predict with one run's network, write an evaluation below its folder, and return the evaluation's own."""
    saved = run.settings()
    run.check_unedited()
    learned = learned_by(run)
    settings, changed = settings_of(saved, command)
    started = datetime.datetime.now(datetime.UTC)
    data = open_data(settings)
    announce(data)
    check_unchanged(run, data, changed)
    roles = roles_of(run, settings, data, changed)
    settings = labeled(without_lost_width(settled(settings, data.folder), data), data.catalog)
    rows = settings["choices"]["split"] if "split" in changed or not changed else "all"
    name = f"{data.folder.name}-{rows}-{run_hash(settings, data.folder.name)}"
    target = RunDirectory(run.folder / "evaluations" / name)
    target.start(settings, anew=True)
    result_of(run, settings, data, roles, target, learned)
    origin = {"run": run.name, "data_folder": str(data.folder), "data_sha256": data.manifest.content_sha256}
    target.write_json("provenance.json", provenance(started, **origin))
    if (target.folder / "metrics.json").is_file():
        console.print(scores_table(target.metrics()))
    return target


def check_unchanged(run: RunDirectory, data: PreparedData, changed: set[str]) -> None:
    """Refuse data that is not what a run was trained on, unless other data is named.

    Raises:
        ValueError: naming the data.
    """
    if not changed and run.read_json("audit.json")["data_sha256"] != data.manifest.content_sha256:
        raise ValueError(
            f"{data.folder} no longer holds what {run.folder} was trained on; name what to evaluate on, such as "
            "dataset=NAME, or train again"
        )


def without_lost_width(settings: dict[str, Any], data: PreparedData) -> dict[str, Any]:
    """Return settings without the width of a class where the data does not have it, with a warning."""
    fault = width_fault(settings["task"], data.catalog)
    if fault is None:
        return settings
    warnings.warn(f"{fault}: the class error in its unit is left out", stacklevel=2)
    return {**settings, "task": {**settings["task"], "width_column": None}}


def settings_of(saved: dict[str, Any], command: Command) -> tuple[dict[str, Any], set[str]]:
    """Return the run's settings with the words of this command on top, and the groups that were changed.

    Raises:
        UsageError: for a word that would change the trained network, or that the configuration does not know.
    """
    keys = [word.lstrip("+~").split("=")[0] for word in command.overrides]
    changed = {key.split(".")[0] for key in keys}
    for name in _OF_THE_NETWORK:
        if name in changed or name in keys:
            raise UsageError(f"{name} belongs to the trained network; train another run to change it")
    settings = copy.deepcopy(saved)
    if keys:
        needed = sorted(({"dataset", "size", "environment"} | changed) & set(saved["choices"]) - set(keys))
        fresh = command.settings(f"seed={saved['seed']}", *(f"{group}={saved['choices'][group]}" for group in needed))
        if {"dataset", "size"} & set(keys):
            keys += ["imaging", "mock", "quality"]
        for key in keys:
            _take(settings, fresh, key)
    return settings, changed & set(_ELSEWHERE)


def _take(settings: dict[str, Any], fresh: dict[str, Any], key: str) -> None:
    """Replace what stands under a dotted key, and the choice where the key is a group."""
    if key in fresh["choices"]:
        settings["choices"][key] = fresh["choices"][key]
    *path, last = key.split(".")
    for name in path:
        settings, fresh = settings.setdefault(name, {}), fresh.get(name, {})
    if last in fresh:
        settings[last] = fresh[last]


def roles_of(run: RunDirectory, settings: dict[str, Any], data: PreparedData, changed: set[str]) -> np.ndarray:
    """Return which rows are tested: never one that the network learned from, with a label or beside those.

    Raises:
        ValueError: where none is left.
    """
    before = read_parquet(run.folder / "split.parquet")
    learned = np.isin(before["role"], (TRAIN, VAL))
    same_survey = run.settings()["choices"]["dataset"] == settings["choices"]["dataset"]
    known = np.isin(data.catalog["sha256"], before["sha256"][learned])
    if same_survey:
        known |= np.isin(data.catalog["id"], before["id"][learned])
    known |= _shown_beside(run, data)
    shows = ~np.asarray(data.catalog["image_is_blank"], dtype=bool)
    if changed:
        is_test = instantiate(settings["split"]).assign(data.catalog) == TEST if "split" in changed else shows
        roles = np.where(is_test & shows & ~known, TEST, UNUSED)
    else:
        role_before = dict(zip(before["id"].tolist(), before["role"].tolist(), strict=True))
        past = np.array([role_before.get(name, UNUSED) for name in data.catalog["id"].tolist()])
        roles = np.where(shows, past, UNUSED)
    if not np.any(roles == TEST):
        raise ValueError(f"no galaxy of {data.folder} is left to test: the network learned from all that are asked for")
    return roles


def _shown_beside(run: RunDirectory, data: PreparedData) -> np.ndarray:
    """Return which rows a run was shown without a label: the same image, or identifier of the same survey."""
    path = run.folder / "unlabeled.parquet"
    if not path.is_file():
        return np.zeros(len(data), dtype=bool)
    shown = read_parquet(path)
    of_survey = shown["id"][shown["survey"] == data.manifest.dataset]
    return np.isin(data.catalog["sha256"], shown["sha256"]) | np.isin(data.catalog["id"], of_survey)


def _without_company(datamodule: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a datamodule without the data that only training reads."""
    return {key: value for key, value in datamodule.items() if not key.startswith("unlabeled")}


def result_of(
    run: RunDirectory,
    settings: dict[str, Any],
    data: PreparedData,
    roles: np.ndarray,
    target: RunDirectory,
    learned: Origin,
) -> None:
    """Load the network, predict, score and draw; a mock counts also where the network alone learned on one."""
    targets = truth_columns(settings["task"])
    with progress_bar("images") as bar:
        shown = bar.add_task("decoding", total=len(data), note="")
        facts = {"data": data, "roles": roles, "targets": targets, "seed": settings["seed"]}
        datamodule: GalaxyDataModule = instantiate(
            _without_company(settings["datamodule"]), **facts, progress=lambda done: bar.update(shown, completed=done)
        )
    datamodule.learned_on = learned
    task = build_task(settings, datamodule.bands, with_weights=False)
    load_weights(task, run.checkpoint(settings["evaluation"]["checkpoint"]))
    with quiet(), interruptible():
        trainer = make_trainer({**settings, "callback": {}}, target, None, watched=None)
        photometry = instantiate(settings["dataset"]).photometry_in(data.catalog.colnames)
        draws = settings["evaluation"]["bootstrap"]
        result = evaluate(trainer, task, datamodule, photometry, draws, settings["seed"])
    write_parquet(result.predictions, target.folder / "predictions.parquet")
    write_parquet(Table({"id": data.catalog["id"], "role": roles}), target.folder / "split.parquet")
    save_figures(run_figures(datamodule, result, {}, settings["split"].get("column")), target.figures)
    if result.scores:
        head = {"data": str(datamodule.origin), "run": run.name, **started_from(settings)}
        target.write_json("metrics.json", {**head, **result.scores})
    else:
        say(f"no row has a measured {', '.join(targets)}: predictions only, in {target.folder / 'predictions.parquet'}")
