"""All figures of one run."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.run import Evaluation
from galexp.figure.baseline_bars import baseline_bars
from galexp.figure.gallery import captions, gallery, pick_rows
from galexp.figure.learning_curve import learning_curve
from galexp.figure.residuals import residuals
from galexp.figure.split_histograms import split_histograms
from galexp.figure.style import save
from galexp.figure.truth_against_prediction import truth_against_prediction
from galexp.shard.origin import Origin
from galexp.split.base import TEST, TRAIN, VAL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METHOD_NAMES = {
    "network": "network",
    "network_tta": "network + TTA",
    "mean": "predict the mean",
    "linear_color": "linear fit of colors",
    "random_forest": "random forest",
}


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
    origin = datamodule.data.origin
    figures: dict[str, Figure] = {}
    if history:
        figures["learning_curve"] = learning_curve(history, origin=origin)
    if TEST in result.scores:
        targets = list(result.scores[TEST])
        figures |= _prediction_figures(datamodule, result, targets)
        figures["split"] = _split_figure(datamodule, targets, split_column)
    return figures


def _prediction_figures(datamodule: GalaxyDataModule, result: Evaluation, targets: list[str]) -> dict[str, Figure]:
    table, scores = result.of_role(TEST), result.scores[TEST]
    truth = np.stack([np.asarray(table[f"true_{target}"]) for target in targets], axis=1)
    preds = np.stack([np.asarray(table[f"pred_tta_{target}"]) for target in targets], axis=1)
    labels = [readable(target) for target in targets]
    units = [datamodule.data.manifest.units.get(target, "") for target in targets]
    shown = [{name: scores[target]["all"]["network_tta"][name] for name in ("rmse", "nmad")} for target in targets]
    facts: dict[str, Any] = {"origin": datamodule.data.origin}
    return {
        "truth_against_prediction": truth_against_prediction(truth, preds, labels, units, shown, **facts),
        "residuals": residuals(truth, preds, labels, units, **facts),
        "baselines": _baseline_figure(scores, labels, **facts),
        "gallery": _gallery_figure(datamodule, truth[:, 0], preds[:, 0], labels[0]),
    }


def _baseline_figure(scores: Mapping[str, Any], labels: list[str], origin: Origin) -> Figure:
    per_target = [samples["all"] for samples in scores.values()]
    values = {
        METHOD_NAMES[method]: np.array([methods[method]["normalized_rmse"] for methods in per_target])
        for method in per_target[0]
    }
    errors = {
        METHOD_NAMES[method]: np.array([_error(methods[method]) for methods in per_target]) for method in per_target[0]
    }
    return baseline_bars(values, errors, labels, origin=origin)


def _error(scores: Mapping[str, float]) -> float:
    return scores.get("rmse_error", np.nan) / scores["scatter"] if scores["scatter"] else np.nan


def _gallery_figure(datamodule: GalaxyDataModule, truth: np.ndarray, preds: np.ndarray, label: str) -> Figure:
    picked = pick_rows(truth, preds)
    across = max(len(chosen) for chosen in picked.values())
    stamps: list[np.ndarray] = []
    titles: list[str] = []
    for chosen in picked.values():
        images = datamodule.images[datamodule.rows(TEST)[chosen].tolist()].permute(0, 2, 3, 1).numpy()
        empty = np.full((across - len(chosen), *images.shape[1:]), 255, dtype=np.uint8)
        stamps += [images, empty]
        titles += [*captions(truth[chosen], preds[chosen]), *[""] * len(empty)]
    facts: dict[str, Any] = {"across": across, "origin": datamodule.data.origin}
    return gallery(np.concatenate(stamps), titles, f"held-out galaxies: {label}", list(picked), **facts)


def _split_figure(datamodule: GalaxyDataModule, targets: list[str], split_column: str | None) -> Figure:
    catalog, roles = datamodule.data.catalog, datamodule.roles
    drawn = split_column in catalog.colnames and np.asarray(catalog[split_column]).dtype.kind not in "US"
    names = [*targets, *([split_column] if drawn else [])]
    columns = {readable(str(name)): np.asarray(catalog[name], dtype=np.float64) for name in names}
    cuts = {name: _cut(values, roles) for name, values in columns.items()}
    thresholds = {name: cut for name, cut in cuts.items() if cut is not None}
    return split_histograms(columns, roles, thresholds, origin=datamodule.data.origin)


def _cut(values: np.ndarray, roles: np.ndarray) -> float | None:
    """Return the value that separates the held-out rows from the others, if one does."""
    test, learn = values[roles == TEST], values[np.isin(roles, (TRAIN, VAL))]
    if not len(learn) or not np.isfinite([*test, *learn]).all():
        return None
    if test.min() > learn.max():
        return float((test.min() + learn.max()) / 2)
    return float((test.max() + learn.min()) / 2) if test.max() < learn.min() else None


def readable(column: str) -> str:
    """Return the name of a column as words.

    Example:
        >>> readable("log_hi_fraction")
        'log H I fraction'
    """
    return column.replace("_", " ").replace("log hi ", "log H I ").replace("one plus delta5", "(1 + delta5),")


def save_figures(figures: Mapping[str, Figure], folder: pathlib.Path) -> list[pathlib.Path]:
    """Write each figure as PNG and return the paths."""
    return [save(figure, folder / f"{name}.png") for name, figure in figures.items()]
