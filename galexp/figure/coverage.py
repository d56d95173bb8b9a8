"""Whether predicted widths are those of the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.evaluation import calibration
from galexp.figure.panel import Panel, panels
from galexp.figure.style import GUIDE, POINT, mark, new_figure, put_legend_above, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

    Binned = tuple[Float[np.ndarray, " bin"], Float[np.ndarray, " bin"], Float[np.ndarray, " bin"]]

_LEVELS = np.linspace(0.01, 0.99, 99)
_SIGMAS = (0.6827, 0.9545)
_FEWEST_IN_BIN, _MOST_BINS = 20, 10


@styled
def coverage(
    truth: Float[np.ndarray, " galaxy *target"],
    prediction: Float[np.ndarray, " galaxy *target"],
    sigma: Float[np.ndarray, " galaxy *target"],
    label: str | Sequence[str],
    unit: str | Sequence[str],
    *,
    origin: Origin,
) -> Figure:
    """Draw how many true values lie within central intervals, and the error against the predicted width.

    On the left is the share of galaxies inside |t - p| <= k sigma against the share that a Gaussian has there, for
    intervals of all sizes: below the 1:1 line the widths are too small. The bands are where a right prediction lies
    with 68 and 95 %, level by level. On the right are galaxies in bins of equal number by their width: the root mean
    square of the errors against that of the widths, with the error RMS / sqrt(2 n). A network whose widths are right
    on the whole and the same for all has a single point there.

    Args:
        truth: One column a target, or no columns for a single one.
        prediction: As `truth`.
        sigma: Predicted standard deviations, as `truth`.
        label: What each target is called.
        unit: Of each target, empty for none.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure, one row a target. Galaxies without a finite truth, prediction or width are left out and counted.

    Raises:
        ValueError: If shapes, labels or units do not match, or a width is not above 0.
    """
    if np.shape(sigma) != np.shape(prediction):
        raise ValueError(f"sigma has shape {np.shape(sigma)}, prediction {np.shape(prediction)}; give one for each")
    known = np.where(np.isfinite(sigma), prediction, np.nan)
    shown = panels(truth, known, label, unit)
    figure, axes = new_figure(len(shown), 2, 5.0, 4.4)
    is_shown = np.isfinite(truth) & np.isfinite(known)
    widths = zip(np.atleast_2d(np.asarray(sigma).T), np.atleast_2d(is_shown.T), strict=True)
    for (left, right), panel, (width, kept) in zip(axes, shown, widths, strict=True):
        _draw_shares(left, panel, width[kept])
        _draw_errors(right, panel, width[kept])
    mark(figure, origin)
    return figure


def errors_by_width(residual: Float[np.ndarray, " galaxy"], sigma: Float[np.ndarray, " galaxy"]) -> Binned:
    """Return widths, errors and the standard errors of these in bins of equal number of galaxies.

    Ten bins, fewer where they would have less than 20 galaxies. Widths that are all equal are one bin.

    Args:
        residual: Prediction minus truth.
        sigma: Predicted standard deviations.

    Returns:
        sqrt(mean sigma^2), sqrt(mean residual^2), and the latter over sqrt(2 n), of each bin; nothing for no galaxies.

    Example:
        >>> width, error, _ = errors_by_width(np.tile([1.0, -1.0, 3.0, -3.0], 10), np.repeat([1.0, 3.0], 20))
        >>> width.tolist(), error.round(3).tolist()
        ([1.0, 3.0], [2.236, 2.236])
    """
    bins = 1 if len(np.unique(sigma)) == 1 else int(np.clip(len(sigma) // _FEWEST_IN_BIN, 1, _MOST_BINS))
    members = [rows for rows in np.array_split(np.argsort(sigma, kind="stable"), bins) if len(rows)]
    n = np.array([len(rows) for rows in members])
    width, error = (
        np.array([np.sqrt(np.mean(np.square(values[rows]))) for rows in members]) for values in (sigma, residual)
    )
    return width, error, error / np.sqrt(2 * n)


def _draw_shares(axes: Axes, panel: Panel, sigma: np.ndarray) -> None:
    found = calibration.coverage(panel.prediction, sigma, panel.truth, _LEVELS.tolist())
    for reach, name, gray in ((2, "95 %", "#E2E2E2"), (1, "68 %", "#C2C2C2")):
        low, high = found.level - reach * found.standard_error, found.level + reach * found.standard_error
        label = f"{name} if right"
        axes.fill_between(found.level, low.clip(0), high.clip(max=1), color=gray, lw=0, label=label)
    axes.plot([0, 1], [0, 1], color=GUIDE, lw=1.2)
    axes.plot(found.level, found.share, color=POINT, lw=2, label="found")
    axes.text(0.97, 0.03, "\n".join(_summary(panel, sigma)), transform=axes.transAxes, ha="right", fontsize=9)
    axes.set(
        xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="expected share inside", ylabel="share of galaxies inside"
    )
    axes.set_title(panel.label)
    axes.legend(loc="upper left")


def _summary(panel: Panel, sigma: np.ndarray) -> list[str]:
    inside = calibration.coverage(panel.prediction, sigma, panel.truth, _SIGMAS)
    rows = zip((1, 2), *(100 * values for values in inside), strict=True)
    lines = [
        f"within {k}$\\sigma$: {share:.1f} % (expected: {level:.1f} ± {error:.1f})" for k, level, share, error in rows
    ]
    return [*lines, *panel.counts(0)] if len(sigma) else panel.counts(0)


def _draw_errors(axes: Axes, panel: Panel, sigma: np.ndarray) -> None:
    width, error, spread = errors_by_width(panel.residual, sigma)
    if len(width):
        ends = np.array([min(width.min(), (error - spread).min()), max(width.max(), (error + spread).max())])
        limits = ends + np.array([-0.08, 0.08]) * max(np.ptp(ends), 0.2 * ends[1])
        axes.plot(limits, limits, color=GUIDE, lw=1.2, label="1:1")
        axes.errorbar(width, error, spread, fmt="o", color=POINT, ms=5, lw=1.2, capsize=3, label="galaxies in bins")
        axes.set(xlim=limits, ylim=limits, aspect="equal")
        axes.locator_params(nbins=6)
    axes.set_xlabel(with_unit("predicted width $\\sigma$", panel.unit))
    axes.set_ylabel(with_unit("RMS error", panel.unit))
    put_legend_above(axes, columns=2)
