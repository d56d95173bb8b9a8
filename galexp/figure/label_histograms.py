"""How each of many labels is distributed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import NullLocator

from galexp.figure.style import POINT, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_ACROSS, _BINS, _LARGE_UP_TO = 6, 25, 3


@styled
def label_histograms(labels: Mapping[str, Float[np.ndarray, " galaxy"]], *, origin: Origin) -> Figure:
    """Draw a histogram of each label, with the number of galaxies on a logarithmic axis.

    The axes of the number of galaxies are alike. Under each label stand its mean and, where more than one galaxy in a
    hundred has the lowest value, their share: most vote fractions of a decision tree are 0, because nobody reached the
    question.

    Args:
        labels: What each is called, with its unit -> values.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. What is not finite is left out and counted.

    Raises:
        ValueError: If there are no labels.
    """
    if not labels:
        raise ValueError("there are no labels to draw; give at least one")
    across = min(_ACROSS if len(labels) > _LARGE_UP_TO else _LARGE_UP_TO, len(labels))
    size = (2.1, 1.95) if len(labels) > _LARGE_UP_TO else (4.2, 3.4)
    figure, axes = new_figure(-(-len(labels) // across), across, *size)
    for ax, (label, values) in zip(axes.flat, labels.items(), strict=False):
        _draw(ax, label, np.asarray(values, dtype=np.float64))
        if len(labels) > _LARGE_UP_TO:
            ax.tick_params(labelsize=6.5)
            ax.xaxis.label.set_size(7)
    for ax in axes.flat[len(labels) :]:
        ax.set_visible(False)
    for ax in axes[:, 0]:
        ax.set_ylabel("galaxies")
    mark(figure, origin)
    return figure


def _draw(axes: Axes, label: str, values: Float[np.ndarray, " galaxy"]) -> None:
    finite = values[np.isfinite(values)]
    lines = [with_unit(label, "", width=28)]
    if len(finite):
        axes.stairs(*np.histogram(finite, _BINS), fill=True, color=POINT, alpha=0.75)
        lines.append(f"mean {finite.mean():.3g}")
        lowest = np.mean(finite == finite.min())
        if lowest > 0.01:
            lines[-1] += f", {lowest:.0%} at {finite.min():.3g}"
    if len(finite) < len(values):
        lines.append(f"{len(values) - len(finite):,} without a value")
    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0.5, 2 * max(len(finite), 1))
    axes.set_xlabel("\n".join(lines))
