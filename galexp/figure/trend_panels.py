"""Residuals against everything that a catalog knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.cloud import draw_cloud, draw_running_median, robust_limits
from galexp.figure.style import GUIDE, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin


class Trend(NamedTuple):
    """A column that residuals are drawn against.

    Attributes:
        label: Of the axis, with its unit.
        values: Of the same galaxies; NaN for those without.
        note: Printed over the panel.
    """

    label: str
    values: Float[np.ndarray, " galaxy"]
    note: str = ""


@styled
def trend_panels(
    residual: Float[np.ndarray, " galaxy"], trends: Sequence[Trend], unit: str = "", *, origin: Origin
) -> Figure:
    """Draw residuals, prediction minus truth, against columns, one panel each, with the running median.

    Up to 2,000 galaxies are points, more are counts. All panels share the range of residuals, within four interquartile
    ranges of the quartiles.

    Args:
        residual: Of each galaxy; NaN for those without.
        trends: Columns.
        unit: Of the residuals.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure; a galaxy without a value of a column is not in its panel.

    Raises:
        ValueError: If there are no columns, or one has another length than the residuals.
    """
    wrong = [f"{trend.label}: {len(trend.values)}" for trend in trends if len(trend.values) != len(residual)]
    if not trends or wrong:
        raise ValueError(
            f"{len(residual)} residuals are to be drawn against {', '.join(wrong) or 'no column'}; give columns of the "
            "same galaxies"
        )
    limits = robust_limits(residual[np.isfinite(residual)])
    across = min(len(trends), 3)
    figure, axes = new_figure(-(-len(trends) // across), across, 4.1, 3.3, sharey=True)
    for ax, trend in zip(axes.flat, trends, strict=False):
        both = np.isfinite(trend.values) & np.isfinite(residual)
        x, y = trend.values[both], residual[both]
        x_limits = robust_limits(x)
        draw_cloud(ax, x, y, x_limits, limits)
        ax.axhline(0, color=GUIDE, lw=1.2)
        draw_running_median(ax, x, y, x_limits)
        ax.set_xlabel(with_unit(trend.label, ""))
        ax.set_title(trend.note, fontsize=8.5)
    for ax in axes[:, 0]:
        ax.set_ylabel(with_unit("predicted $-$ true", unit))
    for ax in axes.flat[len(trends) :]:
        ax.set_visible(False)
    handles = {label: handle for ax in axes.flat for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    if handles:
        figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=2)
    mark(figure, origin)
    return figure
