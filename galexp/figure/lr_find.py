"""How the loss fell, and rose, while the learning rate was raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, put_legend_above, styled

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin


@styled
def learning_rate_sweep(
    rates: Float[np.ndarray, " step"],
    losses: Float[np.ndarray, " step"],
    smoothed: Float[np.ndarray, " step"],
    suggestion: float,
    *,
    origin: Origin,
) -> Figure:
    """Draw the loss of each step and its running average against the learning rate, and mark the suggested rate.

    The axis of the loss ends not far above where the average fell from, so that a divergence does not hide the fall.

    Args:
        rates: Learning rate of each step.
        losses: Loss of each step.
        smoothed: Running average of the losses.
        suggestion: Rate at which the average falls most steeply.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there are not two steps, or not equally many of each.
    """
    if len(rates) < 2 or not len(rates) == len(losses) == len(smoothed):
        counts = f"{len(rates)} rates, {len(losses)} losses and {len(smoothed)} averages"
        raise ValueError(f"{counts} to draw; give as many of each, and at least 2")
    figure, ((axes,),) = new_figure(1, 1, 6.4, 3.8)
    axes.plot(rates, losses, color=POINT, marker="o", ms=3, lw=0, alpha=0.45, label="loss of a batch")
    axes.plot(rates, smoothed, color=CURVE, lw=2, label="running average")
    at = float(np.interp(np.log(suggestion), np.log(rates), smoothed))
    style: dict[str, Any] = {"marker": "*", "ms": 14, "ls": "", "color": CURVE, "mec": GUIDE, "mew": 0.8, "zorder": 5}
    axes.plot(suggestion, at, label=f"steepest fall: {suggestion:.2g}", **style)
    axes.axvline(suggestion, color=GUIDE, lw=0.8, ls=":")
    axes.set_xscale("log")
    axes.set_ylim(*_limits(losses, smoothed))
    axes.set_xlabel("learning rate")
    axes.set_ylabel("loss")
    axes.grid(alpha=0.25)
    put_legend_above(axes, columns=3)
    mark(figure, origin)
    return figure


def _limits(losses: Float[np.ndarray, " step"], smoothed: Float[np.ndarray, " step"]) -> tuple[float, float]:
    before = smoothed[: int(np.argmin(smoothed)) + 1]
    low, high = float(min(losses.min(), before.min())), float(before.max())
    span = (high - low) or max(abs(high), 1e-3)
    return low - 0.1 * span, high + 0.6 * span
