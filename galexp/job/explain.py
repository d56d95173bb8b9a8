"""Explain one trained run: which galaxies, which maps, which checks, and the folder that holds them."""

from __future__ import annotations

import datetime
import hashlib
import json
import pathlib
from typing import Any

import torch

from galexp.attribution.name import GRAD_CAM, check_methods
from galexp.attribution.pick import check_kinds
from galexp.command import Command
from galexp.figure.explanation import explanation_figures
from galexp.figure.run import save_figures
from galexp.job.explanation import Study
from galexp.job.meet import Meeting, asked_block, meet
from galexp.job.subject import Subject
from galexp.run.directory import RunDirectory
from galexp.run.name import run_hash
from galexp.run.provenance import provenance
from galexp.run.start import started_from
from galexp.run.whole import whole


def explain_run(run: RunDirectory, command: Command) -> pathlib.Path:
    """Explain one run's network on its own held-out galaxies or on others, and return the folder that tells of it.

    The folder appears when it is whole; one of the same name is replaced.

    Raises:
        ValueError: where the run is not finished, or what is asked for cannot be shown.
    """
    started = datetime.datetime.now(datetime.UTC)
    asked = checked_question(asked_block("explain", run, command))
    met = meet(run, command)
    settings, data = met.settings, met.data
    settings["explain"] = asked
    is_in_memory = settings["datamodule"].get("cache") == "memory"
    datamodule = met.datamodule(met.roles, **({"cache": "none"} if is_in_memory else {}))
    subject = Subject(met.task(datamodule.bands).to(met.device), datamodule, met.device)
    study = Study(asked, subject, settings["seed"], lambda: _untrained(met, datamodule.bands))
    found = study.explain(_facts(met))
    rows = "chosen" if asked["ids"] else met.rows
    target = RunDirectory(run.folder / "explanations" / f"{data.folder.name}-{rows}-{_hash(met)}")
    with whole(target, settings) as partial:
        found.save(partial.folder)
        save_figures(explanation_figures(found), partial.figures)
        partial.write_json("provenance.json", provenance(started, **met.source, device=str(met.device)))
        partial.write_json("metrics.json", dict(found.facts))
    return target.folder


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


def _untrained(met: Meeting, bands: int) -> torch.nn.Module:
    """Return a network of the same kind that has learned nothing, and did not start as the trained one did."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(met.settings["seed"] + 2**31)
        network: torch.nn.Module = met.new_task(bands).network.model
    return network


def _facts(met: Meeting) -> dict[str, Any]:
    """Return what stands at the head of ``metrics.json``."""
    checkpoint = met.run.checkpoint(met.settings["evaluation"]["checkpoint"]).name
    return {"data": str(met.origin), "run": met.run.name, "checkpoint": checkpoint, **started_from(met.settings)}


def _hash(met: Meeting) -> str:
    text = json.dumps([run_hash(met.settings, met.data.folder.name), met.settings["explain"]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
