"""How far from the center of a galaxy a network looks, for the kinds of galaxies that it tells apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_COLORS = (POINT, CURVE, "#009E73", "#CC79A7")
_LINES = ("-", "--")
_FEWEST = 5


class ProfileCurve(NamedTuple):
    """The mean profile of one group of galaxies.

    Attributes:
        inner: Edges of the annuli, towards the center.
        outer: Edges of the annuli.
        density: Attribution over that by chance.
        error: Standard error over galaxies.
        galaxies: In each annulus.
    """

    inner: Float[np.ndarray, " annulus"]
    outer: Float[np.ndarray, " annulus"]
    density: Float[np.ndarray, " annulus"]
    error: Float[np.ndarray, " annulus"]
    galaxies: Int[np.ndarray, " annulus"]


@styled
def attribution_profile(
    panels: Mapping[str, Mapping[tuple[str, str], ProfileCurve]], unit: str, *, origin: Origin
) -> Figure:
    """Draw the density of attribution against the distance from the center, one panel an output.

    Args:
        panels: Output -> (group, effect) -> its curve; groups differ in color, effects in the line.
        unit: Of the distances.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure: means with one standard error over galaxies, and a line at 1, what a map that lies anywhere has.
        Annuli that fewer than five galaxies have are not drawn.

    Raises:
        ValueError: If there is nothing to draw.
    """
    if not panels or not all(panels.values()):
        raise ValueError(
            f"there are no curves to draw in {', '.join(panels) or 'no panel'}; give one a panel, at least"
        )
    figure, axes = new_figure(1, len(panels), 4.6, 3.9, sharey=True)
    for ax, (name, curves) in zip(axes[0], panels.items(), strict=True):
        groups, effects = (list(dict.fromkeys(key[place] for key in curves)) for place in (0, 1))
        ax.axhline(1, color=GUIDE, lw=1, ls=":", label="by chance")
        for (group, effect), curve in curves.items():
            style: dict[str, Any] = {"color": _COLORS[groups.index(group) % len(_COLORS)], "capsize": 2, "lw": 1.8}
            style["ls"] = _LINES[effects.index(effect) % len(_LINES)]
            _draw(ax, curve, f"{group}: {effect}" if len(effects) > 1 else group, style)
        ax.set(title=name, xlabel=f"distance from the center [{unit}]", xlim=(0, None))
        ax.legend(loc="upper right", fontsize=8, handlelength=2.4)
    entries = max(len(curves) for curves in panels.values()) + 1
    axes[0, 0].set_ylim(0, axes[0, 0].get_ylim()[1] * (1 + 0.085 * entries))
    axes[0, 0].set_ylabel("attribution / chance")
    mark(figure, origin)
    return figure


def _draw(axes: Axes, curve: ProfileCurve, name: str, style: dict[str, Any]) -> None:
    """Draw the annuli that enough galaxies have."""
    kept = np.asarray(curve.galaxies) >= _FEWEST
    if kept.any():
        center = (curve.inner + curve.outer)[kept] / 2
        label = f"{name} (n = {int(np.max(curve.galaxies)):,})"
        axes.errorbar(center, curve.density[kept], yerr=np.nan_to_num(curve.error[kept]), label=label, **style)
