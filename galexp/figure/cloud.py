"""Many galaxies in one panel: points or counts, where the axes end, the running median."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib import patheffects
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.ticker import LogLocator

from galexp.figure.style import CURVE, POINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes

POINTS_UP_TO = 2000
FEWEST_IN_BIN = 5
# Neither so light that one galaxy is lost nor so dark that black lines are.
_COUNTS = ListedColormap(mpl.colormaps["Blues"](np.linspace(0.18, 0.8, 256)))
_BAR: dict[str, Any] = {"label": "galaxies in a cell", "format": "%g", "shrink": 0.8, "aspect": 30, "pad": 0.02}
_OUTLINE = [patheffects.withStroke(linewidth=3.5, foreground="white")]


def robust_limits(*samples: Float[np.ndarray, " value"], margin: float = 0.05) -> tuple[float, float]:
    """Return the range of the values within four interquartile ranges of the quartiles, six sigma of a Gaussian.

    A single wild prediction would otherwise press all others into a line. The quartiles are the outermost, and the
    range the widest, of the samples, so that predictions that are all alike do not hide the truth.

    Args:
        *samples: Finite values; empty ones are passed over.
        margin: Added on either side, as a share of the range.

    Example:
        >>> robust_limits(np.array([0.0, 1.0, 2.0, 3.0, 1000.0]), margin=0)
        (0.0, 3.0)
    """
    filled = [sample for sample in samples if len(sample)]
    if not filled:
        return 0.0, 1.0
    quartiles = np.array([np.quantile(sample, [0.25, 0.75]) for sample in filled])
    reach = 4 * np.ptp(quartiles, axis=1).max()
    values = np.concatenate(filled)
    tame = values[(values >= quartiles.min() - reach) & (values <= quartiles.max() + reach)]
    low, high = tame.min(), tame.max()
    pad = margin * (high - low) or 0.5 * max(abs(high), 1.0) * (margin > 0)
    return float(low - pad), float(high + pad)


def draw_cloud(
    axes: Axes,
    x: Float[np.ndarray, " galaxy"],
    y: Float[np.ndarray, " galaxy"],
    x_limits: tuple[float, float],
    y_limits: tuple[float, float],
    beside: Sequence[Axes] = (),
) -> int:
    """Draw points, or counts on a logarithmic scale with a bar where there are too many, and fix the limits.

    Args:
        axes: To draw in.
        x: Finite.
        y: Finite.
        x_limits: Of the axes.
        y_limits: Of the axes.
        beside: Panels that the bar stands beside, so that they stay aligned; none for `axes` alone.

    Returns:
        Number of galaxies outside the limits, which are not drawn.
    """
    if len(x) <= POINTS_UP_TO:
        size = float(np.clip(6000 / max(len(x), 1), 7, 28))
        axes.scatter(x, y, s=size, color=POINT, alpha=0.55, linewidths=0)
    else:
        counts, x_edges, y_edges = np.histogram2d(x, y, bins=80, range=(x_limits, y_limits))
        norm = LogNorm(vmin=1, vmax=max(counts.max(), 2))
        mesh = axes.pcolormesh(x_edges, y_edges, np.ma.masked_less(counts.T, 1), cmap=_COUNTS, norm=norm)
        bar = axes.figure.colorbar(mesh, ax=list(beside) or axes, ticks=LogLocator(subs=(1, 2, 5)), **_BAR)
        bar.ax.minorticks_off()
        bar.outline.set_visible(False)
    axes.set(xlim=x_limits, ylim=y_limits)
    inside = (x >= x_limits[0]) & (x <= x_limits[1]) & (y >= y_limits[0]) & (y <= y_limits[1])
    return int(np.sum(~inside))


def running_quantiles(
    x: Float[np.ndarray, " galaxy"], y: Float[np.ndarray, " galaxy"], limits: tuple[float, float]
) -> tuple[Float[np.ndarray, " bin"], Float[np.ndarray, " bin quantile"]]:
    """Return bin centers and the 16th, 50th and 84th percentile of `y` in equal bins of `x`.

    Half as many bins as the root of the number of galaxies, between 3 and 16.

    Args:
        x: What is binned.
        y: What is summarized.
        limits: Range of the bins.

    Returns:
        Centers, and percentiles that are NaN in bins of fewer than five galaxies.

    Example:
        >>> centers, percentiles = running_quantiles(np.full(9, 0.5), np.arange(9.0), (0.0, 1.0))
        >>> centers[1].item(), percentiles[1, 1].item()
        (0.5, 4.0)
    """
    bins = int(np.clip(np.sqrt(len(x)) / 2, 3, 16))
    edges = np.linspace(*limits, bins + 1)
    members = [y[(x >= low) & (x < high)] for low, high in itertools.pairwise(edges)]
    percentiles = [
        np.quantile(values, [0.16, 0.5, 0.84]) if len(values) >= FEWEST_IN_BIN else np.full(3, np.nan)
        for values in members
    ]
    return (edges[:-1] + edges[1:]) / 2, np.array(percentiles)


def draw_running_median(axes: Axes, x: np.ndarray, y: np.ndarray, limits: tuple[float, float]) -> None:
    """Draw the running median and, thinner, the 16th and 84th percentile, unless there are too few galaxies."""
    centers, percentiles = running_quantiles(x, y, limits)
    if not np.isfinite(percentiles).any():
        return
    low, median, high = percentiles.T
    axes.plot(centers, low, "--", color=CURVE, lw=1.3, label="16 to 84 %")
    axes.plot(centers, high, "--", color=CURVE, lw=1.3)
    axes.plot(centers, median, "o-", color=CURVE, lw=2, ms=4.5, path_effects=_OUTLINE, label="running median")
