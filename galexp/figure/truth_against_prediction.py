"""Predictions against the truth, the first figure that anybody looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.cloud import draw_cloud, draw_running_median, robust_limits
from galexp.figure.panel import Panel, panels
from galexp.figure.style import GUIDE, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_IN_UNIT = ("rmse", "nmad", "bias")
_TEXT = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}


@styled
def truth_against_prediction(
    truth: Float[np.ndarray, " galaxy *target"],
    prediction: Float[np.ndarray, " galaxy *target"],
    label: str | Sequence[str],
    unit: str | Sequence[str],
    metrics: Mapping[str, float] | Sequence[Mapping[str, float]],
    *,
    origin: Origin,
) -> Figure:
    """Draw predictions against the truth with the 1:1 line and the running median, one panel a target.

    Up to 2,000 galaxies are points, more are counts. The bins of the running median are bins of the truth, so that it
    is flatter than 1:1 for any predictor that does not know everything.

    Args:
        truth: One column a target, or no columns for a single one.
        prediction: As `truth`.
        label: What each target is called.
        unit: Of each target, empty for none.
        metrics: Numbers to be printed in each panel; `rmse`, `nmad` and `bias` carry the unit.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies without a finite truth or prediction are left out and counted in it.

    Raises:
        ValueError: If shapes, labels, units or metrics do not match.
    """
    shown = panels(truth, prediction, label, unit)
    numbers = [metrics] if isinstance(metrics, Mapping) else list(metrics)
    if len(numbers) != len(shown):
        raise ValueError(f"{len(shown)} targets have {len(numbers)} sets of metrics; give one a target")
    across = min(len(shown), 3)
    figure, axes = new_figure(-(-len(shown) // across), across, 5.2, 4.8)
    for ax, panel, metric in zip(axes.flat, shown, numbers, strict=False):
        _draw(ax, panel, metric)
    for ax in axes.flat[len(shown) :]:
        ax.set_visible(False)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, panel: Panel, metrics: Mapping[str, float]) -> None:
    limits = robust_limits(panel.truth, panel.prediction)
    outside = draw_cloud(axes, panel.truth, panel.prediction, limits, limits)
    axes.plot(limits, limits, color=GUIDE, lw=1.2, label="1:1")
    draw_running_median(axes, panel.truth, panel.prediction, robust_limits(panel.truth))
    axes.set_aspect("equal")
    axes.set_xlabel(with_unit(f"true {panel.label}", panel.unit))
    axes.set_ylabel(with_unit(f"predicted {panel.label}", panel.unit))
    lines = [*(_as_text(name, value, panel.unit) for name, value in metrics.items()), *panel.counts(outside)]
    axes.text(0.03, 0.97, "\n".join(lines), transform=axes.transAxes, va="top", fontsize=9, linespacing=1.4, bbox=_TEXT)
    axes.legend(loc="lower right", framealpha=0.8, frameon=True, edgecolor="none")


def _as_text(name: str, value: float, unit: str) -> str:
    shown = name.replace("_", " ").replace("rmse", "RMSE").replace("nmad", "NMAD")
    if not np.isfinite(value):
        return f"{shown}: undefined"
    return f"{shown} = {value:.3g} {unit if name in _IN_UNIT else ''}".rstrip()
