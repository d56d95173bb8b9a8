"""The numbers of a run: every method on the same rows, for all objects and for the samples that a survey marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from astropy.table import Table

from galexp.evaluation.bootstrap import bootstrap_interval
from galexp.evaluation.samples import samples_of
from galexp.evaluation.widths import width_scores
from galexp.metric import regression

NETWORKS = {"network": "", "network_tta": "tta_"}
"""What a network is called in scores, and in the names of its columns: as it is, and averaged over views."""

_METRICS = ("rmse", "normalized_rmse", "mae", "nmad", "bias", "pearson", "slope")


def score(preds: np.ndarray, truth: np.ndarray, draws: int, seed: int) -> dict[str, float]:
    """Return the metrics of one method on one target, with the bootstrap error of the RMSE over galaxies.

    Args:
        preds: One number per galaxy.
        truth: Likewise; NaN where there is none, which is left out and not counted.
        draws: Of the bootstrap; 0 for none.
        seed: Of the bootstrap.
    """
    known = np.isfinite(truth)
    preds, truth = preds[known], truth[known]
    tensors = torch.from_numpy(preds), torch.from_numpy(truth)
    scores = {name: float(getattr(regression, name)(*tensors)) for name in _METRICS}
    scores = {"n": float(len(truth)), **scores, "scatter": float(np.std(truth, ddof=1)) if len(truth) > 1 else np.nan}
    if draws and len(truth) > 1:
        interval = bootstrap_interval(regression.rmse, preds, truth, draws=draws, seed=seed)
        scores["rmse_error"] = float(interval.standard_error)
    return scores


def score_table(
    table: Table,
    targets: list[str],
    baselines: Mapping[str, np.ndarray],
    draws: int,
    seed: int,
    learned: Table | None = None,
) -> dict[str, Any]:
    """Score the network, plain and averaged over views, and the baselines, per target and sample.

    Args:
        table: Predictions, as :func:`galexp.evaluation.predict.prediction_table` makes them.
        targets: Columns.
        baselines: Predictions (row, target) of other methods on the same rows.
        draws: Of the bootstrap.
        seed: Of the bootstrap.
        learned: Predictions of the validation rows, by which widths are calibrated.

    Returns:
        target -> sample (``all``, and ``detections`` and ``unconfused`` where marked) -> method -> metric.
    """
    samples = samples_of(table)
    scores: dict[str, Any] = {}
    for number, target in enumerate(targets):
        truth = np.asarray(table[f"true_{target}"], dtype=np.float64)
        methods = {"network": table[f"pred_{target}"], "network_tta": table[f"pred_tta_{target}"]}
        methods |= {name: preds[:, number] for name, preds in baselines.items()}
        scores[target] = {
            sample: {name: score(np.asarray(preds)[kept], truth[kept], draws, seed) for name, preds in methods.items()}
            for sample, kept in samples.items()
            if np.isfinite(truth[kept]).any()
        }
        for sample, found in scores[target].items():
            for method, infix in NETWORKS.items():
                found[method] |= width_scores(table[samples[sample]], target, infix, learned)
    return scores


def flatten(scores: Mapping[str, Any], prefix: str) -> dict[str, float]:
    """Return nested scores as ``prefix/target/sample/method/metric`` -> number; no prefix where it is empty."""
    flat: dict[str, float] = {}
    for key, value in scores.items():
        name = f"{prefix}/{key}" if prefix else str(key)
        flat |= flatten(value, name) if isinstance(value, Mapping) else {name: value}
    return flat
