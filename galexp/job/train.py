"""Train one run: data, split, network, evaluation, and everything that is kept of it."""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytorch_lightning as pl
from astropy.table import Table

from galexp import launch, world
from galexp.callback.checkpoint import refuse_foreign
from galexp.catalog.parquet import write_parquet
from galexp.datamodule import GalaxyDataModule, check_training
from galexp.evaluation.metrics import flatten
from galexp.evaluation.predict import load_weights
from galexp.evaluation.run import Evaluation, evaluate, sample_rows
from galexp.figure.run import run_figures, save_figures
from galexp.job.check import check_settings
from galexp.job.place import Job, place
from galexp.model.size import parameter_count
from galexp.preparation.open import announce
from galexp.run.directory import RunDirectory
from galexp.run.history import read_history
from galexp.run.provenance import provenance
from galexp.run.start import refuse_mock_start, started_from
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData
from galexp.split.assign import assign_roles
from galexp.split.audit import Audit, audit, describe
from galexp.split.base import TEST, TRAIN, VAL, role_counts
from galexp.target import instantiate, target_of
from galexp.task.build import build_task
from galexp.task.label import add_labels, refuse_empty_classes, truth_columns
from galexp.terminal import progress_bar, say
from galexp.tracking.mirror import finish
from galexp.tracking.result import log_artifacts, log_figures, log_predictions, log_summary
from galexp.trainer import interruptible, make_trainer, quiet
from galexp.transform.unlabeled import FRACTION, number_beside

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pytorch_lightning.loggers import Logger

    from galexp.task.base import Task


def train_once(settings: dict[str, Any], line: str) -> RunDirectory:
    """Train one run, on as many devices as are asked for, unless it is finished already.

    Args:
        settings: The resolved configuration.
        line: The command that goes on with this run where it is broken off, for its folder.
    """
    check_settings(settings)
    refuse_mock_start(settings)
    if world.is_launched():
        with world.joined(launch.world_size(settings["trainer"])):
            return RunDirectory(train_together(settings, line))
    if launch.world_size(settings["trainer"]) == 1:
        return RunDirectory(train_together(settings, line))
    if launch.nodes(settings["trainer"]) == 1:
        job = place(settings)
        job.check()
        if job.is_finished:
            job.announce()
            job.announce_state()
            return job.run
    return RunDirectory(launch.together(settings["trainer"], train_together, settings, line))


def train_together(settings: dict[str, Any], line: str) -> pathlib.Path:
    """Train one run, unless it is finished, by all processes of this job; the leader decides and holds the run."""
    with contextlib.ExitStack() as held:
        settings, data_folder, folder, is_finished = world.from_leader(lambda: _begin(settings, line, held))
        if not is_finished:
            train(Job(settings, PreparedData(data_folder), RunDirectory(folder)))
        return world.from_leader(lambda: folder)


def _begin(
    settings: dict[str, Any], line: str, held: contextlib.ExitStack
) -> tuple[dict[str, Any], pathlib.Path, pathlib.Path, bool]:
    job = place(settings)
    job.announce()
    held.enter_context(job.run.lock())
    job.check()
    job.announce_state()
    if not job.is_finished:
        job.run.start(job.settings, anew=job.is_anew)
        job.run.keep_command(line)
    return job.settings, job.data.folder, job.run.folder, job.is_finished


def train(job: Job) -> None:
    """Train, evaluate and write everything into the run's folder; ``metrics.json`` comes last."""
    launch.keep_freed_memory()
    started = datetime.datetime.now(datetime.UTC)
    settings, data = job.settings, job.data
    datamodule, found = split_data(job)
    logger = _start_logger(job, datamodule.origin) if world.is_leader() else None
    failed = True
    try:
        with quiet(), interruptible():
            trainer, result = fit_and_evaluate(settings, datamodule, job.run, logger)
        if world.is_leader():
            facts = {"seed": settings["seed"], "split_sha256": found.hash, "data_folder": str(data.folder)}
            facts |= {"data_sha256": data.manifest.content_sha256, "device": str(trainer.strategy.root_device)}
            facts |= {"processes": world.size(), "precision": trainer.precision}
            network = cast("Task", trainer.lightning_module).network
            facts |= {"parameters": parameter_count(network), "in_chans": network.in_chans}
            facts |= {"predict_s": round(result.predict_s, 3), "predicted": len(result.predictions)}
            job.run.write_json("provenance.json", provenance(started, **facts))
            save_result(settings, datamodule, result, job.run, logger)
        failed = False
    finally:
        finish(logger, failed)


def _start_logger(job: Job, origin: Origin) -> Logger | None:
    return instantiate(job.settings["logger"], run=job.run, settings=job.settings, origin=origin)


def fit_and_evaluate(
    settings: dict[str, Any], datamodule: GalaxyDataModule, run: RunDirectory, logger: Logger | None
) -> tuple[pl.Trainer, Evaluation]:
    """Train from the start or from where the run was broken off, and evaluate the checkpoint that was asked for."""
    pl.seed_everything(settings["seed"], verbose=False)
    resume = str(run.last_checkpoint) if run.last_checkpoint.is_file() else None
    task = build_task(settings, datamodule.bands, with_weights=resume is None)
    photometry = instantiate(settings["dataset"]).photometry_in(datamodule.data.catalog.colnames)
    trainer = make_trainer(settings, run, logger, task.watched if len(datamodule.rows(VAL)) else None)
    if resume:
        load_weights(task, run.last_checkpoint)
        refuse_foreign(run.last_checkpoint)
    else:
        _say_start(settings)
        task.learn_statistics(datamodule)
    trainer.fit(task, datamodule=datamodule, ckpt_path=resume, weights_only=True)
    assert trainer.world_size == world.size(), "every process that was asked for trains"
    load_weights(task, run.checkpoint(settings["evaluation"]["checkpoint"]))
    draws = settings["evaluation"]["bootstrap"]
    return trainer, evaluate(trainer, task, datamodule, photometry, draws, settings["seed"])


def _say_start(settings: dict[str, Any]) -> None:
    """Say loudly where weights were learned on a mock, and warn where random ones are to be held still."""
    start = started_from(settings)
    learned = Origin(start.get("started_from", {}).get("data", Origin.OBSERVED))
    if learned is not Origin.OBSERVED and world.is_leader():
        say(f"{learned.word}WEIGHTS: this network starts from what was learned on a {learned}", "bold yellow")
    frozen = [name for name, node in settings["callback"].items() if node["_target_"].endswith(".FreezeBody")]
    if frozen and start["pretrained"] == "false":
        warnings.warn(
            f"callback.{frozen[0]} holds a body still that has learned nothing; start from weights (model.weights, "
            "model.pretrained) or take callback=default",
            UserWarning,
            stacklevel=2,
        )


def save_result(
    settings: dict[str, Any], datamodule: GalaxyDataModule, result: Evaluation, run: RunDirectory, logger: Logger | None
) -> None:
    """Write predictions, figures and metrics, and mirror them."""
    write_parquet(result.predictions, run.folder / "predictions.parquet")
    if result.drawn:
        result.drawn.write(run.folder)
    figures = run_figures(datamodule, result, read_history(run.folder), settings["split"].get("column"))
    save_figures(figures, run.figures)
    data = datamodule.data
    head: dict[str, Any] = {
        "data": str(datamodule.origin),
        "data_sha256": data.manifest.content_sha256,
        "dataset": settings["choices"]["dataset"],
    }
    if datamodule.unlabeled:
        head["unlabeled"] = _named(datamodule.unlabeled)
    head |= started_from(settings)
    _mirror(logger, run, datamodule, result, figures, run.checkpoint(settings["evaluation"]["checkpoint"]))
    run.write_json("metrics.json", {**head, "counts": role_counts(datamodule.roles), **result.scores})


def _named(data: PreparedData) -> dict[str, str]:
    return {"name": data.folder.name, "data": str(data.origin), "data_sha256": data.manifest.content_sha256}


def _mirror(
    logger: Logger | None,
    run: RunDirectory,
    datamodule: GalaxyDataModule,
    result: Evaluation,
    figures: dict[str, Figure],
    checkpoint: pathlib.Path,
) -> None:
    if logger is None:
        return
    data = datamodule.data
    origin = {"data": str(datamodule.origin), "data_sha256": data.manifest.content_sha256}
    log_summary(logger, {**origin, "provenance": run.read_json("provenance.json"), **flatten(result.scores, "")})
    log_figures(logger, figures)
    for role in (VAL, TEST):
        log_predictions(logger, role, *sample_rows(datamodule, result, role))
    log_artifacts(logger, run, checkpoint, origin)


def split_data(job: Job) -> tuple[GalaxyDataModule, Audit]:
    """Give each row its role, audit the split, keep both, and decode the images, those of a second dataset, too.

    Raises:
        LeakageError: where the same galaxy is on both sides.
        ValueError: where the training rows are fewer than one batch, or the second dataset is a mock and none is
            allowed.
    """
    settings, data = job.settings, job.data
    add_labels(data.catalog, settings["task"])
    targets = truth_columns(settings["task"])
    needed = list(dict.fromkeys([*settings["task"]["targets"], *targets]))
    unlabeled = target_of(settings["task"]).learns_unlabeled
    roles, aside = assign_roles(instantiate(settings["split"]), data.catalog, needed, with_unlabeled=unlabeled)
    refuse_empty_classes(settings["task"], data.catalog, roles)
    found = audit(data.catalog, roles, targets)
    say(f"split {settings['choices']['split']}: {describe(found, roles)}")
    for reason, count in aside.items():
        say(f"  unused: {count} {reason}")
    found.raise_on_leakage()
    _check_rows(settings["datamodule"], roles)
    if world.is_leader():
        columns = {name: data.catalog[name] for name in ("id", "sha256")}
        write_parquet(Table({**columns, "role": roles}), job.run.folder / "split.parquet")
        job.run.write_json("audit.json", {**job.identity(), **found.as_dict()})
    datamodule = _decoded(settings, data, roles)
    _open_unlabeled(job, datamodule)
    return datamodule, found


def _check_rows(options: dict[str, Any], roles: np.ndarray) -> None:
    size, fraction = options["batch_size"], options.get("unlabeled_fraction", FRACTION)
    check_training(int(np.sum(roles == TRAIN)), size - number_beside(options.get("unlabeled"), fraction, size))


def _decoded(settings: dict[str, Any], data: PreparedData, roles: np.ndarray) -> GalaxyDataModule:
    with progress_bar("images") as bar:
        shown = bar.add_task("decoding", total=len(data), note="")
        facts = {"data": data, "roles": roles, "targets": truth_columns(settings["task"]), "seed": settings["seed"]}
        progress = {"progress": lambda done: bar.update(shown, completed=done)}
        return instantiate(settings["datamodule"], **facts, **progress)


def _open_unlabeled(job: Job, datamodule: GalaxyDataModule) -> None:
    """Say what is learned from without labels, write down whose images they are, and decode them.

    Raises:
        ValueError: where it is a mock and none is allowed.
    """
    other = datamodule.unlabeled
    if other is None:
        return
    if other.origin is not Origin.OBSERVED and not job.settings["allow_mock"]:
        raise ValueError(
            f"datamodule.unlabeled is {other.folder.name}, a {other.origin}, and allow_mock is false; name observed "
            "data, or set allow_mock=true"
        )
    say("beside it, without labels:")
    announce(other)
    if world.is_leader():
        shown = other.catalog["id", "sha256"][datamodule.unlabeled_rows]
        shown["survey"] = other.manifest.dataset
        write_parquet(shown, job.run.folder / "unlabeled.parquet")
    with progress_bar("images") as bar:
        task = bar.add_task("decoding", total=len(other), note="")
        datamodule.decode_unlabeled(lambda done: bar.update(task, completed=done))
