"""Which classes are taken for which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import ListedColormap

from galexp.figure.labeled import Labeled, labeled_rows
from galexp.figure.style import GUIDE, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float, Int64
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_PRINTED_UP_TO = 10
_LETTERS = 12  # An inch.
_SHARES = ListedColormap(mpl.colormaps["Blues"](np.linspace(0, 0.85, 256))).with_extremes(bad="#EFEFEF")
_BAR: dict[str, Any] = {"label": "share of the true class", "shrink": 0.8, "aspect": 30, "pad": 0.02}


@styled
def confusion(
    labels: Float[np.ndarray, " galaxy"],
    probabilities: Float[np.ndarray, "galaxy class"],
    classes: Sequence[str],
    *,
    origin: Origin,
) -> Figure:
    """Draw how many galaxies of each true class, a row, have which most probable class, a column.

    The color is the share of the row, so that a rare class is as visible as a frequent one. Up to ten classes have
    their counts and shares printed; more are an image, with a scale of its own.

    Args:
        labels: Number of each galaxy's class.
        probabilities: Of each class.
        classes: Names, in the order of the columns.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies without a class or probabilities are left out and counted in it; the row of a class without
        a member is gray.

    Raises:
        ValueError: If shapes or names do not match, or a label is no class.
    """
    shown = labeled_rows(labels, probabilities, classes)
    predicted = shown.probabilities.argmax(1)
    number = len(shown.classes)
    counts = np.zeros((number, number), dtype=np.int64)
    np.add.at(counts, (shown.labels, predicted), 1)
    side = 5.2 if number > _PRINTED_UP_TO else 2.4 + 0.46 * max(number, 3)
    figure, ((axes,),) = new_figure(1, 1, side + 0.6, side)
    _draw(axes, counts)
    _name(axes, shown.classes, letters=_LETTERS * (side - 1.2))
    axes.set_title(_summary(shown, predicted), fontsize=9)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, counts: Int64[np.ndarray, "class class"]) -> None:
    members = counts.sum(1, keepdims=True)
    shares = np.where(members > 0, counts / np.maximum(members, 1), np.nan)
    is_printed = len(counts) <= _PRINTED_UP_TO
    most = 1.0 if is_printed or not members.any() else np.nanmax(shares)
    image = axes.imshow(shares, cmap=_SHARES, vmin=0, vmax=most, interpolation="nearest")
    if is_printed:
        _print(axes, counts, shares)
    else:
        bar = axes.figure.colorbar(image, ax=axes, **_BAR)
        bar.outline.set_visible(False)


def _print(axes: Axes, counts: np.ndarray, shares: np.ndarray) -> None:
    size = float(np.clip(12 - 0.5 * len(counts), 7, 10))
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        text = f"{count:,}\n{100 * share:.0f} %" if np.isfinite(share) else "0"
        color = "white" if share > 0.6 else GUIDE
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=color, linespacing=1.3)


def _name(axes: Axes, classes: Sequence[str], letters: float) -> None:
    step = next(step for step in (1, 5, 10, 50, 100, len(classes)) if len(classes) <= _PRINTED_UP_TO * step)
    places = range(0, len(classes), step)
    names = [with_unit(classes[place], "", width=18) for place in places]
    is_long = max(map(len, names)) > letters / len(names)
    turned: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if is_long else {}
    axes.set_xticks(places, names, **turned)
    axes.set_yticks(places, names)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0 if step == 1 else 3)


def _summary(shown: Labeled, predicted: np.ndarray) -> str:
    accuracy = f"{np.mean(predicted == shown.labels):.3f}" if len(predicted) else "undefined"
    return ", ".join([f"accuracy: {accuracy}", *shown.counts()])
