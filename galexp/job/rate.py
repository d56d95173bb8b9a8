"""Look for the learning rate of a run, draw what was seen, and train nothing."""

from __future__ import annotations

import csv
import dataclasses
import functools
import pathlib
import tempfile
from typing import TYPE_CHECKING, Any

import pytorch_lightning as pl

from galexp.figure.lr_find import learning_rate_sweep
from galexp.figure.style import save
from galexp.job.check import check_settings
from galexp.job.lr_find import RateSweep, find_learning_rate
from galexp.job.place import Job, place
from galexp.job.train import split_data
from galexp.run.directory import RunDirectory
from galexp.target import instantiate
from galexp.task.build import build_task
from galexp.terminal import say
from galexp.trainer import trainer_options

if TYPE_CHECKING:
    from galexp.datamodule import GalaxyDataModule

_ONE_DEVICE = {"devices": 1, "num_nodes": 1, "strategy": "auto"}


def suggest_rate(settings: dict[str, Any]) -> RateSweep:
    """Let the learning rate of a run rise on its training rows, and write figure and table into the run's folder.

    One device does it, whatever number the settings ask for: the batch is the same. A run that has begun keeps all that
    is its own.

    Raises:
        ValueError: where the run has begun with other data or settings, or as a training would be refused.
    """
    check_settings(settings)
    job = place({**settings, "trainer": {**settings["trainer"], **_ONE_DEVICE}})
    job.announce()
    with job.run.lock():
        job.check()
        if not (job.run.is_finished or job.run.last_checkpoint.is_file()):
            job.run.start(job.settings, anew=False)
        datamodule = _split_aside(job)
        pl.seed_everything(job.settings["seed"], verbose=False)
        task = build_task(job.settings, datamodule.bands)
        task.learn_statistics(datamodule)
        trainer = functools.partial(instantiate, trainer_options(job.settings))
        found = find_learning_rate(task, datamodule, trainer)
        curves = (found.rates, found.losses, found.smoothed, found.suggestion)
        path = save(learning_rate_sweep(*curves, origin=job.data.origin), job.run.figures / "lr_find.png")
        _write(found, job.run.folder / "lr_find.csv")
    say(f"the loss falls most steeply at optimizer.lr={found.suggestion:.2g} ({len(found.rates)} steps; {path})")
    return found


def _split_aside(job: Job) -> GalaxyDataModule:
    """Split the data as the run does, and leave the split and the audit that it may have begun with alone."""
    with tempfile.TemporaryDirectory() as folder:
        return split_data(dataclasses.replace(job, run=RunDirectory(pathlib.Path(folder))))[0]


def _write(found: RateSweep, path: pathlib.Path) -> None:
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["rate", "loss", "smoothed"])
        writer.writerows(zip(found.rates, found.losses, found.smoothed, strict=True))
