"""A trained network meets galaxies: its own once more, or others that a command names."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from typing import Any

import numpy as np
import torch
from omegaconf import OmegaConf

from galexp.command import Command
from galexp.config import UsageError, conf_dir
from galexp.datamodule import GalaxyDataModule
from galexp.dataset.location import settled
from galexp.evaluation.predict import load_weights
from galexp.job.held_out import roles_of, settings_of
from galexp.launch import on_gpu
from galexp.preparation.open import announce, open_data
from galexp.run.directory import RunDirectory
from galexp.run.start import learned_by
from galexp.shard.origin import Origin, least_real
from galexp.shard.read import PreparedData
from galexp.target import instantiate
from galexp.task.base import Task
from galexp.task.build import build_task
from galexp.task.label import labeled, truth_columns, width_fault
from galexp.terminal import progress_bar


@dataclasses.dataclass(frozen=True)
class Meeting:
    """One network, and the galaxies that it is shown.

    Args:
        run: Whose network it is.
        settings: Of the run, with the words of the command on top.
        changed: Groups that the command names.
        data: The galaxies.
        learned: What the galaxies were that the network learned from.
    """

    run: RunDirectory
    settings: dict[str, Any]
    changed: frozenset[str]
    data: PreparedData
    learned: Origin

    @property
    def origin(self) -> Origin:
        """What must be said of what comes out: a mock counts also where the network alone learned on one."""
        return least_real([self.data.origin, self.learned])

    @functools.cached_property
    def roles(self) -> np.ndarray:
        """Which rows are tested: never one that the network learned from."""
        return roles_of(self.run, self.settings, self.data, set(self.changed))

    @property
    def rows(self) -> str:
        """What the rows are called: those of a split, or all of other data."""
        return str(self.settings["choices"]["split"]) if "split" in self.changed or not self.changed else "all"

    @property
    def source(self) -> dict[str, str]:
        """What ``provenance.json`` says of network and galaxies."""
        sha256 = self.data.manifest.content_sha256
        return {"run": self.run.name, "data_folder": str(self.data.folder), "data_sha256": sha256}

    @property
    def device(self) -> torch.device:
        """Where the network runs by itself."""
        return torch.device("cuda" if on_gpu(self.settings["trainer"]) else "cpu")

    def datamodule(self, roles: np.ndarray, **options: Any) -> GalaxyDataModule:
        """Serve the images, without the data that only training reads.

        Args:
            roles: Of the rows.
            **options: What differs from the run's own datamodule.
        """
        own = {key: value for key, value in self.settings["datamodule"].items() if not key.startswith("unlabeled")}
        facts = {"data": self.data, "roles": roles, "seed": self.settings["seed"]}
        facts["targets"] = truth_columns(self.settings["task"])
        with progress_bar("images") as bar:
            shown = bar.add_task("decoding", total=len(self.data), note="")
            facts["progress"] = lambda done: bar.update(shown, completed=done)
            found: GalaxyDataModule = instantiate({**own, **options}, **facts)
        found.learned_on = self.learned
        return found

    def new_task(self, bands: int) -> Task:
        """Make the task with a network that has learned nothing."""
        return build_task(self.settings, bands, with_weights=False)

    def task(self, bands: int) -> Task:
        """Make the task with what the network has learned.

        Args:
            bands: Of the images.

        Raises:
            ValueError: where they are not those of the network, or there is no checkpoint that is asked for.
        """
        task = self.new_task(bands)
        load_weights(task, self.run.checkpoint(self.settings["evaluation"]["checkpoint"]))
        return task


def meet(run: RunDirectory, command: Command) -> Meeting:
    """Bring a run's network and the galaxies that a command names together, and say what these are.

    Raises:
        UsageError: for a word that would change the network.
        ValueError: where the run is not finished or was edited, or its own data is no longer what it was.
    """
    saved = run.settings()
    run.check_unedited()
    learned = learned_by(run)
    settings, changed = settings_of(saved, command)
    data = open_data(settings)
    announce(data)
    _check_unchanged(run, data, changed)
    settings = labeled(_without_lost_width(settled(settings, data.folder), data), data.catalog)
    return Meeting(run, settings, frozenset(changed), data, learned)


def default_block(name: str) -> dict[str, Any]:
    """Return a block of options, such as ``explain``, as the packaged configuration has it."""
    packaged: Any = OmegaConf.to_container(OmegaConf.load(conf_dir() / "config.yaml"))
    return dict(packaged[name])


def asked_block(name: str, run: RunDirectory, command: Command) -> dict[str, Any]:
    """Return a block of options as it is by default, with the words of the command, not as the run began.

    Args:
        name: Of the block.
        run: Whose network is asked.
        command: Whose words they are.

    Raises:
        UsageError: as :func:`meet` does, and for a whole block in one word.
    """
    settings, _ = settings_of(run.settings(), command)
    words = [word.lstrip("+").partition("=")[0].partition(".") for word in command.overrides]
    keys = [key for block, _, key in words if block == name]
    if "" in keys:
        raise UsageError(f"{name}={{...}} names a whole block; write {name}.KEY=value, one word for each key")
    return default_block(name) | {key: settings[name][key] for key in keys}


def _check_unchanged(run: RunDirectory, data: PreparedData, changed: set[str]) -> None:
    """Refuse data that is not what a run was trained on, unless other data is named."""
    if not changed and run.read_json("audit.json")["data_sha256"] != data.manifest.content_sha256:
        raise ValueError(
            f"{data.folder} no longer holds what {run.folder} was trained on; name what to evaluate on, such as "
            "dataset=NAME, or train again"
        )


def _without_lost_width(settings: dict[str, Any], data: PreparedData) -> dict[str, Any]:
    """Return settings without the width of a class where the data does not have it, with a warning."""
    fault = width_fault(settings["task"], data.catalog)
    if fault is None:
        return settings
    warnings.warn(f"{fault}: the class error in its unit is left out", stacklevel=2)
    return {**settings, "task": {**settings["task"], "width_column": None}}
