"""Which galaxies a trained network is tested on: those that a command names, never one that it learned from."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from galexp.catalog.parquet import read_parquet
from galexp.command import Command
from galexp.config import UsageError
from galexp.run.directory import RunDirectory
from galexp.shard.read import PreparedData
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.target import instantiate

_ELSEWHERE = ("paths", "dataset", "imaging", "environment", "split", "mock", "quality", "size")
_OF_THE_NETWORK = (
    *("model", "layers", "task", "loss", "optimizer", "schedule"),
    *("callback", "trainer.lr_find", "seed", "experiment"),
)


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
        roles = np.where(shows, roles_before(run, data), UNUSED)
    if not np.any(roles == TEST):
        raise ValueError(f"no galaxy of {data.folder} is left to test: the network learned from all that are asked for")
    return roles


def roles_before(run: RunDirectory, data: PreparedData) -> np.ndarray:
    """Return the role that each row had in the training of a run; ``unused`` for rows that were not there."""
    before = read_parquet(run.folder / "split.parquet")
    role_of = dict(zip(before["id"].tolist(), before["role"].tolist(), strict=True))
    return np.array([role_of.get(name, UNUSED) for name in data.catalog["id"].tolist()])


def _shown_beside(run: RunDirectory, data: PreparedData) -> np.ndarray:
    """Return which rows a run was shown without a label: the same image, or identifier of the same survey."""
    path = run.folder / "unlabeled.parquet"
    if not path.is_file():
        return np.zeros(len(data), dtype=bool)
    shown = read_parquet(path)
    of_survey = shown["id"][shown["survey"] == data.manifest.dataset]
    return np.isin(data.catalog["sha256"], shown["sha256"]) | np.isin(data.catalog["id"], of_survey)
