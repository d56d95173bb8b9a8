"""How the error of several networks fell: the mean over trainings and their range, one panel a configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from galexp.figure.learning_curve import set_error_scale
from galexp.figure.style import ROLE_COLORS, ROLE_LINES, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

    Histories = Sequence[Mapping[str, Sequence[float]]]

ACROSS = 2


@styled
def learning_curves(
    histories: Mapping[str, Histories],
    metric: str,
    label: str,
    images: Mapping[str, float],
    *,
    origin: Origin,
) -> Figure:
    """Draw train and val of a metric against the epoch, with the number of images seen on a second axis.

    The line is the mean over trainings, the band reaches from the lowest to the highest. Trainings that ended earlier
    are part of the mean as far as they go. The axis is logarithmic where the metric falls by a factor of four or more.

    Args:
        histories: What a panel is called -> the columns of ``history.csv`` of each of its trainings.
        metric: Which to draw, of ``train/<metric>`` and ``val/<metric>``.
        label: What it is called on the axis.
        images: What a panel is called -> images that an epoch shows.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there is no panel, or one of them has no training with the metric.
    """
    if not histories:
        raise ValueError("no learning curves to draw; give at least one training")
    across = min(ACROSS, len(histories))
    figure, axes = new_figure(-(-len(histories) // across), across, 5.6, 3.9)
    for ax, (name, trainings) in zip(axes.flat, histories.items(), strict=False):
        _draw(ax, name, trainings, metric)
        ax.set(xlabel="epoch", ylabel=label)
        ax.set_title(with_unit(name, "", width=52), fontsize=10)
        _count_images(ax, images[name])
        ax.legend(loc="upper right")
    for ax in axes.flat[len(histories) :]:
        ax.set_visible(False)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, name: str, trainings: Histories, metric: str) -> None:
    drawn = []
    for role in ("train", "val"):
        values = _aligned([training.get(f"{role}/{metric}", ()) for training in trainings])
        epochs = np.arange(1, values.shape[1] + 1)
        known = np.isfinite(values).any(axis=0)
        if not known.any():
            continue
        values, epochs = values[:, known], epochs[known]
        mean, low, high = np.nanmean(values, axis=0), np.nanmin(values, axis=0), np.nanmax(values, axis=0)
        marker = "o" if len(epochs) <= 20 else ""
        axes.plot(epochs, mean, color=ROLE_COLORS[role], ls=ROLE_LINES[role], marker=marker, ms=4, lw=1.8, label=role)
        axes.fill_between(epochs, low, high, color=ROLE_COLORS[role], alpha=0.2, lw=0)
        drawn.append(values)
    if not drawn:
        raise ValueError(f"no training of {name} has a finite train/{metric} or val/{metric}")
    set_error_scale(axes, np.concatenate([values.ravel() for values in drawn]))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _aligned(columns: Sequence[Sequence[float]]) -> np.ndarray:
    """Return one row a training, as long as the longest, with NaN where one has no epoch."""
    values = np.full((len(columns), max(map(len, columns), default=0)), np.nan)
    for row, column in zip(values, columns, strict=True):
        row[: len(column)] = column
    return values


def _count_images(axes: Axes, images: float) -> None:
    """Put the number of images seen along the top."""

    def seen(epoch: Any) -> Any:
        return epoch * images

    def epoch(seen: Any) -> Any:
        return seen / images

    top = axes.secondary_xaxis("top", functions=(seen, epoch))
    top.set_xlabel("images seen", fontsize=9)
    top.xaxis.set_major_locator(MaxNLocator(4))
    top.tick_params(labelsize=8)
    top.ticklabel_format(axis="x", scilimits=(-3, 4), useMathText=True)
