"""The generalization gap: the error of who never saw such galaxies, beside that of who did, on the same galaxies."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from galexp.figure.paired import wrapped
from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, put_legend_above, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_LINE, _EDGE = 0.2, 1.3  # [inch]


class GapLine(NamedTuple):
    """One line of the figure.

    Attributes:
        label: Which split of which survey, by which network.
        unseen: Score of the networks that never saw the held-out side.
        seen: Score of the out-of-fold networks that did.
        low: Lower end of the interval of unseen minus seen, NaN for none.
        high: Upper end.
    """

    label: str
    unseen: float
    seen: float
    low: float
    high: float


@styled
def gap_lines(lines: Sequence[GapLine], quantity: str, unit: str = "", *, origin: Origin) -> Figure:
    """Draw both scores of each split, and their difference with its paired interval over galaxies at the right.

    The two scores share the galaxies, so that the interval of the difference is narrower than either error by itself.

    Args:
        lines: From the top down.
        quantity: That is compared, such as ``RMSE``.
        unit: Of it, empty where there is none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there is no line to draw.
    """
    if not lines:
        raise ValueError("no gaps to draw; give at least one")
    labels = [wrapped(line.label) for line in lines]
    heights = np.array([0.2 + _LINE * (1 + label.count("\n")) for label in labels])
    figure, ((left, right),) = new_figure(1, 2, 4.8, _EDGE + heights.sum(), sharey=True)
    places = -(np.cumsum(heights) - heights / 2)
    for name, values, color, symbol in (
        ("out-of-fold, saw such galaxies", [line.seen for line in lines], POINT, "o"),
        ("never saw such galaxies", [line.unseen for line in lines], CURVE, "s"),
    ):
        left.plot(values, places, ls="", marker=symbol, ms=7, color=color, label=name, zorder=3)
    left.hlines(places, [line.seen for line in lines], [line.unseen for line in lines], color="#BBBBBB", lw=2, zorder=2)
    put_legend_above(left, columns=1)
    for place, line in zip(places, lines, strict=True):
        if np.isfinite([line.low, line.high]).all():
            right.plot([line.low, line.high], [place, place], color=GUIDE, lw=2.4, solid_capstyle="butt")
        right.plot(line.unseen - line.seen, place, ls="", marker="D", ms=7, color=GUIDE)
    right.axvline(0, color=GUIDE, lw=1.0, ls=":")
    left.set_yticks(places, labels)
    left.set(ylim=(-heights.sum(), 0), xlabel=with_unit(quantity, unit))
    right.set_xlabel(with_unit(f"gap in {quantity}", unit))
    for axes in (left, right):
        axes.grid(axis="x", alpha=0.25)
        axes.margins(x=0.12)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    mark(figure, origin)
    return figure
