"""One number for each way to split a survey, with what its error bars are made of."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_THICK: dict[str, Any] = {"fmt": "o", "color": POINT, "ms": 5.5, "elinewidth": 3.2, "capsize": 0}
_THIN: dict[str, Any] = {"fmt": "none", "color": POINT, "elinewidth": 1.1, "capsize": 3}
_PUBLISHED: dict[str, Any] = {"fmt": "D", "color": CURVE, "mfc": "white", "ms": 5.5, "elinewidth": 1.3, "capsize": 3}
_APART = 0.17
_ROW, _ROOM, _WIDTH = 0.46, 1.0, 6.4  # [inch]


class SplitScore(NamedTuple):
    """A number of one split; NaN for what is not known.

    Attributes:
        label: Of the split.
        value: Mean over trainings.
        spread: Standard deviation over trainings.
        error: Bootstrap error over galaxies.
        published: The same number in a paper.
        published_spread: Its error as given there.
    """

    label: str
    value: float
    spread: float = np.nan
    error: float = np.nan
    published: float = np.nan
    published_spread: float = np.nan


@styled
def split_bars(scores: Mapping[str, Sequence[SplitScore]], quantity: str, *, origin: Origin) -> Figure:
    """Draw a number of each split as a point, one panel a survey, the published one as a diamond below it.

    The thick bar is the spread over trainings, the thin one sqrt(bootstrap^2 + spread^2) with the bootstrap over
    galaxies, by which a difference is to be judged; where either is not known the other stands alone. Points of one
    panel are of different galaxies.

    Args:
        scores: Survey -> its splits, from the top down.
        quantity: What the number is.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure; a split without a finite value is named and has no point.

    Raises:
        ValueError: If there is no survey, or one has no split.
    """
    if not scores or not all(scores.values()):
        raise ValueError(
            f"scores are given of { ({name: len(rows) for name, rows in scores.items()}) }; draw some splits"
        )
    heights = [_ROW * len(rows) + _ROOM for rows in scores.values()]
    figure, axes = new_figure(len(scores), 1, _WIDTH, sum(heights) / len(heights), height_ratios=heights, sharex=True)
    for ax, (name, rows) in zip(axes[:, 0], scores.items(), strict=True):
        _draw(ax, rows)
        ax.set_title(name)
    handles = {
        label: handle for ax in axes[:, 0] for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, handletextpad=0.5)
    axes[-1, 0].set_xlabel(quantity)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, rows: Sequence[SplitScore]) -> None:
    place = np.arange(len(rows), dtype=np.float64)
    value, spread, error, published, theirs = np.array([row[1:] for row in rows], dtype=np.float64).T
    whole = np.hypot(np.nan_to_num(spread), np.nan_to_num(error))
    axes.errorbar(value, place - _APART, xerr=whole, label="with bootstrap over galaxies", **_THIN)
    axes.errorbar(value, place - _APART, xerr=np.nan_to_num(spread), label="mean and sd of trainings", **_THICK)
    known = np.isfinite(published)
    if known.any():
        bars = np.nan_to_num(theirs[known])
        axes.errorbar(published[known], place[known] + _APART, xerr=bars, label="published", **_PUBLISHED)
    for line in itertools.pairwise(place):
        axes.axhline(sum(line) / 2, color=GUIDE, lw=0.4, alpha=0.25)
    axes.set_yticks(place, [row.label for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", lw=0.4, alpha=0.5)
