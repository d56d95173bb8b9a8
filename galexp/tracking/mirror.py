"""A run in Weights & Biases: started beside the run directory, with sensible axes, and closed whatever happens."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any

import wandb
from pytorch_lightning.loggers import Logger, WandbLogger

from galexp.run.directory import RunDirectory
from galexp.run.name import study

if TYPE_CHECKING:
    from wandb import Run

    from galexp.shard.origin import Origin

MODES = ("auto", "offline", "online")
_AXES = {
    "train/loss": ("trainer/global_step", "last"),
    "lr-*": ("trainer/global_step", "last"),
    "train/*": ("epoch", "last"),
    "val/*": ("epoch", "min"),
    "val/accuracy": ("epoch", "max"),
}
_WORK_FOLDER = "WANDB_DATA_DIR"
_our_folders: set[str] = set()


class Mirror(WandbLogger):
    """Lightning's logger over a W&B run that was started here.

    Args:
        experiment: The W&B run.
        artifacts: Whether the split and the network that was evaluated go with it as files.
    """

    def __init__(self, experiment: Run, artifacts: bool) -> None:
        super().__init__(experiment=experiment, log_model=False)
        self.artifacts = artifacts


def wandb_logger(
    project: str,
    mode: str,
    artifacts: bool,
    run: RunDirectory,
    settings: dict[str, Any],
    origin: Origin,
) -> Mirror:
    """Start a W&B run for a galexp run, offline where there is no key; its id is kept in the run directory.

    Losses and learning rates stand over the step, everything else over the epoch; the summary keeps the lowest value
    of what is measured on validation rows, and the highest accuracy.

    Args:
        project: Of W&B.
        mode: ``offline``, ``online``, or ``auto``: online where a key is set.
        artifacts: Whether split and network are kept as artifacts. Offline that costs no disk: W&B notes where the
            files lie, and ``wandb sync`` uploads them from there.
        run: The run.
        settings: Its resolved configuration.
        origin: What its galaxies are; a mock is a tag, and stands in the notes.

    Raises:
        ValueError: for an unknown mode.
    """
    if mode not in MODES:
        raise ValueError(f"logger.mode is {mode!r}; choose from {', '.join(MODES)}")
    if mode == "auto":
        mode = os.environ.get("WANDB_MODE") or ("online" if os.environ.get("WANDB_API_KEY") else "offline")
    _work_in(run)
    choices = settings["choices"]
    started = wandb.init(
        project=project,
        id=_identity(run),
        name=run.name,
        group=study(settings),
        job_type="train",
        tags=[*(choices[group] for group in ("dataset", "split", "model")), *([str(origin)] if origin.word else [])],
        notes=f"{origin.mark}: these galaxies are not the sky's" if origin.mark else None,
        config=settings,
        dir=run.folder.absolute(),
        mode=mode,  # type: ignore[arg-type]
        resume="allow" if mode == "online" else None,
        reinit="finish_previous",
        settings=wandb.Settings(silent=True, console="off"),
    )
    _define_axes(started)
    return Mirror(started, artifacts)


def _identity(run: RunDirectory) -> str:
    path = run.folder / "wandb_id.txt"
    if not path.is_file():
        path.write_text(uuid.uuid4().hex[:8])
    return path.read_text()


def _work_in(run: RunDirectory) -> None:
    """Let W&B stage its files beside the run, unless the user has named a folder for that."""
    if _WORK_FOLDER not in os.environ or os.environ[_WORK_FOLDER] in _our_folders:
        os.environ[_WORK_FOLDER] = str(run.folder.absolute() / "wandb")
        _our_folders.add(os.environ[_WORK_FOLDER])


def _define_axes(started: Run) -> None:
    for axis in dict.fromkeys(axis for axis, _ in _AXES.values()):
        started.define_metric(axis)
    for name, (axis, summary) in _AXES.items():
        started.define_metric(name, step_metric=axis, summary=summary)


def no_logger(run: RunDirectory, settings: dict[str, Any], origin: Origin) -> None:
    """Log nowhere but in the run directory."""


def finish(logger: Logger | None, failed: bool) -> None:
    """Close the W&B run, so that the next job of this process gets its own."""
    if isinstance(logger, Mirror):
        logger.experiment.finish(exit_code=int(failed))
