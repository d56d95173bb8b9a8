"""Train one run: data, split, network, evaluation, and everything that is kept of it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytorch_lightning as pl
from astropy.table import Table

from galexp import launch, tracking
from galexp.callback.history import read_history
from galexp.catalog.parquet import write_parquet
from galexp.config import instantiate
from galexp.datamodule import GalaxyDataModule
from galexp.dataset.location import settled
from galexp.evaluation.metrics import flatten
from galexp.evaluation.predict import load_weights
from galexp.evaluation.run import Evaluation, evaluate, sample_rows
from galexp.figure.run import run_figures, save_figures
from galexp.job.check import check_settings
from galexp.preparation.open import announce, open_data
from galexp.run.directory import RunDirectory
from galexp.run.name import run_folder
from galexp.run.provenance import provenance
from galexp.shard.read import PreparedData
from galexp.split.assign import assign_roles
from galexp.split.audit import Audit, audit, describe
from galexp.split.base import VAL, role_counts
from galexp.task.build import build_task
from galexp.terminal import progress_bar, say
from galexp.trainer import make_trainer, quiet

if TYPE_CHECKING:
    from pytorch_lightning.loggers import Logger


def train_once(settings: dict[str, Any]) -> RunDirectory:
    """Train one run, unless it is finished already."""
    check_settings(settings)
    data = open_data(settings)
    announce(data)
    settings = settled(settings, data.folder)
    run = RunDirectory(run_folder(settings, data.folder.name, data.is_mock))
    say(f"run: {run.folder}")
    with run.lock():
        if not launch.is_done(run, data, settings["force"]):
            train(settings, data, run)
    return run


def train(settings: dict[str, Any], data: PreparedData, run: RunDirectory) -> None:
    """Train, evaluate and write everything into the run's folder; ``metrics.json`` comes last."""
    launch.keep_freed_memory()
    started = datetime.datetime.now(datetime.UTC)
    run.start(settings, anew=settings["force"])
    datamodule, found = split_data(settings, data)
    who = {name: data.catalog[name] for name in ("id", "sha256")}
    write_parquet(Table({**who, "role": datamodule.roles}), run.folder / "split.parquet")
    run.write_json("audit.json", {"data_sha256": data.manifest.content_sha256, **found.as_dict()})
    tags = [settings["choices"][group] for group in ("dataset", "split", "model")] + ["mock"] * data.is_mock
    logger = instantiate(settings["logger"], run=run, settings=settings, tags=tags)
    failed = True
    try:
        with quiet():
            trainer, result = fit_and_evaluate(settings, datamodule, run, logger)
        facts = {"seed": settings["seed"], "split_sha256": found.hash, "data_sha256": data.manifest.content_sha256}
        facts |= {
            "data_folder": str(data.folder),
            "device": str(trainer.strategy.root_device),
            "precision": trainer.precision,
        }
        run.write_json("provenance.json", provenance(started, **facts))
        save_result(settings, datamodule, result, run, logger)
        failed = False
    finally:
        tracking.finish(logger, failed)


def fit_and_evaluate(
    settings: dict[str, Any], datamodule: GalaxyDataModule, run: RunDirectory, logger: Logger | None
) -> tuple[pl.Trainer, Evaluation]:
    """Train from the start or from where the run was broken off, and evaluate the checkpoint that was asked for."""
    pl.seed_everything(settings["seed"], verbose=False)
    task = build_task(settings, datamodule.bands)
    task.learn_statistics(datamodule)
    has_val = len(datamodule.rows(VAL)) > 0
    photometry = instantiate(settings["dataset"]).photometry
    trainer = make_trainer(settings, run, logger, has_val)
    resume = str(run.last_checkpoint) if run.last_checkpoint.is_file() else None
    try:
        trainer.fit(task, datamodule=datamodule, ckpt_path=resume, weights_only=True)
    except SystemExit as error:  # what Lightning makes of Ctrl-C
        raise KeyboardInterrupt from error
    load_weights(task, run.checkpoint(settings["evaluation"]["checkpoint"]))
    draws = settings["evaluation"]["bootstrap"]
    return trainer, evaluate(trainer, task, datamodule, task.targets, photometry, draws, settings["seed"])


def save_result(
    settings: dict[str, Any], datamodule: GalaxyDataModule, result: Evaluation, run: RunDirectory, logger: Logger | None
) -> None:
    """Write predictions, figures and metrics, and mirror them."""
    write_parquet(result.predictions, run.folder / "predictions.parquet")
    figures = run_figures(datamodule, result, read_history(run.folder), settings["split"].get("column"))
    save_figures(figures, run.figures)
    data = datamodule.data
    kind = "mock" if data.is_mock else "observed"
    origin = {"provenance": run.read_json("provenance.json")}
    tracking.log_summary(logger, {"data": kind, **origin, **flatten(result.scores, "")}, figures)
    tracking.log_samples(logger, *sample_rows(datamodule, result))
    head = {"data": kind, "data_sha256": data.manifest.content_sha256, "dataset": settings["choices"]["dataset"]}
    run.write_json("metrics.json", {**head, "counts": role_counts(datamodule.roles), **result.scores})


def split_data(settings: dict[str, Any], data: PreparedData) -> tuple[GalaxyDataModule, Audit]:
    """Give each row its role, audit the split, and decode the images.

    Raises:
        LeakageError: where the same galaxy is on both sides.
    """
    targets = settings["task"]["targets"]
    roles, aside = assign_roles(instantiate(settings["split"]), data.catalog, targets)
    found = audit(data.catalog, roles, targets)
    say(f"split {settings['choices']['split']}: {describe(found, roles)}")
    for reason, count in aside.items():
        say(f"  unused: {count} {reason}")
    found.raise_on_leakage()
    with progress_bar("images") as bar:
        shown = bar.add_task("decoding", total=len(data), note="")
        facts = {"data": data, "roles": roles, "targets": targets, "seed": settings["seed"]}
        progress = {"progress": lambda done: bar.update(shown, completed=done)}
        return instantiate(settings["datamodule"], **facts, **progress), found
