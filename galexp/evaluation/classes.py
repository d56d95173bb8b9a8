"""The numbers of a classification: every method on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galexp.evaluation.class_calibration import temperature, tempered
from galexp.evaluation.metrics import NETWORKS
from galexp.evaluation.samples import samples_of
from galexp.evaluation.widths import FEWEST
from galexp.metric import classification
from galexp.task.label import PROBABILITY

if TYPE_CHECKING:
    from collections.abc import Callable

    from astropy.table import Table
    from jaxtyping import Float
    from torch import Tensor

_METRICS = (
    "accuracy",
    "balanced_accuracy",
    "log_loss",
    "brier",
    "roc_auc",
    "average_precision",
    "expected_calibration_error",
)
_WITH_ERROR = ("accuracy", "roc_auc", "average_precision")
_TEMPERED = ("log_loss", "expected_calibration_error")
_NEAR = (1, 2)


def class_scores(
    probabilities: Float[np.ndarray, "galaxy class"],
    labels: Float[np.ndarray, " galaxy"],
    ordered: bool = False,
    width: float | None = None,
) -> dict[str, float]:
    """Return the metrics of one method.

    Of more than two classes in an order, also how many classes the prediction is off, and the share of galaxies within
    one and two classes, where that is not all of them.

    Args:
        probabilities: Of each class.
        labels: Number of the class; NaN where there is none, which is left out and not counted.
        ordered: Whether the numbers of the classes are an order.
        width: Of a class in the unit of an ordered quantity; None where it has none. With it the mean absolute error
            is also given in that unit, as ``mae``.
    """
    known = np.isfinite(labels)
    preds, truth = torch.from_numpy(probabilities[known]), torch.from_numpy(labels[known]).long()
    scores = {"n": float(len(truth))}
    scores |= {name: float(getattr(classification, name)(preds, truth)) for name in _METRICS}
    if ordered and probabilities.shape[1] > 2:
        off = float(classification.mean_absolute_class_error(preds, truth))
        scores["mean_absolute_class_error"] = off
        near = [distance for distance in _NEAR if distance < probabilities.shape[1] - 1]
        scores |= {f"within_{k}": float(classification.within_k(preds, truth, k)) for k in near}
        scores |= {} if width is None else {"mae": off * width}
    return scores


def class_score_table(
    table: Table,
    label: str,
    classes: list[str],
    baselines: Mapping[str, np.ndarray],
    draws: int,
    seed: int,
    ordered: bool = False,
    width: float | None = None,
    learned: Table | None = None,
) -> dict[str, Any]:
    """Score the network, plain and averaged over views, and the baselines.

    With ten validation rows or more, whose probabilities call for a ``temperature``, the network also has its
    ``log_loss_tempered`` and ``expected_calibration_error_tempered`` on these rows once it is applied.

    Args:
        table: Predictions, as :func:`galexp.evaluation.predict.prediction_table` makes them.
        label: Column of the classes.
        classes: Their names.
        baselines: Probabilities (row, class) of other methods on the same rows.
        draws: Of a bootstrap over galaxies, for the errors of the network.
        seed: Of the bootstrap.
        ordered: As in :func:`class_scores`.
        width: As in :func:`class_scores`.
        learned: Predictions of the validation rows, by which probabilities are calibrated.

    Returns:
        label -> sample -> method -> metric.
    """
    labels = np.asarray(table[f"true_{label}"], dtype=np.float64)
    methods = {name: probabilities_of(table, classes, infix) for name, infix in NETWORKS.items()}
    found: dict[str, Any] = {}
    for sample, kept in samples_of(table).items():
        kept = kept & np.isfinite(labels)
        if not kept.any():
            continue
        found[sample] = {
            name: class_scores(p[kept], labels[kept], ordered, width) for name, p in {**methods, **baselines}.items()
        }
        for name, preds in methods.items():
            found[sample][name] |= _errors(preds[kept], labels[kept], draws, seed)
            if learned is not None and len(learned) >= FEWEST:
                factor = _temperature(learned, label, classes, NETWORKS[name])
                found[sample][name] |= _tempered_scores(preds[kept], labels[kept], factor)
    return {label: found}


def _temperature(table: Table, label: str, classes: list[str], infix: str) -> float:
    labels = np.asarray(table[f"true_{label}"], dtype=np.float64)
    return temperature(probabilities_of(table, classes, infix), labels.astype(int))


def _tempered_scores(probabilities: np.ndarray, labels: np.ndarray, factor: float) -> dict[str, float]:
    preds, truth = torch.from_numpy(tempered(probabilities, factor)), torch.from_numpy(labels).long()
    scores = {f"{name}_tempered": float(getattr(classification, name)(preds, truth)) for name in _TEMPERED}
    return {"temperature": factor, **scores}


def probabilities_of(table: Table, classes: list[str], infix: str = "") -> Float[np.ndarray, "galaxy class"]:
    """Return the probabilities of a table of predictions; with ``tta_`` those averaged over views."""
    columns = [np.asarray(table[f"{PROBABILITY}_{infix}{name}"], dtype=np.float64) for name in classes]
    return np.stack(columns, axis=1)


def _errors(probabilities: np.ndarray, labels: np.ndarray, draws: int, seed: int) -> dict[str, float]:
    """Return the bootstrap error over galaxies of some metrics, as ``<metric>_error``; of many classes one alone."""
    if draws < 2:
        return {}
    rng = np.random.default_rng(seed)
    preds, truth = torch.from_numpy(probabilities), torch.from_numpy(labels).long()
    drawn = [torch.from_numpy(rng.integers(len(truth), size=len(truth))) for _ in range(draws)]
    names = _WITH_ERROR if probabilities.shape[1] == 2 else _WITH_ERROR[:1]
    return {f"{name}_error": _spread(getattr(classification, name), preds, truth, drawn) for name in names}


def _spread(metric: Callable[..., Tensor], preds: Tensor, truth: Tensor, drawn: list[Tensor]) -> float:
    values = np.array([float(metric(preds[rows], truth[rows])) for rows in drawn])
    known = values[np.isfinite(values)]
    return float(np.std(known, ddof=1)) if len(known) > 1 else np.nan
