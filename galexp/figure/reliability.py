"""Whether what is called so and so probable is the case so and so often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from astropy.stats import binom_conf_interval

from galexp.evaluation import class_calibration
from galexp.figure.labeled import Labeled, labeled_rows
from galexp.figure.style import GUIDE, POINT, mark, new_figure, styled
from galexp.metric.classification import BINS, expected_calibration_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_TEXT = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}


@styled
def reliability(
    labels: Float[np.ndarray, " galaxy"],
    probabilities: Float[np.ndarray, "galaxy class"],
    classes: Sequence[str],
    *,
    origin: Origin,
) -> Figure:
    """Draw frequency against predicted probability in 15 equal bins, and below how many galaxies each bin has.

    Of two classes the probability is that of the last; with more it is that of the most probable class, and the
    frequency the share of galaxies for which that is right. Points below the 1:1 line are too sure. Error bars hold
    the frequency with 68 % (Wilson's interval of a binomial share). The expected calibration error is that of the most
    probable class, whatever the number of classes.

    Args:
        labels: Number of each galaxy's class.
        probabilities: Of each class.
        classes: Names, in the order of the columns.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies without a class or probabilities are left out and counted in it.

    Raises:
        ValueError: If shapes or names do not match, a label is no class, or probabilities do not sum to 1.

    References:
        Guo et al. 2017, ICML; Wilson 1927, JASA 22, 209.
    """
    shown = labeled_rows(labels, probabilities, classes)
    of = 1 if len(shown.classes) == 2 else None
    found = class_calibration.reliability(shown.probabilities, shown.labels, of=of)
    figure, ((upper,), (lower,)) = new_figure(2, 1, 5.2, 3.1, sharex=True, height_ratios=[3, 1])
    _draw_frequencies(upper, found)
    _draw_counts(lower, shown, of)
    upper.text(
        0.03, 0.97, _summary(shown), transform=upper.transAxes, va="top", linespacing=1.4, bbox=_TEXT, fontsize=9
    )
    if of is None:
        upper.set_ylabel("share that is right")
        lower.set_xlabel("probability of the most probable class")
    else:
        upper.set_ylabel(f"share that is {classes[of]}")
        lower.set_xlabel(f"predicted probability of {classes[of]}")
    mark(figure, origin)
    return figure


def _draw_frequencies(axes: Axes, found: class_calibration.Reliability) -> None:
    axes.plot([0, 1], [0, 1], color=GUIDE, lw=1.2)
    if len(found.rows):
        low, high = binom_conf_interval(np.rint(found.frequency * found.rows), found.rows, interval="wilson")
        error = np.clip([found.frequency - low, high - found.frequency], 0, None)
        axes.errorbar(found.confidence, found.frequency, error, fmt="o", color=POINT, ms=5, lw=1.2, capsize=3)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.03, 1.03))


def _draw_counts(axes: Axes, shown: Labeled, of: int | None) -> None:
    p = shown.probabilities.max(1) if of is None else shown.probabilities[:, of]
    axes.hist(p, bins=BINS, range=(0, 1), color=POINT, alpha=0.45, edgecolor="white", linewidth=0.6)
    axes.set_ylabel("galaxies")


def _summary(shown: Labeled) -> str:
    ece = float(expected_calibration_error(torch.from_numpy(shown.probabilities), torch.from_numpy(shown.labels)))
    return "\n".join([f"ECE = {ece:.3f}" if np.isfinite(ece) else "ECE: undefined", *shown.counts()])
