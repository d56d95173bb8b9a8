"""The error of each method, by what was held out."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import GUIDE, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from galexp.evaluation.leak import Estimate
    from galexp.shard.origin import Origin

_COLORS = ("#A8A8A8", "#0072B2", "#D55E00", "#009E73", "#CC79A7")
_TEXT = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
_THICK, _ROOM = 0.19, 1.3  # [inch]


@styled
def leak_bars(values: Mapping[str, Mapping[str, Estimate]], quantity: str, *, origin: Origin) -> Figure:
    """Draw an error of each method as one bar a way of holding out.

    Args:
        values: Method -> held out -> mean error and its standard error; all methods have the same, and the first is
            what the others are a multiple of, which is written behind them.
        quantity: What the error is, with its unit.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure; of an error of 0 there is no multiple.

    Raises:
        ValueError: for no method, methods of other ways of holding out, fewer than two of them, or more than five.
    """
    kinds = {tuple(found) for found in values.values()}
    if len(kinds) != 1 or not 2 <= len(next(iter(kinds))) <= len(_COLORS):
        raise ValueError(
            f"the methods have errors for {sorted(kinds)}; give all of them the same 2 to {len(_COLORS)} ways"
        )
    (held_out,) = kinds
    figure, ((axes,),) = new_figure(1, 1, 6.6, _ROOM + _THICK * (len(held_out) + 1) * len(values))
    height = 0.8 / len(held_out)
    for number, (name, color) in enumerate(zip(held_out, _COLORS, strict=False)):
        bars = np.array([found[name] for found in values.values()], dtype=np.float64)
        places = np.arange(len(values)) + (number - (len(held_out) - 1) / 2) * height
        axes.barh(places, bars[:, 0], 0.9 * height, color=color, label=name)
        axes.errorbar(bars[:, 0], places, xerr=np.nan_to_num(bars[:, 1]), fmt="none", ecolor=GUIDE, elinewidth=1)
        for place, (value, error), found in zip(places, bars, values.values(), strict=True):
            axes.annotate(
                _text(value, found[held_out[0]].value, is_first=number == 0),
                (value + np.nan_to_num(error), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                bbox=_TEXT,
            )
    for line in itertools.pairwise(range(len(values))):
        axes.axhline(sum(line) / 2, color=GUIDE, lw=0.4, alpha=0.25)
    axes.set_yticks(range(len(values)), list(values))
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.set_xlim(0, 1.2 * max(sum(np.nan_to_num(one)) for found in values.values() for one in found.values()))
    axes.set_xlabel(quantity)
    axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside lower center", ncols=len(held_out), title="held out", title_fontsize=9)
    mark(figure, origin)
    return figure


def _text(value: float, reference: float, is_first: bool) -> str:
    shown = f"{value:.3g}"
    return shown if is_first or reference == 0 else f"{shown}  (x {value / reference:.2g})"
