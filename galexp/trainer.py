"""The trainer of a run: devices, precision, callbacks, logger."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytorch_lightning as pl
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from pytorch_lightning.callbacks import LearningRateMonitor
from pytorch_lightning.loggers import Logger

from galexp import world
from galexp.callback.checkpoint import WholeFiles, checkpoints
from galexp.callback.history import History
from galexp.launch import devices, on_gpu
from galexp.run.directory import RunDirectory
from galexp.target import OWN_KEYS, instantiate


def make_trainer(settings: dict[str, Any], run: RunDirectory, logger: Logger | None, watched: str | None) -> pl.Trainer:
    """Make the trainer of a run.

    Args:
        settings: The resolved configuration; ``trainer.precision=auto`` is bf16 on a GPU and float32 on a CPU.
        run: Where checkpoints and history go.
        logger: W&B, or None.
        watched: Metric on the validation rows whose lowest value makes the best checkpoint; None without such rows.

    Raises:
        ValueError: where a callback watches a validation metric and there are no validation rows.
    """
    options = trainer_options(settings)
    configured = [instantiate(node) for node in settings["callback"].values()]
    for callback in configured:
        if watched is None and str(getattr(callback, "monitor", "")).startswith("val/"):
            raise ValueError(
                f"{type(callback).__name__} watches {callback.monitor}, but split.val_fraction is 0; "
                "raise it or leave the callback out"
            )
    rates = [LearningRateMonitor(logging_interval="step")] if logger else []
    return instantiate(
        options,
        callbacks=[
            *configured,
            *rates,
            History(run.folder),
            *checkpoints(run.folder, watched, settings["checkpoint"]["minutes"]),
        ],
        logger=[logger] if logger else False,
        default_root_dir=str(run.folder),
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        **({} if watched else {"limit_val_batches": 0}),
        use_distributed_sampler=False,
    )


def trainer_options(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the node of Lightning's trainer for this process: its devices, and the precision that ``auto`` means."""
    own = {key: value for key, value in settings["trainer"].items() if key not in OWN_KEYS["trainer"]}
    options = {**own, **_processes(own)}
    if options["precision"] == "auto":
        options["precision"] = "bf16-mixed" if on_gpu(options) else "32-true"
    return options


def _processes(trainer: dict[str, Any]) -> dict[str, Any]:
    """Return what Lightning must know of the processes of this job; it starts none itself, nor asks SLURM for them."""
    if world.size() == 1:
        return {"devices": 1, "num_nodes": 1, "strategy": "auto", "plugins": [LightningEnvironment(), WholeFiles()]}
    return {"devices": devices(trainer), "plugins": [TorchElasticEnvironment(), WholeFiles()]}


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be a KeyboardInterrupt, of which Lightning makes a SystemExit, and let the next one work as well."""
    is_main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as error:
        raise KeyboardInterrupt from error
    finally:
        if is_main:
            signal.signal(signal.SIGINT, handler)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Silence what Lightning says of devices and workers: a cache in memory needs no workers."""
    loggers = [logging.getLogger(name) for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*does not have many workers.*")
            warnings.filterwarnings("ignore", ".*GPU available but not used.*")
            warnings.filterwarnings("ignore", ".*sync_dist=True.*")
            warnings.filterwarnings("ignore", ".*LeafSpec.*is deprecated.*")
            warnings.filterwarnings("ignore", ".*your dataloader is not resumable.*")
            warnings.filterwarnings("ignore", ".*module\\(s\\) in eval mode at the start of training.*")
            warnings.filterwarnings("ignore", ".*Checkpoint directory .* exists and is not empty.*")
            warnings.filterwarnings("ignore", ".*number of training batches .* smaller than the logging interval.*")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
