"""Explain one trained run: which galaxies, which maps, which checks, and the folder that holds them."""

from __future__ import annotations

import datetime
import hashlib
import json
import pathlib
import shutil
from typing import TYPE_CHECKING, Any

import torch
from omegaconf import OmegaConf

from galexp.attribution.method import GRAD_CAM, check_methods
from galexp.attribution.pick import check_kinds
from galexp.command import Command
from galexp.config import conf_dir
from galexp.datamodule import GalaxyDataModule
from galexp.dataset.location import settled
from galexp.evaluation.predict import load_weights
from galexp.figure.explanation import explanation_figures
from galexp.figure.run import save_figures
from galexp.job.evaluate import check_unchanged, roles_of, settings_of, without_lost_width
from galexp.job.explanation import Study
from galexp.job.subject import Subject
from galexp.launch import on_gpu
from galexp.preparation.open import announce, open_data
from galexp.run.directory import RunDirectory
from galexp.run.name import run_hash
from galexp.run.provenance import provenance
from galexp.run.start import learned_by, started_from
from galexp.shard.origin import least_real
from galexp.target import instantiate
from galexp.task.build import build_task
from galexp.task.label import labeled, truth_columns

if TYPE_CHECKING:
    from galexp.attribution.explanation import Explanation
    from galexp.shard.origin import Origin
    from galexp.shard.read import PreparedData
    from galexp.task.base import Task


def explain_run(run: RunDirectory, command: Command) -> pathlib.Path:
    """Explain one run's network on its own held-out galaxies or on others, and return the folder that tells of it.

    The folder appears when it is whole; one of the same name is replaced.

    Raises:
        ValueError: where the run is not finished, or what is asked for cannot be shown.
    """
    saved = run.settings()
    run.check_unedited()
    learned = learned_by(run)
    settings, changed = settings_of(saved, command)
    settings["explain"] = asked = checked_question(_asked(settings, command))
    started = datetime.datetime.now(datetime.UTC)
    data = open_data(settings)
    announce(data)
    check_unchanged(run, data, changed)
    roles = roles_of(run, settings, data, changed)
    settings = labeled(without_lost_width(settled(settings, data.folder), data), data.catalog)
    datamodule = _datamodule(settings, data, roles)
    task, device = _trained(run, settings, datamodule)
    subject = Subject(task, datamodule, device)
    study = Study(asked, subject, settings["seed"], lambda: _untrained(settings, datamodule))
    found = study.explain(_facts(run, settings, least_real([data.origin, learned])))
    rows = "chosen" if asked["ids"] else settings["choices"]["split"] if "split" in changed or not changed else "all"
    folder = run.folder / "explanations" / f"{data.folder.name}-{rows}-{_hash(settings, data.folder.name)}"
    _write(found, folder, settings, provenance(started, **_source(run, data), device=str(device)))
    return folder


def _asked(settings: dict[str, Any], command: Command) -> dict[str, Any]:
    """Return the block ``explain`` as it is by default, with the words of the command, not as the run began."""
    default = OmegaConf.to_container(OmegaConf.select(OmegaConf.load(conf_dir() / "config.yaml"), "explain"))
    assert isinstance(default, dict)
    words = (word.partition("=")[0].rpartition(".") for word in command.overrides)
    return {**default, **{key: settings["explain"][key] for block, _, key in words if block == "explain"}}


def checked_question(asked: dict[str, Any]) -> dict[str, Any]:
    """Refuse what needs no network to be refused, and let one name stand for a list of one.

    Args:
        asked: Block ``explain`` of the configuration.

    Raises:
        ValueError: for unknown methods or kinds, an empty list, a layer for other methods than Grad-CAM, or numbers
            that are too small; the message names the key.
    """
    asked = dict(asked)
    for name in ("ids", "show", "targets", "methods"):
        if asked[name] is not None and not isinstance(asked[name], list):
            asked[name] = [asked[name]]
        if asked[name] == [] or (asked[name] is None and name in ("show", "methods")):
            raise ValueError(f"explain.{name} is {asked[name]!r}, which is nothing; name one at least, or leave it out")
    check_methods(asked["methods"])
    check_kinds(asked["show"])
    asked["layer"] = None if asked["layer"] is None else str(asked["layer"])
    if asked["layer"] is not None and GRAD_CAM not in asked["methods"]:
        raise ValueError(
            f"explain.layer is {asked['layer']!r} and explain.methods={asked['methods']} has no {GRAD_CAM}, the one "
            "that is made of a layer; add it, or leave the layer out"
        )
    for name, least in (("count", 1), ("steps", 1), ("population", 0), ("checked", 0)):
        if type(asked[name]) is not int or asked[name] < least:
            raise ValueError(f"explain.{name} is {asked[name]!r}; expected a whole number of at least {least}")
    if asked["checked"] > asked["population"]:
        raise ValueError(
            f"explain.checked={asked['checked']} galaxies are some of explain.population={asked['population']}; lower "
            "the one or raise the other"
        )
    return asked


def _datamodule(settings: dict[str, Any], data: PreparedData, roles: Any) -> GalaxyDataModule:
    """Make the datamodule, without what only training reads; it decodes what it is asked for, a part of a survey."""
    node = {key: value for key, value in settings["datamodule"].items() if not key.startswith("unlabeled")}
    node = {**node, "cache": "none"} if node.get("cache") == "memory" else node
    facts = {"data": data, "roles": roles, "targets": truth_columns(settings["task"]), "seed": settings["seed"]}
    found: GalaxyDataModule = instantiate(node, **facts)
    return found


def _trained(run: RunDirectory, settings: dict[str, Any], datamodule: GalaxyDataModule) -> tuple[Task, torch.device]:
    task = build_task(settings, datamodule.bands, with_weights=False)
    load_weights(task, run.checkpoint(settings["evaluation"]["checkpoint"]))
    device = torch.device("cuda" if on_gpu(settings["trainer"]) else "cpu")
    return task.to(device), device


def _untrained(settings: dict[str, Any], datamodule: GalaxyDataModule) -> torch.nn.Module:
    """Return a network of the same kind that has learned nothing, and did not start as the trained one did."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"] + 2**31)
        network: torch.nn.Module = build_task(settings, datamodule.bands, with_weights=False).network.model
    return network


def _facts(run: RunDirectory, settings: dict[str, Any], origin: Origin) -> dict[str, Any]:
    """Return what stands at the head of ``metrics.json``: a mock counts also where the network alone learned on one."""
    checkpoint = run.checkpoint(settings["evaluation"]["checkpoint"]).name
    return {"data": str(origin), "run": run.name, "checkpoint": checkpoint, **started_from(settings)}


def _source(run: RunDirectory, data: PreparedData) -> dict[str, str]:
    return {"run": run.name, "data_folder": str(data.folder), "data_sha256": data.manifest.content_sha256}


def _hash(settings: dict[str, Any], data_name: str) -> str:
    text = json.dumps([run_hash(settings, data_name), settings["explain"]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _write(found: Explanation, folder: pathlib.Path, settings: dict[str, Any], source: dict[str, Any]) -> None:
    """Write a folder under another name, and let it take its place when it is whole."""
    partial = RunDirectory(folder.with_name(f".{folder.name}.part"))
    try:
        partial.start(settings, anew=True)
        found.save(partial.folder)
        save_figures(explanation_figures(found), partial.figures)
        partial.write_json("provenance.json", source)
        partial.write_json("metrics.json", dict(found.facts))
        if folder.exists():
            shutil.rmtree(folder)
        partial.folder.rename(folder)
    finally:
        shutil.rmtree(partial.folder, ignore_errors=True)
