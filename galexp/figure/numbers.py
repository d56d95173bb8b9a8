"""The figures of a run that predicts numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.run import Evaluation
from galexp.figure.baseline_bars import baseline_bars
from galexp.figure.coverage import coverage
from galexp.figure.gallery import captions, gallery, pick_rows
from galexp.figure.methods import METHOD_NAMES, readable
from galexp.figure.residuals import residuals
from galexp.figure.truth_against_prediction import truth_against_prediction
from galexp.shard.origin import Origin
from galexp.split.base import TEST

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def number_figures(datamodule: GalaxyDataModule, result: Evaluation) -> dict[str, Figure]:
    """Draw truth against prediction, residuals, baselines, a gallery and, where there are widths, their coverage."""
    targets = result.targets
    table, scores = result.of_role(TEST), {target: result.scores[TEST][target] for target in targets}
    truth = np.stack([np.asarray(table[f"true_{target}"]) for target in targets], axis=1)
    preds = np.stack([np.asarray(table[f"pred_tta_{target}"]) for target in targets], axis=1)
    labels = [readable(target) for target in targets]
    units = [datamodule.data.manifest.units.get(target, "") for target in targets]
    shown = [{name: scores[target]["all"]["network_tta"][name] for name in ("rmse", "nmad")} for target in targets]
    facts: dict[str, Any] = {"origin": datamodule.origin}
    figures = {
        "truth_against_prediction": truth_against_prediction(truth, preds, labels, units, shown, **facts),
        "residuals": residuals(truth, preds, labels, units, **facts),
        "baselines": _baseline_figure(scores, labels, **facts),
        "gallery": gallery_of(datamodule, truth[:, 0], preds[:, 0], labels[0]),
    }
    if f"sigma_tta_{targets[0]}" in table.colnames:
        sigma = np.stack([np.asarray(table[f"sigma_tta_{target}"]) for target in targets], axis=1)
        figures["coverage"] = coverage(truth, preds, sigma, labels, units, **facts)
    return figures


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


def gallery_of(datamodule: GalaxyDataModule, truth: np.ndarray, preds: np.ndarray, label: str) -> Figure:
    """Draw the held-out galaxies whose predictions are farthest off, the best, and some others.

    Args:
        datamodule: Data and roles.
        truth: Of the test rows.
        preds: Of the test rows.
        label: What is predicted.
    """
    picked = pick_rows(truth, preds)
    across = max(len(chosen) for chosen in picked.values())
    stamps: list[np.ndarray] = []
    titles: list[str] = []
    for chosen in picked.values():
        images = datamodule.images[datamodule.rows(TEST)[chosen].tolist()].permute(0, 2, 3, 1).numpy()
        empty = np.full((across - len(chosen), *images.shape[1:]), 255, dtype=np.uint8)
        stamps += [images, empty]
        titles += [*captions(truth[chosen], preds[chosen]), *[""] * len(empty)]
    facts: dict[str, Any] = {"across": across, "origin": datamodule.origin}
    return gallery(np.concatenate(stamps), titles, f"held-out galaxies: {label}", list(picked), **facts)
