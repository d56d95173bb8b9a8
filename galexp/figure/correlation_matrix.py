"""Which labels go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import GUIDE, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_CELL, _WORDS, _WRITTEN_UP_TO = 0.21, 2.6, 12  # [inch], [inch], labels


@styled
def correlation_matrix(
    correlation: Float[np.ndarray, "label label"],
    labels: Sequence[str],
    bounds: Sequence[int] = (),
    *,
    origin: Origin,
) -> Figure:
    """Draw a matrix of correlations, blue for labels that exclude and red for labels that accompany each other.

    Args:
        correlation: From -1 to 1; NaN is gray.
        labels: One a row.
        bounds: Numbers of the labels before which a line is drawn, such as the first answer of each question.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure; the numbers are written into the cells of up to twelve labels.

    Raises:
        ValueError: If the matrix is not square, or has another number of labels.
    """
    count = len(labels)
    if correlation.shape != (count, count):
        raise ValueError(f"correlation has shape {correlation.shape} for {count} labels; give one row and column each")
    side = max(_CELL * count, 2.5) + _WORDS
    figure, axes = new_figure(1, 1, side + 0.8, side)
    ax = axes[0, 0]
    ax.set_facecolor("#BBBBBB")
    shown = ax.imshow(correlation, cmap="RdBu_r", vmin=-1, vmax=1)
    for bound in bounds:
        ax.axhline(bound - 0.5, color=GUIDE, lw=0.6)
        ax.axvline(bound - 0.5, color=GUIDE, lw=0.6)
    ax.set_xticks(range(count), labels, rotation=90, fontsize=7)
    ax.set_yticks(range(count), labels, fontsize=7)
    for row, column in np.argwhere(np.isfinite(correlation)) if count <= _WRITTEN_UP_TO else ():
        value = correlation[row, column]
        color = "white" if abs(value) > 0.6 else GUIDE
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=6, color=color)
    figure.colorbar(shown, ax=ax, label="correlation over galaxies", shrink=0.6, aspect=30, pad=0.02)
    mark(figure, origin)
    return figure
