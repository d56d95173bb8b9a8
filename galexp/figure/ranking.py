"""How well the members of a class are found, going down the ranking by its probability."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galexp.figure.baseline_bars import is_trained, method_label
from galexp.figure.labeled import Labeled, labeled_rows
from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled
from galexp.metric.classification import average_precision, roc_auc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxtyping import Bool, Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

    Curve = tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]

_GRID = np.linspace(0, 1, 501)
_NETWORKS: list[dict[str, Any]] = [{"color": POINT}, {"color": CURVE}, {"color": "#009E73"}, {"color": "#CC79A7"}]
_BASELINES: list[dict[str, Any]] = [
    {"color": "#9A9A9A", "ls": "-"},
    {"color": "#4D4D4D", "ls": (0, (6, 2))},
    {"color": "#9A9A9A", "ls": (0, (6, 2, 1, 2))},
    {"color": "#4D4D4D", "ls": (0, (1, 1.2))},
    {"color": "#9A9A9A", "ls": (0, (3, 1.5))},
]


@styled
def ranking(
    labels: Float[np.ndarray, " galaxy"],
    probabilities: Mapping[str, Float[np.ndarray, "galaxy class"]],
    classes: Sequence[str],
    *,
    origin: Origin,
) -> Figure:
    """Draw the ROC curve and precision against recall of every method, with the area under each in the legend.

    Of two classes the last is the one to be found. With more each is held against the rest, and the curves are averaged
    at equal false positive rate and at equal recall over the classes that occur, so that the area under them is the
    mean of the areas. Precision is not interpolated, for which reason it falls in steps.

    Args:
        labels: Number of each galaxy's class.
        probabilities: Method -> probability of each class; methods whose name starts with ``network`` or ``ensemble``
            are colored, the others gray.
        classes: Names, in the order of the columns.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies without a class, or without probabilities of every method, are left out and counted in it;
        where only one class is left there are no curves.

    Raises:
        ValueError: If there are no methods, shapes or names do not match, or a label is no class.
    """
    if not probabilities:
        raise ValueError("no methods to draw; give the probabilities of at least one")
    methods = _on_the_same_rows(labels, probabilities, classes)
    any_method = next(iter(methods.values()))
    figure, ((left, right),) = new_figure(1, 2, 5.8, 4.6)
    for (method, shown), style in zip(methods.items(), _styles(list(methods)), strict=True):
        label = f"{method_label(method)}\nAUC {_area(roc_auc, shown)}, AP {_area(average_precision, shown)}"
        _draw(left, shown, _roc, label, style)
        _draw(right, shown, _precision, label, style)
    _guide(left, right, any_method)
    figure.legend(*left.get_legend_handles_labels(), loc="outside right center", handlelength=2.4, labelspacing=0.9)
    figure.suptitle(_title(any_method))
    mark(figure, origin)
    return figure


def _on_the_same_rows(
    labels: np.ndarray, probabilities: Mapping[str, np.ndarray], classes: Sequence[str]
) -> dict[str, Labeled]:
    known = np.asarray(labels, dtype=np.float64)
    for values in probabilities.values():
        labeled_rows(labels, values, classes)
        known = np.where(np.isfinite(values).all(1), known, np.nan)
    return {method: labeled_rows(known, values, classes) for method, values in probabilities.items()}


def _styles(methods: list[str]) -> list[dict[str, Any]]:
    colored, gray = itertools.cycle(_NETWORKS), itertools.cycle(_BASELINES)
    return [
        {**next(colored), "lw": 2.0, "zorder": 3} if is_trained(method) else {**next(gray), "lw": 1.5, "zorder": 2}
        for method in methods
    ]


def _draw(axes: Axes, shown: Labeled, curve: Callable[..., Curve], label: str, style: Mapping[str, Any]) -> None:
    sought = _sought(shown)
    if not sought:
        axes.plot([], [], label=label, **style)
        return
    curves = [curve(shown.labels == number, shown.probabilities[:, number]) for number in sought]
    x, y = curves[0] if len(curves) == 1 else (_GRID, np.mean([_at_grid(*points, curve) for points in curves], axis=0))
    axes.plot(x, y, drawstyle="default" if curve is _roc else "steps-pre", label=label, **style)


def _sought(shown: Labeled) -> list[int]:
    """Return the classes to be found, none where the galaxies are all of one."""
    occurring = np.unique(shown.labels).tolist()
    if len(occurring) < 2:
        return []
    return [1] if len(shown.classes) == 2 else occurring


def _roc(is_member: Bool[np.ndarray, " galaxy"], scores: Float[np.ndarray, " galaxy"]) -> Curve:
    from sklearn.metrics import roc_curve

    false_positive, true_positive, _ = roc_curve(is_member, scores)
    return false_positive, true_positive


def _precision(is_member: Bool[np.ndarray, " galaxy"], scores: Float[np.ndarray, " galaxy"]) -> Curve:
    """Return recall, rising from 0, and the precision with which each is reached."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, _ = precision_recall_curve(is_member, scores)
    recall, first = np.unique(recall[::-1], return_index=True)
    precision = precision[::-1][first]
    return recall, np.array([precision[1], *precision[1:]])


def _at_grid(x: np.ndarray, y: np.ndarray, curve: Callable[..., Curve]) -> Float[np.ndarray, " point"]:
    if curve is _roc:
        return np.interp(_GRID, x, y)
    return y[np.searchsorted(x, _GRID, side="left")]


def _area(area: Callable[..., torch.Tensor], shown: Labeled) -> str:
    value = float(area(torch.from_numpy(shown.probabilities), torch.from_numpy(shown.labels)))
    return f"{value:.3f}" if np.isfinite(value) else "undefined"


def _guide(left: Axes, right: Axes, shown: Labeled) -> None:
    sought = _sought(shown)
    share = np.mean([np.mean(shown.labels == number) for number in sought]) if sought else np.nan
    label = f"chance\nAUC 0.500, AP {share:.3f}" if sought else None
    for axes, height in ((left, [0, 1]), (right, [share, share])):
        axes.plot([0, 1], height, color=GUIDE, lw=1.1, ls=":", zorder=2.5, label=label)
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    left.set(xlabel="false positive rate", ylabel="true positive rate")
    right.set(xlabel="recall (completeness)", ylabel="precision (purity)")


def _title(shown: Labeled) -> str:
    if len(shown.classes) == 2:
        what = f"{shown.classes[1]}: {np.sum(shown.labels == 1):,} members"
    else:
        what = f"{len(np.unique(shown.labels))} classes, each against the rest, averaged"
    return ", ".join([what, *shown.counts()])
