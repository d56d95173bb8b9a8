"""All figures of one run."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.run import Evaluation
from galexp.figure.classes import class_figures
from galexp.figure.learning_curve import learning_curve
from galexp.figure.methods import readable
from galexp.figure.numbers import number_figures
from galexp.figure.reconstructions import reconstructions
from galexp.figure.split_histograms import split_histograms
from galexp.figure.style import save
from galexp.split.base import TEST, TRAIN, VAL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CURVES = {"joint_loss": "joint loss", "rmse": "RMSE", "log_loss": "mean log loss [nat]"}


def run_figures(
    datamodule: GalaxyDataModule,
    result: Evaluation,
    history: Mapping[str, Sequence[float]],
    split_column: str | None,
) -> dict[str, Figure]:
    """Draw what a run has: predictions only where there is truth, a learning curve only where there was training.

    Args:
        datamodule: Data and roles.
        result: Predictions and scores.
        history: Columns of ``history.csv``, empty where nothing was trained.
        split_column: Column of the catalog that the split goes by, if any.
    """
    origin = datamodule.origin
    figures: dict[str, Figure] = {}
    if history:
        error, label = next(pair for pair in _CURVES.items() if f"train/{pair[0]}" in history)
        figures["learning_curve"] = learning_curve(history, error, label, origin=origin)
    if result.drawn:
        figures["reconstructions"] = reconstructions(result.drawn, origin=origin)
    if result.targets:
        figures |= class_figures(datamodule, result) if result.classes else number_figures(datamodule, result)
        figures["split"] = _split_figure(datamodule, result.targets, split_column)
    return figures


def _split_figure(datamodule: GalaxyDataModule, targets: list[str], split_column: str | None) -> Figure:
    catalog, roles = datamodule.data.catalog, datamodule.roles
    drawn = split_column in catalog.colnames and np.asarray(catalog[split_column]).dtype.kind not in "US"
    names = [*targets, *([split_column] if drawn else [])]
    columns = {readable(str(name)): np.asarray(catalog[name], dtype=np.float64) for name in names}
    cuts = {name: _cut(values, roles) for name, values in columns.items()}
    thresholds = {name: cut for name, cut in cuts.items() if cut is not None}
    return split_histograms(columns, roles, thresholds, origin=datamodule.origin)


def _cut(values: np.ndarray, roles: np.ndarray) -> float | None:
    """Return the value that separates the held-out rows from the others, if one does."""
    test, learn = values[roles == TEST], values[np.isin(roles, (TRAIN, VAL))]
    if not len(learn) or not np.isfinite([*test, *learn]).all():
        return None
    if test.min() > learn.max():
        return float((test.min() + learn.max()) / 2)
    return float((test.max() + learn.min()) / 2) if test.max() < learn.min() else None


def save_figures(figures: Mapping[str, Figure], folder: pathlib.Path) -> list[pathlib.Path]:
    """Write each figure as PNG and return the paths."""
    return [save(figure, folder / f"{name}.png") for name, figure in figures.items()]
