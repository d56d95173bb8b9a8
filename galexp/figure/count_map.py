"""How many galaxies of a survey were predicted to be what they are: counts of truth and prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.ticker import LogLocator

from galexp.figure.cloud import robust_limits
from galexp.figure.style import GUIDE, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_BAR: dict[str, Any] = {"label": "galaxies in a cell", "format": "%g", "shrink": 0.8, "aspect": 30, "pad": 0.02}
_TEXT = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
_FEWEST_CELLS, _MOST_CELLS = 12, 60


@styled
def count_map(
    samples: Mapping[str, tuple[Float[np.ndarray, " galaxy"], Float[np.ndarray, " galaxy"]]],
    label: str,
    unit: str,
    *,
    origin: Origin,
) -> Figure:
    """Draw counts of prediction against truth with the 1:1 line and the RMSE, one panel a sample, all on one range.

    A side has as many cells as the root of the number of galaxies, between 12 and 60, so that a cell holds one galaxy
    or more where they lie.

    Args:
        samples: Name -> true values and predictions; galaxies without either are left out.
        label: What is predicted.
        unit: Of it, empty for none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies beyond four interquartile ranges of the quartiles are counted in it, not drawn.

    Raises:
        ValueError: If there are no samples, or one has no galaxy with both values.
    """
    finite = {name: _both(*pair) for name, pair in samples.items()}
    empty = [name for name, (truth, _) in finite.items() if not len(truth)]
    if not finite or empty:
        raise ValueError(f"no galaxy of {', '.join(empty) or 'any sample'} has both a true value and a prediction")
    limits = robust_limits(*(values for pair in finite.values() for values in pair))
    figure, axes = new_figure(1, len(finite), 5.0, 4.3, sharex=True, sharey=True)
    for ax, (name, (truth, preds)) in zip(axes[0], finite.items(), strict=True):
        outside = _draw(ax, truth, preds, limits)
        error = np.sqrt(np.mean((preds - truth) ** 2))
        lines = [f"RMSE = {error:.3f} {unit}".rstrip(), f"n = {len(truth):,}"]
        lines += [f"{outside:,} outside the axes"] if outside else []
        ax.text(0.03, 0.97, "\n".join(lines), transform=ax.transAxes, va="top", fontsize=9, bbox=_TEXT)
        ax.set_title(name)
        ax.set_xlabel(with_unit(f"true {label}", unit))
    axes[0, 0].set_ylabel(with_unit(f"predicted {label}", unit))
    mark(figure, origin)
    return figure


def _both(truth: np.ndarray, preds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = np.isfinite(truth) & np.isfinite(preds)
    return truth[known], preds[known]


def _draw(axes: Axes, truth: np.ndarray, preds: np.ndarray, limits: tuple[float, float]) -> int:
    cells = int(np.clip(np.sqrt(len(truth)), _FEWEST_CELLS, _MOST_CELLS))
    counts, x_edges, y_edges = np.histogram2d(truth, preds, cells, range=(limits, limits))
    norm = LogNorm(vmin=1, vmax=max(counts.max(), 2))
    mesh = axes.pcolormesh(x_edges, y_edges, np.ma.masked_less(counts.T, 1), cmap=mpl.colormaps["viridis_r"], norm=norm)
    bar = axes.figure.colorbar(mesh, ax=axes, ticks=LogLocator(subs=(1, 2, 5)), **_BAR)
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    axes.plot(limits, limits, color=GUIDE, lw=1.2)
    axes.set(xlim=limits, ylim=limits, aspect="equal")
    return len(truth) - int(counts.sum())
