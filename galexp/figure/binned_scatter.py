"""Predictions against the truth with the scatter of each bin, as in Figure 3 of Wu & Boada (2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import norm

from galexp.evaluation.binned_scatter import BinnedScatter, gaussian_of_histogram
from galexp.figure.cloud import draw_cloud, robust_limits
from galexp.figure.panel import Panel, panels
from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, put_legend_above, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

HISTOGRAM_BINS = 40
_INSET = (0.6, 0.11, 0.38, 0.24)  # Low and to the right, where a prediction is far too low.
_LARGEST = 180  # [point^2]


@styled
def binned_scatter_figure(
    truth: Float[np.ndarray, " galaxy"],
    prediction: Float[np.ndarray, " galaxy"],
    bins: BinnedScatter,
    label: str,
    unit: str,
    *,
    origin: Origin,
) -> Figure:
    """Draw predictions against the truth with the running median and its bands, the scatter of each bin above.

    The bands reach from the median by the NMAD and by the RMSE of the bin. In the panel above the area of a marker goes
    with the number of galaxies. The inset holds the residuals, with a Gaussian fitted to the counts.

    Args:
        truth: Of each galaxy.
        prediction: Of each galaxy.
        bins: Of the truth, with the errors in them.
        label: What the target is called.
        unit: Of the target, empty for none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies without a finite truth or prediction are left out and counted in it.

    Raises:
        ValueError: If the shapes differ.
    """
    (panel,) = panels(truth, prediction, label, unit)
    figure, axes = new_figure(2, 1, 6.0, 3.5, sharex=True, height_ratios=[1, 3])
    above, below = axes[:, 0]
    limits = robust_limits(panel.truth, panel.prediction)
    outside = draw_cloud(below, panel.truth, panel.prediction, limits, limits, beside=(above, below))
    below.plot(limits, limits, color=GUIDE, lw=1.2, label="1:1")
    draw_bands(below, bins)
    below.set_xlabel(with_unit(f"true {panel.label}", panel.unit))
    below.set_ylabel(with_unit(f"predicted {panel.label}", panel.unit))
    lines = panel.counts(outside)
    below.text(0.03, 0.97, "\n".join(lines), transform=below.transAxes, va="top", fontsize=9, linespacing=1.4)
    below.legend(loc="upper left", bbox_to_anchor=(0, 0.97 - 0.05 * len(lines)), borderaxespad=0.4)
    draw_scatter_of_bins(above, bins, {"RMSE": bins.rmse, "NMAD": bins.nmad}, unit)
    put_legend_above(above, columns=2)
    if len(panel.truth):
        _draw_inset(below, panel)
    mark(figure, origin)
    return figure


def draw_bands(axes: Axes, bins: BinnedScatter) -> None:
    """Draw the running median with bands as wide as NMAD and RMSE on either side; nothing where no bin has numbers."""
    known = np.isfinite(bins.median)
    if not known.any():
        return
    x, median = bins.centers[known], bins.median[known]
    bands = ((bins.rmse[known], 0.16, "median ± RMSE"), (bins.nmad[known], 0.26, "median ± NMAD"))
    for width, alpha, name in bands:
        axes.fill_between(x, median - width, median + width, color=CURVE, alpha=alpha, lw=0, label=name)
    axes.plot(x, median, "o-", color=CURVE, lw=2, ms=4, label="running median")


def draw_scatter_of_bins(
    axes: Axes, bins: BinnedScatter, scatters: Mapping[str, Float[np.ndarray, " bin"]], unit: str
) -> None:
    """Draw measures of the scatter in each bin, the area of a marker going with its number of galaxies.

    Args:
        axes: To draw in.
        bins: Whose centers and numbers of galaxies are meant.
        scatters: What a measure is called -> its values, at most two; NaN for none.
        unit: Of the scatter.
    """
    area = np.clip(_LARGEST * bins.n / max(bins.n.max(initial=1), 1), 8, None)
    for (name, values), color, marker in zip(scatters.items(), (POINT, CURVE), ("o", "s"), strict=False):
        known = np.isfinite(values)
        axes.plot(bins.centers[known], values[known], color=color, lw=1, alpha=0.6)
        facts: dict[str, Any] = {"s": area[known], "color": color, "marker": marker, "alpha": 0.85, "lw": 0}
        axes.scatter(bins.centers[known], values[known], label=name, **facts)
    top = np.nanmax([0.0, *(value for values in scatters.values() for value in values)])
    axes.set(ylim=(0, 1.25 * top or 1), ylabel=with_unit("scatter", unit))
    axes.grid(alpha=0.25)
    axes.tick_params(labelbottom=False)


def _draw_inset(axes: Axes, panel: Panel) -> None:
    edges = np.linspace(*robust_limits(panel.residual), HISTOGRAM_BINS + 1)
    inset = axes.inset_axes(_INSET)
    counts, _ = np.histogram(panel.residual, edges)
    inset.stairs(counts, edges, fill=True, color=POINT, alpha=0.5)
    center, sigma = gaussian_of_histogram(panel.residual, edges)
    if np.isfinite(center):
        x = np.linspace(edges[0], edges[-1], 200)
        area = (edges[1] - edges[0]) * np.sum((panel.residual >= edges[0]) & (panel.residual <= edges[-1]))
        inset.plot(x, area * norm.pdf(x, center, sigma), color=CURVE, lw=1.5)
        inset.set_title(f"$\\mu$ = {center:+.2g}, $\\sigma$ = {sigma:.2g}".replace("-", "\N{MINUS SIGN}"), fontsize=8)
    inset.axvline(0, color=GUIDE, lw=0.8)
    inset.set(yticks=[], ylim=(0, 1.1 * max(counts.max(), 1)), xlim=(edges[0], edges[-1]))
    inset.set_xlabel(with_unit("pred. $-$ true", panel.unit), fontsize=8, labelpad=1)
    inset.tick_params(axis="x", labelsize=7)
    inset.spines["left"].set_visible(False)
    inset.patch.set_alpha(0.85)
