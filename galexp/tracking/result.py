"""What a finished run adds to its mirror: scores, figures, tables of galaxies, files. Without a mirror nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import wandb

from galexp.run.directory import RunDirectory
from galexp.tracking.mirror import Mirror

if TYPE_CHECKING:
    import pathlib

    from matplotlib.figure import Figure
    from pytorch_lightning.loggers import Logger


def log_summary(logger: Logger | None, metrics: Mapping[str, Any]) -> None:
    """Add what came out in the end; it stands in W&B's table of runs."""
    if isinstance(logger, Mirror):
        logger.experiment.summary.update(dict(metrics))


def log_figures(logger: Logger | None, figures: Mapping[str, Figure], group: str = "figures") -> None:
    """Add figures as images, under ``group/name``.

    Args:
        logger: Of the run.
        figures: By name.
        group: Panel of W&B in which they stand together.
    """
    if isinstance(logger, Mirror) and figures:
        logger.experiment.log({f"{group}/{name}": wandb.Image(figure) for name, figure in figures.items()})


def log_predictions(logger: Logger | None, role: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add a table of galaxies as ``predictions/role``; arrays of pixels become thumbnails.

    Args:
        logger: Of the run.
        role: Of the galaxies, ``val`` or ``test``.
        columns: Names.
        rows: One a galaxy, with as many values.
    """
    if isinstance(logger, Mirror) and rows:
        shown = [[wandb.Image(value) if hasattr(value, "shape") else value for value in row] for row in rows]
        table = wandb.Table(columns=list(columns), data=shown)
        logger.experiment.log({f"predictions/{role}": table})


def log_artifacts(logger: Logger | None, run: RunDirectory, checkpoint: pathlib.Path, metadata: dict[str, Any]) -> None:
    """Keep the split with its audit, and the network that was evaluated, as artifacts; none where they are turned off.

    Runs on one split share one artifact, so that W&B shows which they are. Files are read where they lie, not copied.

    Args:
        logger: Of the run.
        run: The run.
        checkpoint: That was evaluated.
        metadata: Of both: what the data were, and their hash.
    """
    if not isinstance(logger, Mirror) or not logger.artifacts:
        return
    split = run.read_json("audit.json")["hash"][:8]
    files = {
        ("split", f"split-{split}"): [run.folder / "split.parquet", run.folder / "audit.json"],
        ("model", f"model-{run.name}"): [checkpoint],
    }
    for (kind, name), paths in files.items():
        artifact = wandb.Artifact(name, type=kind, metadata={"run": run.name, **metadata})
        for path in paths:
            artifact.add_file(str(path.absolute()), policy="immutable", skip_cache=True)
        logger.experiment.log_artifact(artifact)
