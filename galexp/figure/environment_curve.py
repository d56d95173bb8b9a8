"""How an error depends on the surroundings that were held out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from galexp.figure.style import CURVE, POINT, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_COLORS = (POINT, "#009E73", "#CC79A7")
_BAND = "#A3142F"
_PUBLISHED: dict[str, Any] = {"color": CURVE, "fmt": "D--", "mfc": "white", "ms": 5, "lw": 1.2, "elinewidth": 1.1}


class WindowCurve(NamedTuple):
    """A number of each window.

    Attributes:
        center: Quantile in the middle of the window.
        value: Mean over trainings.
        spread: Standard deviation over trainings; NaN for a single one.
        density: Mean log10(1 + delta5) of the galaxies that were held out.
    """

    center: Float[np.ndarray, " window"]
    value: Float[np.ndarray, " window"]
    spread: Float[np.ndarray, " window"]
    density: Float[np.ndarray, " window"]


class EnvironmentPanel(NamedTuple):
    """The windows of one survey.

    Attributes:
        curves: Name of each way to measure the overdensity -> its windows.
        random: Mean and standard deviation of the same number over random splits; None where none was trained.
        published: The curve of a paper, or None.
    """

    curves: Mapping[str, WindowCurve]
    random: tuple[float, float] | None = None
    published: WindowCurve | None = None


@styled
def environment_curve(
    panels: Mapping[str, EnvironmentPanel], quantity: str = "normalized RMSE", *, origin: Origin
) -> Figure:
    """Draw a number against the quantile of overdensity in the middle of the window that was held out.

    One panel a survey. The upper axis gives the mean overdensity of the galaxies held out, of the first curve. The red
    band is mean +- sd of networks that were trained and tested on random splits; it holds the spread of splits too,
    the error bars of the windows that of trainings alone. Windows whose centers are nearer than their width share
    galaxies, so that neighboring points go together. Where the scatter of the target depends on the surroundings a
    normalized error does, whatever the network.

    Args:
        panels: Survey -> what to draw.
        quantity: What the number is.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there is no panel, or one has no curve.
    """
    if not panels or not all(panel.curves for panel in panels.values()):
        raise ValueError(
            f"there are no curves to draw in {', '.join(panels) or 'no panel'}; give one a panel, at least"
        )
    figure, axes = new_figure(1, len(panels), 5.4, 4.3, sharey=True)
    for ax, (name, panel) in zip(axes[0], panels.items(), strict=True):
        _draw(ax, panel)
        ax.set_title(name)
        ax.set_xlabel(r"central quantile of $\delta_5$ in the window held out")
    axes[0, 0].set_ylabel(quantity)
    handles = {label: handle for ax in axes[0] for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=5)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, panel: EnvironmentPanel) -> None:
    if panel.random is not None:
        mean, spread = panel.random
        axes.axhspan(mean - spread, mean + spread, color=_BAND, alpha=0.15, lw=0, label="random split")
        axes.axhline(mean, color=_BAND, lw=1.2)
    for color, (name, curve) in zip(_COLORS, panel.curves.items(), strict=False):
        style: dict[str, Any] = {"color": color, "fmt": "o-", "ms": 5, "capsize": 3, "label": name}
        axes.errorbar(curve.center, curve.value, yerr=np.nan_to_num(curve.spread), **style)
    if panel.published is not None:
        theirs = panel.published
        axes.errorbar(theirs.center, theirs.value, yerr=np.nan_to_num(theirs.spread), label="published", **_PUBLISHED)
    axes.set_xlim(0, 1)
    axes.set_xticks(np.arange(0, 1.01, 0.2))
    _draw_densities(axes, next(iter(panel.curves.values())))


def _draw_densities(axes: Axes, curve: WindowCurve) -> None:
    known = np.isfinite(curve.density)
    upper = axes.secondary_xaxis("top")
    texts = [f"{value:.2f}".replace("-", "\N{MINUS SIGN}") for value in curve.density[known]]
    upper.set_xticks(curve.center[known], texts, fontsize=8)
    upper.set_xlabel(r"mean $\log_{10}(1+\delta_5)$ of the galaxies held out")
