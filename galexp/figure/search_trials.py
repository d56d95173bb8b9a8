"""What a search found: its objective against each thing that it searched over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, put_legend_above, styled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_LOG_FROM = 20.0


@styled
def search_trials(
    objective: Float[np.ndarray, " trial"],
    searched: Mapping[str, Sequence[str]],
    quantity: str,
    *,
    origin: Origin,
) -> Figure:
    """Draw the objective of every trial against each key that was searched over; the lowest has a star.

    An axis is logarithmic where its numbers are above 0 and span a factor of 20 or more; words stand side by side. The
    axis of the objective is logarithmic on the same terms.

    Args:
        objective: Of each trial, the lower the better; NaN where it failed, which is a cross at the foot.
        searched: Key -> the value of each trial, as it was written.
        quantity: What the objective is.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Raises:
        ValueError: for nothing searched over, another number of values, or no trial that came to its end.
    """
    if not searched or any(len(values) != len(objective) for values in searched.values()):
        counts = {key: len(values) for key, values in searched.items()}
        raise ValueError(f"{len(objective)} trials have values {counts}; give each key one value a trial")
    if not np.isfinite(objective).any():
        raise ValueError(f"none of {len(objective)} trials came to its end; there is nothing to draw")
    figure, axes = new_figure(1, len(searched), 5.0 if len(searched) == 1 else 3.6, 3.6, sharey=True)
    for ax, (key, values) in zip(axes[0], searched.items(), strict=True):
        _draw(ax, _places(ax, values), objective)
        ax.set_xlabel(key)
    if _is_wide(objective[np.isfinite(objective)]):
        axes[0, 0].set_yscale("log")
    axes[0, 0].set_ylabel(quantity)
    put_legend_above(axes[0, 0], columns=3 if len(searched) == 1 else 1)
    mark(figure, origin)
    return figure


def _places(axes: Axes, values: Sequence[str]) -> Float[np.ndarray, " trial"]:
    try:
        numbers = np.array([float(value) for value in values])
    except ValueError:
        words = list(dict.fromkeys(values))
        axes.set_xticks(range(len(words)), words, rotation=30, ha="right")
        return np.array([words.index(value) for value in values], dtype=np.float64)
    if _is_wide(numbers):
        axes.set_xscale("log")
    return numbers


def _is_wide(numbers: np.ndarray) -> bool:
    return bool(numbers.min() > 0 and numbers.max() >= _LOG_FROM * numbers.min())


def _draw(axes: Axes, places: np.ndarray, objective: np.ndarray) -> None:
    failed, best = ~np.isfinite(objective), int(np.nanargmin(objective))
    axes.plot(places[~failed], objective[~failed], "o", color=POINT, ms=5, alpha=0.7, label="a trial")
    axes.plot(places[best], objective[best], "*", color=CURVE, mec=GUIDE, mew=0.8, ms=14, label="the best")
    if failed.any():
        where = axes.get_xaxis_transform()
        foot = np.full(failed.sum(), 0.04)
        axes.plot(places[failed], foot, "x", color=GUIDE, ms=6, transform=where, label="failed")
    axes.grid(alpha=0.25)
