"""Evaluate one trained run, on its own test rows or on other data."""

from __future__ import annotations

import datetime

import numpy as np
from astropy.table import Table

from galexp.catalog.parquet import write_parquet
from galexp.command import Command
from galexp.evaluation.run import evaluate
from galexp.figure.run import run_figures, save_figures
from galexp.job.meet import Meeting, meet
from galexp.run.directory import RunDirectory
from galexp.run.name import run_hash
from galexp.run.provenance import provenance
from galexp.run.start import started_from
from galexp.run.whole import whole
from galexp.summary.table import scores_table
from galexp.target import instantiate
from galexp.task.label import truth_columns
from galexp.terminal import console, say
from galexp.trainer import interruptible, make_trainer, quiet


def evaluate_run(run: RunDirectory, command: Command) -> RunDirectory:
    """Predict with one run's network, write an evaluation below its folder, and return the evaluation's own."""
    started = datetime.datetime.now(datetime.UTC)
    met = meet(run, command)
    data_name = met.data.folder.name
    name = f"{data_name}-{met.rows}-{run_hash(met.settings, data_name)}"
    target = RunDirectory(run.folder / "evaluations" / name)
    roles = met.roles
    with whole(target, met.settings) as partial:
        _write_result(met, roles, partial)
        partial.write_json("provenance.json", provenance(started, **met.source))
    if target.is_finished:
        console.print(scores_table(target.metrics()))
    else:
        targets = ", ".join(truth_columns(met.settings["task"]))
        say(f"no row has a measured {targets}: predictions only, in {target.folder / 'predictions.parquet'}")
    return target


def _write_result(met: Meeting, roles: np.ndarray, target: RunDirectory) -> None:
    """Load the network, predict, score and draw."""
    settings, data = met.settings, met.data
    datamodule = met.datamodule(roles)
    task = met.task(datamodule.bands)
    with quiet(), interruptible():
        trainer = make_trainer({**settings, "callback": {}}, target, None, watched=None)
        photometry = instantiate(settings["dataset"]).photometry_in(data.catalog.colnames)
        draws = settings["evaluation"]["bootstrap"]
        result = evaluate(trainer, task, datamodule, photometry, draws, settings["seed"])
    write_parquet(result.predictions, target.folder / "predictions.parquet")
    write_parquet(Table({"id": data.catalog["id"], "role": roles}), target.folder / "split.parquet")
    save_figures(run_figures(datamodule, result, {}, settings["split"].get("column")), target.figures)
    if result.scores:
        head = {"data": str(met.origin), "run": met.run.name, **started_from(settings)}
        target.write_json("metrics.json", {**head, **result.scores})
