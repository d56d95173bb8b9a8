"""Weights & Biases as a mirror of the run directory, never the source of truth."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any

import wandb
from pytorch_lightning.loggers import Logger, WandbLogger

from galexp.run.directory import RunDirectory
from galexp.run.name import study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODES = ("auto", "offline", "online")
_WORK_FOLDER = "WANDB_DATA_DIR"
_our_folders: set[str] = set()


def wandb_logger(project: str, mode: str, run: RunDirectory, settings: dict[str, Any], tags: list[str]) -> WandbLogger:
    """Start a W&B run for a galexp run, offline where there is no key; its id is kept in the run directory.

    Args:
        project: Of W&B.
        mode: ``offline``, ``online``, or ``auto``: online where a key is set.
        run: The run.
        settings: Its resolved configuration.
        tags: Dataset, split, model, and ``mock`` where data is.

    Raises:
        ValueError: for an unknown mode.
    """
    if mode not in MODES:
        raise ValueError(f"logger.mode is {mode!r}; choose from {', '.join(MODES)}")
    if mode == "auto":
        mode = os.environ.get("WANDB_MODE") or ("online" if os.environ.get("WANDB_API_KEY") else "offline")
    identity = run.folder / "wandb_id.txt"
    if not identity.is_file():
        identity.write_text(uuid.uuid4().hex[:8])
    if _WORK_FOLDER not in os.environ or os.environ[_WORK_FOLDER] in _our_folders:
        os.environ[_WORK_FOLDER] = str(run.folder.absolute() / "wandb")
        _our_folders.add(os.environ[_WORK_FOLDER])
    started = wandb.init(
        project=project,
        id=identity.read_text(),
        name=run.name,
        group=study(settings),
        tags=tags,
        config=settings,
        dir=run.folder.absolute(),
        mode=mode,  # type: ignore[arg-type]
        resume="allow" if mode == "online" else None,
        reinit="finish_previous",
        settings=wandb.Settings(silent=True, console="off"),
    )
    return WandbLogger(experiment=started, log_model=False)


def no_logger(run: RunDirectory, settings: dict[str, Any], tags: list[str]) -> None:
    """Log nowhere but in the run directory."""


def log_summary(logger: Logger | None, metrics: dict[str, Any], figures: dict[str, Figure]) -> None:
    """Add final metrics and figures to the W&B run, if there is one."""
    if isinstance(logger, WandbLogger):
        logger.experiment.log({f"figures/{name}": wandb.Image(figure) for name, figure in figures.items()})
        logger.experiment.summary.update(metrics)


def log_samples(logger: Logger | None, columns: list[str], rows: list[list[Any]]) -> None:
    """Add a table of galaxies; arrays of pixels become images."""
    if isinstance(logger, WandbLogger):
        shown = [[wandb.Image(value) if hasattr(value, "shape") else value for value in row] for row in rows]
        logger.experiment.log({"samples": wandb.Table(columns=columns, data=shown)})


def finish(logger: Logger | None, failed: bool) -> None:
    """Close the W&B run, so that the next job of this process gets its own."""
    if isinstance(logger, WandbLogger):
        logger.experiment.finish(exit_code=int(failed))
