"""Evaluate one network on the rows of one datamodule: predictions, baselines, scores."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table, vstack

from galexp import world
from galexp.catalog.vote_tree import closure_errors
from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.baseline.classification import classification_baselines
from galexp.evaluation.baseline.features import baseline_features
from galexp.evaluation.baseline.regression import regression_baselines
from galexp.evaluation.classes import class_score_table
from galexp.evaluation.metrics import score_table
from galexp.evaluation.predict import predict_rows, prediction_table
from galexp.evaluation.reconstruction import Drawn, drawn_again, reconstruction_scores
from galexp.split.base import TEST, TRAIN, VAL
from galexp.task.base import Task
from galexp.task.classification import Classification
from galexp.task.morphology import Morphology
from galexp.task.representation import Representation

if TYPE_CHECKING:
    import pytorch_lightning as pl


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What came out: predictions, scores per role, what the baselines say of the test rows, the classes, the time.

    ``predict_s`` is what the network alone took for all predictions, with their average over views [s of the clock].
    ``drawn`` are a few held-out images as the network draws them again, where it does.
    """

    predictions: Table
    scores: dict[str, Any]
    baselines: dict[str, np.ndarray]
    classes: tuple[str, ...] = ()
    predict_s: float = 0.0
    drawn: Drawn | None = None

    @property
    def targets(self) -> list[str]:
        """What was predicted and scored on the test rows; of a reconstruction there are none."""
        return [name for name in self.scores.get(TEST, {}) if f"true_{name}" in self.predictions.colnames]

    def of_role(self, role: str) -> Table:
        """Return the predictions of one role."""
        return self.predictions[np.asarray(self.predictions["role"]) == role]


def evaluate(
    trainer: pl.Trainer,
    task: Task,
    datamodule: GalaxyDataModule,
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
        photometry: Columns that the random forest learns from.
        draws: Of the bootstrap over galaxies.
        seed: Of baselines and bootstrap.
    """
    if "simulation" in datamodule.data.catalog.colnames:
        draws = 0
    tables, spent = _predicted(trainer, task, datamodule)
    scores: dict[str, Any] = {}
    judged = _judged(task)
    methods = (
        _baselines(datamodule, judged, photometry, seed) if world.is_leader() and judged and TEST in tables else {}
    )
    for role, table in tables.items() if world.is_leader() else ():
        learned = tables.get(VAL) if role == TEST else None
        known = methods if role == TEST else {}
        scored = _scored(judged, datamodule, table, known, draws, seed, learned) if judged else {}
        scored |= reconstruction_scores(task, datamodule, table, role, seed) if isinstance(task, Representation) else {}
        scored = {name: found for name, found in scored.items() if found}
        if scored:
            scores[role] = scored
    if TEST in scores and judged:
        scores |= _facts(judged, datamodule, tables[TEST])
    classes = tuple(judged.classes) if isinstance(judged, Classification) else ()
    drawn = drawn_again(task, datamodule) if isinstance(task, Representation) and world.is_leader() else None
    predictions = vstack(list(tables.values()), metadata_conflicts="silent")
    return Evaluation(predictions, scores, methods, classes, spent, drawn)


def _predicted(trainer: pl.Trainer, task: Task, datamodule: GalaxyDataModule) -> tuple[dict[str, Table], float]:
    """Return the predictions of validation and test rows, where there are any, and the seconds that they took."""
    tables: dict[str, Table] = {}
    spent = 0.0
    for role in (VAL, TEST):
        rows = datamodule.rows(role)
        if len(rows):
            started = time.perf_counter()
            predictions = predict_rows(trainer, task, datamodule, rows)
            spent += time.perf_counter() - started
            tables[role] = prediction_table(datamodule, task, rows, predictions)
    return tables, spent


def _judged(task: Task) -> Task | None:
    """Return the task whose truth stands in the catalog: of a representation that of its classifier, if it has one."""
    return task.predicted_labels if isinstance(task, Representation) else task


def _facts(task: Task, datamodule: GalaxyDataModule, table: Table) -> dict[str, Any]:
    """Return what else is said of the held-out rows: how well votes keep their sums, how wide a class is."""
    if isinstance(task, Morphology):
        return {"votes": _broken_sums(table, task.targets)}
    width = class_width(datamodule, task.width_column) if isinstance(task, Classification) else None
    if width is None or not isinstance(task, Classification):
        return {}
    return {"class_width": width, "class_unit": datamodule.data.manifest.units.get(str(task.width_column), "")}


def _scored(
    task: Task,
    datamodule: GalaxyDataModule,
    table: Table,
    methods: dict[str, np.ndarray],
    draws: int,
    seed: int,
    learned: Table | None,
) -> dict[str, Any]:
    if isinstance(task, Classification):
        width = class_width(datamodule, task.width_column)
        facts: dict[str, Any] = {"ordered": task.ordered, "width": width, "learned": learned}
        return class_score_table(table, task.targets[0], task.classes, methods, draws, seed, **facts)
    return score_table(table, task.targets, methods, draws, seed, learned)


def class_width(datamodule: GalaxyDataModule, column: str | None) -> float | None:
    """Return the width of a class, the median of a column of the catalog; None where there is no such column to be had.

    Raises:
        ValueError: where the column is named and the catalog does not have it.
    """
    if column is None:
        return None
    catalog = datamodule.data.catalog
    if column not in catalog.colnames:
        raise ValueError(
            f"task.width_column is {column!r}, which {datamodule.data.folder} lacks; it has "
            f"{', '.join(catalog.colnames)}; name another, or null"
        )
    return float(np.nanmedian(np.asarray(catalog[column], dtype=np.float64)))


def _broken_sums(table: Table, targets: list[str]) -> dict[str, float]:
    """Return by how much the votes of the network break the sums of the tree: on average and at most."""
    found: dict[str, float] = {}
    for infix in ("", "tta_"):
        votes = np.stack([np.asarray(table[f"pred_{infix}{target}"]) for target in targets], axis=1)
        errors = np.abs(closure_errors(votes))
        found |= {f"{infix}mean_broken_sum": float(errors.mean()), f"{infix}largest_broken_sum": float(errors.max())}
    return found


def _baselines(
    datamodule: GalaxyDataModule, task: Task, photometry: tuple[str, ...], seed: int
) -> dict[str, np.ndarray]:
    is_labeled = np.isfinite(datamodule.truth).all(axis=1)
    learn, test = np.isin(datamodule.roles, (TRAIN, VAL)) & is_labeled, datamodule.roles == TEST
    if not learn.any() or not np.isfinite(datamodule.truth[test]).any():
        return {}
    data, side = datamodule.data, datamodule.image_size
    features = baseline_features(datamodule.images.__getitem__, len(data), learn, data.catalog, photometry, seed, side)
    if isinstance(task, Classification):
        labels, classes = datamodule.truth[:, 0], len(task.classes)
        return classification_baselines(features, labels, classes, learn, test, seed)
    return regression_baselines(features, datamodule.truth, learn, test, seed)


def sample_rows(
    datamodule: GalaxyDataModule, result: Evaluation, role: str, most: int = 32
) -> tuple[list[str], list[list[Any]]]:
    """Return column names and rows of a table of galaxies: id, image, truth, predictions and their residuals.

    Args:
        datamodule: Data and roles.
        result: Predictions.
        role: Of the galaxies.
        most: Rows.

    Returns:
        Names, and a row a galaxy; the residual is prediction minus truth, and classes go by name, without one.
    """
    table = result.of_role(role)[:most]
    names = [name for name in table.colnames if name.startswith(("true_", "pred_", "prob_"))]
    pairs = [(f"pred_{name.removeprefix('true_')}", name) for name in names if name.startswith("true_")]
    pairs = [] if result.classes else [(predicted, true) for predicted, true in pairs if predicted in names]
    residuals = {f"residual_{true.removeprefix('true_')}": table[predicted] - table[true] for predicted, true in pairs}
    columns = [
        np.asarray(column, dtype=np.float64) for column in (*(table[name] for name in names), *residuals.values())
    ]
    images = datamodule.images[datamodule.rows(role)[:most].tolist()].permute(0, 2, 3, 1).numpy()
    rows = [[str(name), image] for name, image in zip(table["id"], images, strict=True)]
    for name, column in zip([*names, *residuals], columns, strict=True):
        is_class = bool(result.classes) and not name.startswith("prob_")
        for row, value in zip(rows, column.tolist(), strict=True):
            row.append(_class_name(value, result.classes) if is_class else value)
    return ["id", "image", *names, *residuals], rows


def _class_name(number: float, classes: tuple[str, ...]) -> str | None:
    return classes[int(number)] if np.isfinite(number) else None
