"""Probabilities of classes in an order, small and side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import CURVE, POINT, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_ACROSS = 4


@styled
def probability_panels(
    probabilities: Float[np.ndarray, "image class"],
    values: Float[np.ndarray, " class"],
    names: Sequence[str],
    quantity: str,
    *,
    origin: Origin,
) -> Figure:
    """Draw the probability of each class of each image, a panel an image, all on one scale, with the mean marked.

    Args:
        probabilities: Of each class, 1 in sum.
        values: What the classes stand for, rising.
        names: Of the images.
        quantity: What the values are, with their unit.
        origin: What the images are; a mock or a simulation says so over the figure.

    Raises:
        ValueError: for no image, or other than one name an image and one value a class.
    """
    if not len(probabilities) or probabilities.shape != (len(names), len(values)):
        raise ValueError(
            f"probabilities of shape {probabilities.shape} for {len(names)} images and {len(values)} classes; give one "
            "row an image and one column a class"
        )
    across = min(_ACROSS, len(names))
    rows = -(-len(names) // across)
    figure, axes = new_figure(rows, across, 2.1, 1.45, sharex=True, sharey=True)
    step = float(np.median(np.diff(values))) if len(values) > 1 else 1.0
    edges = np.append(values - step / 2, values[-1] + step / 2)
    for ax, name, row in zip(axes.flat, names, probabilities, strict=False):
        ax.stairs(row, edges, fill=True, color=POINT, alpha=0.75)
        ax.axvline(row @ values, color=CURVE, lw=1.2, ls="--")
        ax.set_title(with_unit(name, "", width=24), fontsize=8)
        ax.set(xlim=edges[[0, -1]])
    axes.flat[0].set_ylim(bottom=0)
    for ax in axes.flat[len(names) :]:
        ax.set_visible(False)
    figure.supxlabel(quantity, fontsize=10)
    figure.supylabel("probability", fontsize=10)
    mark(figure, origin)
    return figure
