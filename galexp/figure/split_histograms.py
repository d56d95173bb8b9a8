"""What the roles of a split look like: where they differ, and where they had better not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.figure.cloud import robust_limits
from galexp.figure.style import (
    GUIDE,
    ROLE_COLORS,
    ROLE_LINES,
    mark,
    new_figure,
    put_legend_above,
    styled,
    with_unit,
)
from galexp.split.audit import label_shift
from galexp.split.base import ROLES, TEST, TRAIN, VAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Float, Shaped
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

MOST_LARGE_PANELS = 6
_MOST_CLASSES = 100
_SMALL_PANELS_ACROSS = 6
_LEAST_P_VALUE = 1e-99


@styled
def split_histograms(
    columns: Mapping[str, Float[np.ndarray, " galaxy"]],
    roles: Shaped[np.ndarray, " galaxy"],
    thresholds: Mapping[str, float | Sequence[float]] | None = None,
    *,
    origin: Origin,
) -> Figure:
    """Draw how columns are distributed in each role, as a share of the role's galaxies a bin, and how far roles differ.

    Below each panel stands the two-sample Kolmogorov-Smirnov statistic, the largest difference of two cumulative
    distributions, with its p-value: of test against train and val together, as in the audit, and of val against train.
    Of many columns some differ by chance: of 37 labels about two at p < 0.05. More than six columns share one legend.

    Args:
        columns: Label, with the unit, -> values: each target, and the column that the split goes by.
        roles: `train`, `val`, `test` or `unused`.
        thresholds: Label -> where the split cuts that column.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Each role's number of finite values, and of those missing, stands over its panel (in a shared
        legend the number of rows); values beyond four interquartile ranges of the quartiles are counted in the
        outermost bins. The first threshold is an edge of a bin.

    Raises:
        ValueError: If there are no columns, one has another length than `roles`, a role is unknown, or a threshold
            has no column.
    """
    roles, thresholds = np.asarray(roles), thresholds or {}
    _check(columns, roles, thresholds)
    figure, axes = _panels(len(columns))
    for ax, (label, values) in zip(axes.flat, columns.items(), strict=False):
        cuts = np.atleast_1d(np.asarray(thresholds.get(label, []), dtype=np.float64))
        values = np.asarray(values, dtype=np.float64)
        _draw(ax, values, roles, cuts)
        ax.set_xlabel("\n".join([with_unit(label, ""), *_shifts(values, roles)]))
        for threshold in cuts:
            ax.axvline(threshold, color=GUIDE, lw=1.2, ls="-.", label=f"cut at {threshold:.3g}")
    for ax in axes.flat[len(columns) :]:
        ax.set_visible(False)
    if len(columns) > MOST_LARGE_PANELS:
        _make_small(axes, len(columns), roles)
    else:
        for ax in axes.flat[: len(columns)]:
            put_legend_above(ax, columns=2)
    mark(figure, origin)
    return figure


def _panels(number: int) -> tuple[Figure, np.ndarray]:
    """Return large panels, or many small ones with at least one place to spare for the legend."""
    if number > MOST_LARGE_PANELS:
        return new_figure(-(-(number + 1) // _SMALL_PANELS_ACROSS), _SMALL_PANELS_ACROSS, 2.1, 2.0)
    across = 2 if number == 4 else min(number, 3)
    return new_figure(-(-number // across), across, 4.2, 3.6)


def _shifts(values: np.ndarray, roles: np.ndarray) -> list[str]:
    """Return a line on how far test differs from what is learned, and one on how far val differs from train."""
    pairs = {TEST: ((roles == TRAIN) | (roles == VAL), roles == TEST), VAL: (roles == TRAIN, roles == VAL)}
    shifts = {role: label_shift(values, *sides) for role, sides in pairs.items()}
    return [
        f"{role}: KS {shift['statistic']:.2g}, p {_p_value(shift['p_value'])}"
        for role, shift in shifts.items()
        if np.isfinite(shift["statistic"])
    ]


def _p_value(value: float) -> str:
    """Return a p-value with its sign of comparison where it is too small to be written.

    Example:
        >>> _p_value(0.0), _p_value(0.034)
        ('< 1e-99', '0.03')
    """
    return f"< {_LEAST_P_VALUE:.0g}" if value < _LEAST_P_VALUE else f"{value:.1g}"


def _make_small(axes: np.ndarray, number: int, roles: np.ndarray) -> None:
    """Make the words of many panels small, and put one legend into the first place that is left."""
    for ax in axes.flat[:number]:
        ax.tick_params(labelsize=6.5)
        ax.xaxis.label.set_size(7)
        ax.locator_params(nbins=4)
        ax.set_ylabel("share of the role" if ax.get_subplotspec().is_first_col() else "", fontsize=7)
    place = axes.flat[number]
    place.set_visible(True)
    place.set_axis_off()
    handles, _ = axes.flat[0].get_legend_handles_labels()
    names = [f"{role} ({np.sum(roles == role):,})" for role in ROLES if np.any(roles == role)]
    place.legend(handles[: len(names)], names, loc="center")


def _check(columns: Mapping[str, np.ndarray], roles: np.ndarray, thresholds: Mapping[str, object]) -> None:
    unknown = sorted(set(roles.tolist()) - set(ROLES))
    if not columns or unknown:
        raise ValueError(f"there are {len(columns)} columns and unknown roles {unknown}; give a column, and {ROLES}")
    for label, values in columns.items():
        if len(values) != len(roles):
            raise ValueError(f"column {label!r} has {len(values)} rows, roles {len(roles)}; they must be equal")
    for label in thresholds:
        if label not in columns:
            raise ValueError(
                f"a threshold is given for {label!r}, which is not drawn; columns are {', '.join(columns)}"
            )


def _draw(axes: Axes, values: np.ndarray, roles: np.ndarray, cuts: np.ndarray) -> None:
    finite = np.isfinite(values)
    edges = _bin_edges(values[finite], roles[finite], cuts)
    middle = np.clip(values, edges[0], edges[-1])
    for role in ROLES:
        if not np.any(roles == role):
            continue
        chosen = middle[finite & (roles == role)]
        style: dict[str, Any] = {"bins": edges, "weights": np.full(len(chosen), 1 / max(len(chosen), 1))}
        style["color"] = ROLE_COLORS[role]
        if role == TRAIN:
            axes.hist(chosen, histtype="stepfilled", alpha=0.2, **style)
        width = 2.2 if role == TEST else 1.6
        missing = int(np.sum(roles == role)) - len(chosen)
        name = f"{role} ({len(chosen):,}, {missing:,} missing)" if missing else f"{role} ({len(chosen):,})"
        axes.hist(chosen, histtype="step", lw=width, ls=ROLE_LINES[role], label=name, **style)
    axes.set(xlim=(edges[0], edges[-1]), ylabel="share of the role")


def _bin_edges(values: np.ndarray, roles: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """Return bins as fine as the smaller of train and test allows, one of whose edges is the first cut.

    Few whole numbers, such as classes, have a bin each.
    """
    if len(values) and not len(cuts) and np.all(values == np.round(values)) and np.ptp(values) <= _MOST_CLASSES:
        return np.arange(values.min(), values.max() + 2) - 0.5
    fewest = min(int(np.sum(roles == TRAIN)), int(np.sum(roles == TEST)))
    bins = int(np.clip(2 * np.cbrt(fewest), 8, 40))
    edges = np.histogram_bin_edges(values, bins, range=robust_limits(values, margin=0))
    width = edges[1] - edges[0]
    if not len(cuts) or not edges[0] < cuts[0] < edges[-1]:
        return edges
    below = np.ceil((cuts[0] - edges[0]) / width)
    return np.asarray(cuts[0] + width * np.arange(-below, bins - below + 2))
