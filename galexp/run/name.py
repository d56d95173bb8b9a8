"""The name of a run: the same settings find the same place."""

from __future__ import annotations

import copy
import hashlib
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from galexp.shard.origin import Origin

_PREPARATION = ("services", "tracers", "groups", "cutout")
_NOT_HASHED = (
    "paths",
    "logger",
    "force",
    "verify",
    "export",
    "allow_mock",
    "choices",
    "checkpoint",
    "explain",
    "report",
    "search",
    *_PREPARATION,
)
_ELSEWHERE = {
    "trainer": ("accelerator", "devices", "num_nodes", "strategy", "lr_find"),
    "datamodule": ("num_workers", "cache"),
    "imaging": ("root",),
    "dataset": ("catalog", "tables"),
    "evaluation": ("bootstrap",),
}


def study(settings: dict[str, Any]) -> str:
    """Return the experiment's name, or ``adhoc``."""
    return settings["choices"].get("experiment") or "adhoc"


def run_hash(settings: dict[str, Any], data_name: str) -> str:
    """Return eight hexadecimal digits for what a run computes: not where, on which devices, or how it is watched.

    Args:
        settings: The resolved configuration.
        data_name: Of the prepared dataset.
    """
    text = json.dumps([computed(settings), data_name], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def computed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that say what a run computes, by which two runs are the same or not.

    Where files lie, on which devices it runs, how it is watched, and how its data were prepared are left out: of the
    data it is their hash that counts.

    Args:
        settings: The resolved configuration; it is left as it is.
    """
    kept = {key: copy.deepcopy(value) for key, value in settings.items() if key not in _NOT_HASHED}
    for group, keys in _ELSEWHERE.items():
        for key in keys:
            kept.get(group, {}).pop(key, None)
    return kept


def file_stem(group: str) -> str:
    """Return a name for files about runs that belong together: the first word, and a hash where more is said.

    Example:
        >>> file_stem("xgass-random-small_cnn"), file_stem("xgass-random-small_cnn model.weights=a/b")
        ('xgass-random-small_cnn', 'xgass-random-small_cnn-0c2f0144')
    """
    first, _, more = group.partition(" ")
    return f"{first}-{hashlib.sha256(more.encode()).hexdigest()[:8]}" if more else first


def run_folder(settings: dict[str, Any], data_name: str, origin: Origin) -> pathlib.Path:
    """Return ``<runs>/<study>/<dataset>-<split>-<model>-s<seed>-<hash8>``.

    A dataset that is a mock or a simulation is followed by ``_mock`` or ``_simulation``.
    """
    choices = settings["choices"]
    words = [choices["dataset"] + origin.suffix, choices["split"], choices["model"], f"s{settings['seed']}"]
    name = "-".join([*words, run_hash(settings, data_name)])
    return pathlib.Path(settings["paths"]["runs"]) / study(settings) / name
