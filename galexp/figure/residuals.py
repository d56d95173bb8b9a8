"""How wrong the predictions are, and for which galaxies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from astropy.stats import sigma_clipped_stats
from scipy.stats import norm

from galexp.figure.cloud import draw_cloud, draw_running_median, robust_limits
from galexp.figure.panel import Panel, panels
from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, put_legend_above, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_FEWEST = 5


@styled
def residuals(
    truth: Float[np.ndarray, " galaxy *target"],
    prediction: Float[np.ndarray, " galaxy *target"],
    label: str | Sequence[str],
    unit: str | Sequence[str],
    *,
    origin: Origin,
) -> Figure:
    """Draw the residuals, prediction minus truth, as a histogram and against the truth, one row a target.

    The Gaussian has the mean and the standard deviation of the residuals within 3 sigma (clipped until nothing more
    falls out), so that what it leaves over are the wings. A running median that falls from the upper left to the
    lower right is the regression to the mean.

    Args:
        truth: One column a target, or no columns for a single one.
        prediction: As `truth`.
        label: What each target is called.
        unit: Of each target, empty for none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies without a finite truth or prediction are left out and counted in it.

    Raises:
        ValueError: If shapes, labels or units do not match.
    """
    shown = panels(truth, prediction, label, unit)
    figure, axes = new_figure(len(shown), 2, 5.0, 3.6, width_ratios=[1, 1.25])
    for (left, right), panel in zip(axes, shown, strict=True):
        limits = robust_limits(panel.residual)
        _draw_histogram(left, panel, limits)
        _draw_trend(right, panel, limits)
    mark(figure, origin)
    return figure


def _draw_histogram(axes: Axes, panel: Panel, limits: tuple[float, float]) -> None:
    inside = panel.residual[(panel.residual >= limits[0]) & (panel.residual <= limits[1])]
    bins = int(np.clip(2 * np.cbrt(len(inside)), 8, 60))
    counts, edges, _ = axes.hist(inside, bins=bins, range=limits, color=POINT, alpha=0.45)
    axes.axvline(0, color=GUIDE, lw=1.2)
    _draw_gaussian(axes, panel.residual, edges)
    axes.set_xlabel(with_unit(f"predicted $-$ true {panel.label}", panel.unit))
    lines = panel.counts(len(panel.residual) - len(inside))
    axes.set(xlim=limits, ylim=(0, (1.1 + 0.1 * len(lines)) * max(np.max(counts), 1)), ylabel="galaxies")
    axes.text(0.03, 0.97, "\n".join(lines), transform=axes.transAxes, va="top", fontsize=9, linespacing=1.4)


def _draw_gaussian(axes: Axes, residual: np.ndarray, edges: np.ndarray) -> None:
    if len(residual) < _FEWEST or np.ptp(residual) == 0:
        return
    mean, _, sigma = sigma_clipped_stats(residual, sigma=3, maxiters=None)
    if sigma > 0:
        x = np.linspace(edges[0], edges[-1], 400)
        digits = max(0, 1 - int(np.floor(np.log10(sigma))))
        center = f"{round(float(mean), digits) + 0.0:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
        text = f"Gaussian of the core: {center} ± {sigma:.{digits}f}"
        area = len(residual) * (edges[1] - edges[0])
        axes.plot(x, area * norm.pdf(x, mean, sigma), color=CURVE, lw=2, label=text)
        put_legend_above(axes, columns=1)


def _draw_trend(axes: Axes, panel: Panel, limits: tuple[float, float]) -> None:
    x_limits = robust_limits(panel.truth)
    draw_cloud(axes, panel.truth, panel.residual, x_limits, limits)
    axes.axhline(0, color=GUIDE, lw=1.2)
    draw_running_median(axes, panel.truth, panel.residual, x_limits)
    axes.set_xlabel(with_unit(f"true {panel.label}", panel.unit))
    axes.set_ylabel(with_unit("predicted $-$ true", panel.unit))
    put_legend_above(axes, columns=2)
