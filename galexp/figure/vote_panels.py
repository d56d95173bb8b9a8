"""Predictions against the truth of many labels at once, small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.cloud import robust_limits
from galexp.figure.panel import Panel, panels
from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_ACROSS, _BINS, _POINTS_UP_TO = 6, 40, 500
_WHOLE = (0.0, 1.0)


@styled
def vote_panels(
    truth: Float[np.ndarray, "galaxy target"],
    prediction: Float[np.ndarray, "galaxy target"],
    labels: Sequence[str],
    *,
    origin: Origin,
) -> Figure:
    """Draw a small panel a label: predictions against the truth, 1:1, and the regression of prediction on truth.

    The slope of that regression is below 1 for any predictor that does not know everything; it is no fault by itself.
    Up to 500 galaxies are points, more are counts on a logarithmic scale.

    Args:
        truth: One column a label.
        prediction: As `truth`.
        labels: What each is called.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Fractions have axes from 0 to 1, other labels the range of their values; galaxies without a finite
        truth or prediction are left out.

    Raises:
        ValueError: If shapes and labels do not match.
    """
    shown = panels(truth, prediction, labels, [""] * len(labels))
    across = min(_ACROSS, len(shown))
    figure, axes = new_figure(-(-len(shown) // across), across, 2.1, 2.35)
    for ax, panel in zip(axes.flat, shown, strict=False):
        _draw(ax, panel)
    for ax in axes.flat[len(shown) :]:
        ax.set_visible(False)
    for ax in axes[:, 0]:
        ax.set_ylabel("predicted", fontsize=8)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, panel: Panel) -> None:
    limits = _limits(panel)
    if len(panel.truth) <= _POINTS_UP_TO:
        axes.scatter(panel.truth, panel.prediction, s=6, color=POINT, alpha=0.5, linewidths=0)
    else:
        counts, x_edges, y_edges = np.histogram2d(panel.truth, panel.prediction, bins=_BINS, range=(limits, limits))
        shades = np.ma.masked_less(np.log(np.maximum(counts.T, 0.5)), 0)
        axes.pcolormesh(x_edges, y_edges, shades, cmap="Blues", vmin=-1.5)
    axes.plot(limits, limits, color=GUIDE, lw=0.9)
    lines = [with_unit(f"true {panel.label}", "", width=30)]
    if len(panel.truth):
        lines.append(f"RMSE {np.sqrt(np.mean(panel.residual**2)):.3g}")
    if len(panel.truth) > 1 and np.ptp(panel.truth) > 0:
        slope, intercept = np.polyfit(panel.truth, panel.prediction, 1)
        axes.plot(limits, intercept + slope * np.array(limits), color=CURVE, lw=1.1, ls="--")
        lines[-1] += f", slope {round(slope, 2) + 0.0:.2f}"
    axes.set(xlim=limits, ylim=limits, aspect="equal")
    axes.set_xlabel("\n".join(lines), fontsize=7)
    axes.tick_params(labelsize=6.5)


def _limits(panel: Panel) -> tuple[float, float]:
    both = np.concatenate([panel.truth, panel.prediction])
    return _WHOLE if len(both) and both.min() >= 0 and both.max() <= 1 else robust_limits(panel.truth, panel.prediction)
