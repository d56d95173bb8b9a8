"""What an output does while images are taken apart and put together in the order of a heat map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_COLORS = (POINT, CURVE, "#009E73")
_OTHERS = {"random": (GUIDE, ":"), "center": ("#777777", "--")}
_NAMES = {"random": "random order", "center": "from the center outward"}


class OrderCurve(NamedTuple):
    """One order of squares.

    Attributes:
        fraction: Of the image.
        output: Mean over galaxies.
        error: Its standard error.
    """

    fraction: Float[np.ndarray, " step"]
    output: Float[np.ndarray, " step"]
    error: Float[np.ndarray, " step"]


@styled
def deletion(curves: Mapping[str, Mapping[str, OrderCurve]], quantity: str, *, origin: Origin) -> Figure:
    """Draw deletion on the left and insertion on the right, each order of squares as a line with its error as a band.

    Args:
        curves: ``deletion`` and ``insertion`` -> order -> curve; the orders ``random`` and ``center`` are drawn apart.
        quantity: What the output is.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If a kind is missing.
    """
    if set(curves) != {"deletion", "insertion"}:
        raise ValueError(f"the curves are {sorted(curves)}; give deletion and insertion")
    figure, axes = new_figure(1, 2, 4.4, 3.7, sharey=True)
    words = {"deletion": "replaced by sky", "insertion": "put into the sky"}
    for ax, kind in zip(axes[0], words, strict=True):
        colors = iter(_COLORS)
        for order, curve in curves[kind].items():
            color, line = _OTHERS.get(order) or (next(colors), "-")
            low, high = curve.output - np.nan_to_num(curve.error), curve.output + np.nan_to_num(curve.error)
            ax.fill_between(curve.fraction, low, high, color=color, alpha=0.18, lw=0)
            name = _NAMES.get(order, order.replace("_", " "))
            ax.plot(curve.fraction, curve.output, color=color, ls=line, lw=1.8, label=name)
        ax.set(title=kind, xlabel=f"fraction of the image {words[kind]}", xlim=(0, 1))
    axes[0, 0].set_ylabel(quantity)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    mark(figure, origin)
    return figure
