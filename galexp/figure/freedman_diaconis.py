"""True and predicted values side by side in bins of Freedman and Diaconis, as in Figure 2 of Wu & Boada (2019)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.cloud import robust_limits
from galexp.figure.panel import panels
from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, put_legend_above, styled, with_unit

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_MOST_BINS = 200


def freedman_diaconis_edges(
    values: Float[np.ndarray, " value"], limits: tuple[float, float]
) -> Float[np.ndarray, " edge"]:
    """Return edges of equal bins with the width 2 IQR / n^(1/3), of the values inside the limits.

    Args:
        values: Finite.
        limits: Where the bins begin and end.

    Returns:
        Edges of 1 to 200 bins.

    Example:
        Of the numbers 0 to 63 the quartiles are 31.5 apart, and 4 is the cube root of 64:

        >>> edges = freedman_diaconis_edges(np.arange(64.0), (0.0, 63.0))
        >>> edges.tolist()
        [0.0, 15.75, 31.5, 47.25, 63.0]

    References:
        Freedman & Diaconis 1981, Z. Wahrscheinlichkeitstheorie verw. Gebiete 57, 453.
    """
    inside = values[(values >= limits[0]) & (values <= limits[1])]
    width = 2 * float(np.subtract(*np.quantile(inside, [0.75, 0.25]))) / math.cbrt(len(inside)) if len(inside) else 0.0
    bins = math.ceil((limits[1] - limits[0]) / width - 1e-9) if width else 1
    return np.linspace(*limits, min(bins, _MOST_BINS) + 1)


@styled
def truth_and_prediction_histograms(
    truth: Float[np.ndarray, " galaxy"],
    prediction: Float[np.ndarray, " galaxy"],
    label: str,
    unit: str,
    threshold: float | None = None,
    *,
    origin: Origin,
) -> Figure:
    """Draw how the truth and the predictions are distributed, and the residuals beside.

    A network regresses to the mean, so that the predictions are narrower than the truth.

    Args:
        truth: Of each galaxy.
        prediction: Of each galaxy.
        label: What the target is called.
        unit: Of the target, empty for none.
        threshold: Beyond which galaxies are counted, drawn as a line; None for none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Each has bins of its own, as wide as Freedman and Diaconis say, so that densities are drawn.
        Galaxies without a finite truth or prediction are left out and counted in it.

    Raises:
        ValueError: If the shapes differ.
    """
    (panel,) = panels(truth, prediction, label, unit)
    figure, axes = new_figure(1, 2, 4.8, 3.6, width_ratios=[1.5, 1])
    left, right = axes[0]
    limits = robust_limits(panel.truth, panel.prediction)
    for values, color, name in ((panel.truth, GUIDE, "true"), (panel.prediction, CURVE, "predicted")):
        _draw(left, values, limits, color, name, unit)
    if threshold is not None and limits[0] < threshold < limits[1]:
        left.axvline(threshold, color=GUIDE, lw=1, ls=":", label=f"cut at {threshold:.4g}")
    left.set(xlim=limits, ylabel=with_unit("density", f"1/{unit}" if unit else ""))
    left.set_xlabel(with_unit(panel.label, panel.unit))
    residual_limits = robust_limits(panel.residual)
    _draw(right, panel.residual, residual_limits, POINT, "residuals", unit)
    right.axvline(0, color=GUIDE, lw=1)
    right.set(xlim=residual_limits)
    right.set_xlabel(with_unit("predicted $-$ true", panel.unit))
    lines = "\n".join(panel.counts(0))
    left.text(0.03, 0.97, lines, transform=left.transAxes, va="top", fontsize=9, linespacing=1.4)
    for ax in (left, right):
        ax.set_ylim(0, 1.15 * ax.get_ylim()[1])
        put_legend_above(ax, columns=1)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, values: np.ndarray, limits: tuple[float, float], color: str, name: str, unit: str) -> None:
    edges = freedman_diaconis_edges(values, limits)
    width = edges[1] - edges[0]
    counts, _ = np.histogram(values, edges)
    heights = counts / (max(len(values), 1) * width)
    axes.stairs(heights, edges, color=color, lw=1.6, label=f"{name} (bins of {width:.2g} {unit}".rstrip() + ")")
    axes.stairs(heights, edges, fill=True, color=color, alpha=0.12)
