"""The figures of a run that predicts classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.classes import probabilities_of
from galexp.evaluation.metrics import NETWORKS
from galexp.evaluation.run import Evaluation
from galexp.figure.baseline_bars import baseline_bars
from galexp.figure.confusion import confusion
from galexp.figure.methods import METHOD_NAMES, readable
from galexp.figure.numbers import gallery_of
from galexp.figure.ranking import ranking
from galexp.figure.reliability import reliability
from galexp.split.base import TEST

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def class_figures(datamodule: GalaxyDataModule, result: Evaluation) -> dict[str, Figure]:
    """Draw confusion, reliability, a gallery, the baselines and, of two classes, how well they are ranked."""
    (label,) = result.targets
    samples = result.scores[TEST][label]
    table, classes = result.of_role(TEST), list(result.classes)
    labels = np.asarray(table[f"true_{label}"], dtype=np.float64)
    methods = {METHOD_NAMES[name]: probabilities_of(table, classes, infix) for name, infix in NETWORKS.items()}
    methods |= {METHOD_NAMES[name]: values for name, values in result.baselines.items()}
    averaged = methods[METHOD_NAMES["network_tta"]]
    facts: dict[str, Any] = {"origin": datamodule.origin}
    is_binary = len(classes) == 2
    said = f"probability of {readable(classes[1])}" if is_binary else readable(label)
    shown = averaged[:, 1] if is_binary else averaged.argmax(1)
    figures = {
        "confusion": confusion(labels, averaged, classes, **facts),
        "reliability": reliability(labels, averaged, classes, **facts),
        "gallery": gallery_of(datamodule, labels, shown.astype(np.float64), said),
        "baselines": _bars(samples["all"], readable(label), **facts),
    }
    is_ordered = "mean_absolute_class_error" in samples["all"]["network"]
    return figures if is_ordered else {**figures, "ranking": ranking(labels, methods, classes, **facts)}


def _bars(methods: dict[str, Any], label: str, **facts: Any) -> Figure:
    is_area = "within_2" not in methods["network"]
    key, quantity = ("roc_auc", "area under the ROC curve") if is_area else ("within_2", "share within two classes")
    values = {METHOD_NAMES[name]: scores[key] for name, scores in methods.items()}
    errors = {METHOD_NAMES[name]: scores.get(f"{key}_error", np.nan) for name, scores in methods.items()}
    reference = 0.5 if is_area else methods["majority"][key] if "majority" in methods else np.nan
    named = "chance" if is_area else METHOD_NAMES["majority"]
    return baseline_bars(values, errors, label, quantity, reference, named, **facts)
