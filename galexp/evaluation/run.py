"""Evaluate one network on the rows of one datamodule: predictions, baselines, scores."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table, vstack

from galexp import world
from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.baselines import baseline_predictions
from galexp.evaluation.metrics import score_table
from galexp.evaluation.predict import predict_rows, prediction_table
from galexp.split.base import TEST, TRAIN, VAL
from galexp.task.base import Task

if TYPE_CHECKING:
    import pytorch_lightning as pl


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What came out: a table of predictions, and scores per role."""

    predictions: Table
    scores: dict[str, Any]

    def of_role(self, role: str) -> Table:
        """Return the predictions of one role."""
        return self.predictions[np.asarray(self.predictions["role"]) == role]


def evaluate(
    trainer: pl.Trainer,
    task: Task,
    datamodule: GalaxyDataModule,
    targets: list[str],
    photometry: tuple[str, ...],
    draws: int,
    seed: int,
) -> Evaluation:
    """Predict validation and test rows, and score the network beside the baselines on the test rows.

    Rows without truth are predicted and not scored. Frames of one simulation are no independent galaxies, so theirs are
    scored without a bootstrap. Baselines learn from the same train and validation rows, and are
    there only where there are such rows. Several processes predict together, and the leader alone scores.

    Args:
        trainer: What runs the network.
        task: The network in its task.
        datamodule: Data and roles.
        targets: Columns.
        photometry: Columns that the random forest learns from.
        draws: Of the bootstrap over galaxies.
        seed: Of forest and bootstrap.
    """
    if "simulation" in datamodule.data.catalog.colnames:
        draws = 0
    tables, scores = [], {}
    for role in (VAL, TEST):
        rows = datamodule.rows(role)
        if not len(rows):
            continue
        table = prediction_table(datamodule, targets, rows, predict_rows(trainer, task, datamodule, rows))
        tables.append(table)
        if not world.is_leader():
            continue
        methods = _baselines(datamodule, targets, photometry, seed) if role == TEST else {}
        scored = score_table(table, targets, methods, draws, seed)
        if any(scored.values()):
            scores[role] = scored
    return Evaluation(vstack(tables, metadata_conflicts="silent"), scores)


def _baselines(
    datamodule: GalaxyDataModule, targets: list[str], photometry: tuple[str, ...], seed: int
) -> dict[str, np.ndarray]:
    learn, test = np.isin(datamodule.roles, (TRAIN, VAL)), datamodule.roles == TEST
    if not learn.any() or not np.isfinite(datamodule.truth[test]).any():
        return {}
    catalog = datamodule.data.catalog
    return baseline_predictions(catalog, band_means(datamodule), learn, test, targets, photometry, seed)


def band_means(datamodule: GalaxyDataModule) -> np.ndarray:
    """Return the mean of each band of each image [8-bit counts] as (galaxy, band)."""
    rows = range(len(datamodule.data))
    chunks = [datamodule.images[list(rows[start : start + 64])] for start in rows[::64]]
    return np.concatenate([chunk.float().mean((2, 3)).numpy() for chunk in chunks])


def sample_rows(datamodule: GalaxyDataModule, result: Evaluation, most: int = 32) -> tuple[list[str], list[list[Any]]]:
    """Return column names and rows of a table of tested galaxies: id, image, truth and predictions."""
    table = result.of_role(TEST)[:most]
    names = [name for name in table.colnames if name.startswith(("true_", "pred_"))]
    images = datamodule.images[datamodule.rows(TEST)[:most].tolist()].permute(0, 2, 3, 1).numpy()
    rows = [
        [str(row["id"]), image, *(float(row[name]) for name in names)] for row, image in zip(table, images, strict=True)
    ]
    return ["id", "image", *names], rows
