"""How surroundings are distributed in a survey, and where they are cut."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.cloud import robust_limits
from galexp.figure.style import GUIDE, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Bool, Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_SHADES = ("#E69F00", "#56B4E9", "#009E73")
_LINES = (":", "--", "-.")


class Surroundings(NamedTuple):
    """The surroundings of one survey.

    Attributes:
        values: Of every galaxy; NaN for those without.
        parts: Name -> which galaxies belong to it, such as the isolated ones.
        cuts: Name -> where a split cuts.
    """

    values: Float[np.ndarray, " galaxy"]
    parts: Mapping[str, Bool[np.ndarray, " galaxy"]]
    cuts: Mapping[str, float]


@styled
def environment_histograms(panels: Mapping[str, Surroundings], label: str, *, origin: Origin) -> Figure:
    """Draw histograms of the surroundings, one panel a survey, on one axis: all in black, parts shaded, cuts as lines.

    All panels have the same bins, as fine as the smallest survey allows. Values beyond four interquartile ranges of the
    quartiles are counted in the outermost bins.

    Args:
        panels: Survey -> its surroundings.
        label: Of the axis.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure; how many galaxies have a value, and how many none, stands in the legend.

    Raises:
        ValueError: If there is no panel, one has no finite value, or a part has another length than the values.
    """
    finite = {name: panel.values[np.isfinite(panel.values)] for name, panel in panels.items()}
    _check(panels, finite)
    bins = int(np.clip(2 * np.cbrt(min(map(len, finite.values()))), 10, 50))
    edges = np.linspace(*robust_limits(*finite.values(), margin=0), bins + 1)
    figure, axes = new_figure(len(panels), 1, 6.4, 3.1, sharex=True)
    for ax, (name, panel) in zip(axes[:, 0], panels.items(), strict=True):
        _draw(ax, panel, edges)
        ax.set(title=name, ylabel="galaxies")
    axes[-1, 0].set_xlabel(label)
    mark(figure, origin)
    return figure


def _check(panels: Mapping[str, Surroundings], finite: Mapping[str, np.ndarray]) -> None:
    empty = [name for name, values in finite.items() if not len(values)]
    if not panels or empty:
        raise ValueError(f"no galaxy of {', '.join(empty) or 'any survey'} has a finite value; give some that have")
    for name, panel in panels.items():
        for part, chosen in panel.parts.items():
            if len(chosen) != len(panel.values):
                raise ValueError(
                    f"part {part!r} of {name} has {len(chosen)} rows, its values {len(panel.values)}; give equal ones"
                )


def _draw(axes: Axes, panel: Surroundings, edges: np.ndarray) -> None:
    middle = np.clip(panel.values, edges[0], edges[-1])
    known = np.isfinite(panel.values)
    for color, (name, chosen) in zip(itertools.cycle(_SHADES), panel.parts.items()):
        here = known & chosen
        axes.hist(middle[here], edges.tolist(), color=color, alpha=0.45, label=f"{name} ({np.sum(here):,})")
    missing = f", {np.sum(~known):,} without a value" if not known.all() else ""
    axes.hist(
        middle[known], edges.tolist(), histtype="step", color=GUIDE, lw=1.8, label=f"all ({np.sum(known):,}{missing})"
    )
    for line, (name, cut) in zip(itertools.cycle(_LINES), panel.cuts.items()):
        axes.axvline(cut, color=GUIDE, lw=1.3, ls=line, label=f"{name}: {cut:.2f}".replace("-", "\N{MINUS SIGN}"))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0.2)
    axes.set_xlim(edges[0], edges[-1])
