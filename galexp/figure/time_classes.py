"""Predicted times beside the true ones: how far off along the way, and what is taken for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import ListedColormap

from galexp.figure.style import GUIDE, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.evaluation.class_timing import TimingProfile
    from galexp.shard.origin import Origin

    Times = Float[np.ndarray, " frame"]

MOST = 6
"""Configurations that can be told apart in one figure."""

_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#555555")
_LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), "-.", (0, (8, 2, 1, 2)), (0, (3, 3)))
_SHARES = ListedColormap(mpl.colormaps["Blues"](np.linspace(0, 0.85, 256))).with_extremes(bad="#EFEFEF")
_ACROSS, _LETTERS = 3, 30
_SIDE, _BAR = 3.0, 0.9  # [inch]


@styled
def time_errors(profiles: Mapping[str, TimingProfile], unit: str, *, origin: Origin) -> Figure:
    """Draw the mean absolute error and the median error against the true time.

    The band of the lower panel holds the middle 68 % of the errors of the first configuration alone, so that the others
    stay visible.

    Args:
        profiles: Configuration -> its errors along the time.
        unit: Of the times.
        origin: What the frames are; a mock or a simulation says so over the figure.

    Returns:
        The figure; a bin without a number breaks its line.

    Raises:
        ValueError: for no configuration, or more than six.
    """
    if not 1 <= len(profiles) <= MOST:
        raise ValueError(f"{len(profiles)} configurations to draw; give 1 to {MOST}")
    figure, ((upper,), (lower,)) = new_figure(2, 1, 6.4, 2.5, sharex=True)
    for (name, profile), color, line in zip(profiles.items(), _COLORS, _LINES, strict=False):
        style: dict[str, Any] = {"color": color, "ls": line, "lw": 1.8, "marker": "o", "ms": 3}
        upper.plot(profile.center, profile.mae, label=name, **style)
        lower.plot(profile.center, profile.median, **style)
    first = next(iter(profiles.values()))
    lower.fill_between(first.center, first.low, first.high, color=_COLORS[0], alpha=0.18, lw=0)
    lower.axhline(0, color=GUIDE, lw=1)
    upper.set_ylim(bottom=0)
    upper.set_ylabel(with_unit("mean absolute error", unit, width=18))
    lower.set_ylabel(with_unit("median error", unit, width=18))
    lower.set_xlabel(with_unit("true time since the first snapshot", unit))
    for axes in (upper, lower):
        axes.grid(alpha=0.25)
    handles, labels = upper.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=1, handlelength=3)
    mark(figure, origin)
    return figure


@styled
def time_confusion(
    times: Mapping[str, tuple[Times, Times]], edges: Float[np.ndarray, " edge"], unit: str, *, origin: Origin
) -> Figure:
    """Draw which times are taken for which, as the share of each bin of the true time, a panel a configuration.

    Args:
        times: Configuration -> true and predicted times.
        edges: Of the bins of both, rising; a prediction beyond them counts in the outermost.
        unit: Of the times.
        origin: What the frames are; a mock or a simulation says so over the figure.

    Returns:
        The figure; the column of a true time without a frame is gray.

    Raises:
        ValueError: for no configuration, or more than six.
    """
    if not 1 <= len(times) <= MOST:
        raise ValueError(f"{len(times)} configurations to draw; give 1 to {MOST}")
    across = min(len(times), _ACROSS)
    rows = -(-len(times) // across)
    figure, axes = new_figure(rows, across, _SIDE + _BAR / across, _SIDE, sharex=True, sharey=True)
    shares = {name: _shares(*pair, edges) for name, pair in times.items()}
    highest = max(float(np.nanmax(found, initial=0.0)) for found in shares.values()) or 1.0
    for ax, (name, found) in zip(axes.flat, shares.items(), strict=False):
        image = ax.pcolormesh(edges, edges, np.ma.masked_invalid(found), cmap=_SHARES, vmin=0, vmax=highest)
        _finish(ax, edges, with_unit(name, "", width=_LETTERS))
    for ax in axes.flat[len(times) :]:
        ax.set_visible(False)
    figure.colorbar(image, ax=axes, label="share of the true bin", shrink=0.8, aspect=25, pad=0.03)
    figure.supxlabel(with_unit("true time", unit), fontsize=10)
    figure.supylabel(with_unit("predicted time", unit), fontsize=10)
    mark(figure, origin)
    return figure


def _shares(true: Times, predicted: Times, edges: np.ndarray) -> Float[np.ndarray, "predicted true"]:
    known = np.isfinite(true) & np.isfinite(predicted)
    inside = np.clip(predicted[known], edges[0], edges[-1])
    counts, _, _ = np.histogram2d(inside, true[known], bins=(edges, edges))
    members = counts.sum(0)
    return np.where(members > 0, counts / np.maximum(members, 1), np.nan)


def _finish(axes: Axes, edges: np.ndarray, title: str) -> None:
    axes.plot(edges[[0, -1]], edges[[0, -1]], color=GUIDE, lw=0.8, ls=":")
    axes.set(xlim=edges[[0, -1]], ylim=edges[[0, -1]], aspect="equal", facecolor="#EFEFEF")
    axes.set_title(title, fontsize=8)
