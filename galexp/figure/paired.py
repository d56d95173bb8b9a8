"""Differences of two networks on the same galaxies, one a line."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_LETTERS = 46
_LINE, _EDGE = 0.2, 0.8  # [inch]


class Difference(NamedTuple):
    """One line of the figure.

    Attributes:
        label: Which two.
        value: Of the first minus the second.
        low: Lower end of the interval over galaxies, NaN for none.
        high: Upper end.
        members: The difference of each pair of trainings.
    """

    label: str
    value: float
    low: float
    high: float
    members: tuple[float, ...]


@styled
def paired_differences(differences: Sequence[Difference], quantity: str, unit: str = "", *, origin: Origin) -> Figure:
    """Draw each difference with its interval over galaxies, and the trainings it is the mean of as small points.

    An interval that leaves out zero is no proof by itself: it is a 68 % interval, one in three of those would, and of
    many lines some do by chance.

    Args:
        differences: From the top down.
        quantity: That differs, such as ``RMSE``.
        unit: Of it, empty where there is none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there is no difference to draw.
    """
    if not differences:
        raise ValueError("no differences to draw; give at least one")
    labels = [wrapped(one.label) for one in differences]
    heights = np.array([0.2 + _LINE * (1 + label.count("\n")) for label in labels])
    figure, ((axes,),) = new_figure(1, 1, 7.4, _EDGE + heights.sum())
    places = -(np.cumsum(heights) - heights / 2)
    for place, one in zip(places, differences, strict=True):
        _draw(axes, place, one)
    axes.axvline(0, color=GUIDE, lw=1.1, zorder=1)
    axes.set_yticks(places, labels)
    axes.set_ylim(-heights.sum(), 0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(with_unit(f"difference in {quantity}: first $-$ second", unit, width=60))
    axes.grid(axis="x", alpha=0.25)
    mark(figure, origin)
    return figure


def wrapped(label: str) -> str:
    r"""Break the lines of a name between its words, not at its hyphens.

    Example:
        >>> wrapped("xgass-random-small_cnn\nagainst xgass-delta5_q80-small_cnn").count("\n")
        1
    """
    lines = (
        textwrap.fill(line, _LETTERS, break_long_words=False, break_on_hyphens=False) for line in label.split("\n")
    )
    return "\n".join(lines)


def _draw(axes: Axes, place: float, one: Difference) -> None:
    if np.isfinite([one.low, one.high]).all():
        axes.plot([one.low, one.high], [place, place], color=POINT, lw=2.4, solid_capstyle="butt", zorder=2)
    if len(one.members) > 1:
        axes.plot(one.members, np.full(len(one.members), place), ls="", marker="o", ms=3.5, color=CURVE, zorder=3)
    axes.plot(one.value, place, ls="", marker="D", ms=7, color=POINT, mec="white", zorder=4)
