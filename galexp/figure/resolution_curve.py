"""What a network knows at each resolution, as in Figure 4 of Wu & Boada (2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.style import GUIDE, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_LOOKS = (("#0072B2", "o"), ("#009E73", "D"), ("#D55E00", "^"), ("#666666", "s"), ("#CC79A7", "v"))
_MOST_SIDES = 10


class ResolutionCurve(NamedTuple):
    """A number at each image side.

    Attributes:
        side: Of the images [pixel].
        value: The number.
        error: Of the number, NaN where none is known.
    """

    side: Float[np.ndarray, " side"]
    value: Float[np.ndarray, " side"]
    error: Float[np.ndarray, " side"]


@styled
def resolution_curve(
    curves: Mapping[str, Mapping[str, ResolutionCurve]],
    published: Mapping[str, Mapping[str, ResolutionCurve]],
    *,
    origin: Origin,
) -> Figure:
    """Draw numbers of several methods against the side of the images, on a logarithmic axis, one panel a quantity.

    Methods that see the catalog alone, such as a forest on photometry, do not depend on the side: their line shows what
    images must beat.

    Args:
        curves: Quantity, with its unit -> method -> numbers; at most five methods.
        published: Likewise, for quantities that are in `curves`; drawn as dashed lines with open markers.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there is nothing to draw, or a published quantity is not among the drawn ones.
    """
    strange = [name for name in published if name not in curves]
    if not curves or strange:
        raise ValueError(f"published numbers of {strange} for curves of {list(curves)}; give curves of the same")
    figure, axes = new_figure(1, len(curves), 5.2, 4.2)
    for ax, (quantity, methods) in zip(axes[0], curves.items(), strict=True):
        theirs = published.get(quantity, {})
        for (name, curve), (color, marker) in zip(methods.items(), _LOOKS, strict=False):
            ax.errorbar(*curve, color=color, marker=marker, ms=6, lw=1.6, capsize=3, label=name)
        for number, (name, curve) in enumerate(theirs.items()):
            style = {"color": GUIDE, "marker": _LOOKS[number % len(_LOOKS)][1], "mfc": "white", "ls": "--", "lw": 1.2}
            ax.errorbar(*curve, **style, capsize=3, label=name)
        _set_axes(ax, [*methods.values(), *theirs.values()], quantity)
    shown = {name: handle for ax in axes[0] for handle, name in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=2 * len(curves), handlelength=2.4)
    mark(figure, origin)
    return figure


def _set_axes(axes: Axes, curves: list[ResolutionCurve], quantity: str) -> None:
    sides = np.unique(np.concatenate([curve.side for curve in curves]))
    axes.set_xscale("log", base=2)
    if len(sides) <= _MOST_SIDES:
        axes.set_xticks(sides, [f"{side:g}" for side in sides])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set(xlabel="side of the images [pixel]", ylabel=quantity)
    axes.grid(alpha=0.25)
