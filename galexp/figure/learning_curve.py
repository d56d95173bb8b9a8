"""How the error fell, epoch after epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from galexp.figure.style import GUIDE, ROLE_COLORS, ROLE_LINES, mark, new_figure, styled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

RATE = "lr"
_LOG_FROM = 4.0
_PLAIN = StrMethodFormatter("{x:g}")


@styled
def learning_curve(
    history: Mapping[str, Sequence[float | None]], metric: str = "rmse", label: str = "RMSE", *, origin: Origin
) -> Figure:
    """Draw a metric of train and val against the epoch, and the learning rate under it.

    The best epoch is the one of the lowest val; without val none is marked. The axis is logarithmic where the metric
    falls by a factor of four or more.

    Args:
        history: Per epoch: `epoch` (counted from 1 if absent), ``train/<metric>``, ``val/<metric>`` and `lr`, each
            but one of the metrics optional, with None or NaN where an epoch has no value.
        metric: Which to draw.
        label: What it is called on the axis.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If neither train nor val has the metric.
    """
    names = [name for name in (f"train/{metric}", f"val/{metric}") if np.isfinite(_values(history, name)).any()]
    if not names:
        raise ValueError(f"no finite train/{metric} or val/{metric} in a history of {', '.join(history) or 'nothing'}")
    has_rate = bool(np.isfinite(_values(history, RATE)).any())
    figure, axes = new_figure(1 + has_rate, 1, 6.4, 2.4 if has_rate else 3.6, sharex=True, **_ratios(has_rate))
    for name in names:
        _draw_curve(axes[0, 0], _epochs(history, name), _values(history, name), role=name.split("/")[0])
    _mark_best(axes[0, 0], _epochs(history, f"val/{metric}"), _values(history, f"val/{metric}"))
    set_error_scale(axes[0, 0], np.concatenate([_values(history, name) for name in names]))
    axes[0, 0].set_ylabel(label)
    axes[0, 0].legend(loc="upper right", ncols=3)
    if has_rate:
        _draw_rate(axes[1, 0], _epochs(history, RATE), _values(history, RATE))
    axes[-1, 0].set_xlabel("epoch")
    axes[-1, 0].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    mark(figure, origin)
    return figure


def _ratios(has_rate: bool) -> dict[str, list[float]]:
    return {"height_ratios": [3, 1]} if has_rate else {}


def _values(history: Mapping[str, Sequence[float | None]], name: str) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in history.get(name, [])], dtype=np.float64)


def _epochs(history: Mapping[str, Sequence[float | None]], name: str) -> np.ndarray:
    if "epoch" in history:
        return _values(history, "epoch")
    return np.arange(1, len(history.get(name, [])) + 1)


def _draw_curve(axes: Axes, epochs: np.ndarray, values: np.ndarray, role: str) -> None:
    known = np.isfinite(values)
    marker = "o" if known.sum() <= 20 else ""
    style: dict[str, Any] = {"color": ROLE_COLORS[role], "ls": ROLE_LINES[role], "marker": marker, "ms": 4, "lw": 1.8}
    axes.plot(epochs[known], values[known], label=role, **style)


def _mark_best(axes: Axes, epochs: np.ndarray, values: np.ndarray) -> None:
    if not np.isfinite(values).any():
        return
    best = int(np.nanargmin(values))
    text = f"best: {values[best]:.3g} (epoch {epochs[best]:g})"
    style: dict[str, Any] = {"marker": "*", "ms": 13, "ls": "", "color": ROLE_COLORS["val"], "mec": GUIDE, "mew": 0.8}
    axes.plot(epochs[best], values[best], label=text, zorder=5, **style)


def set_error_scale(axes: Axes, values: np.ndarray) -> None:
    """Let an axis of errors be logarithmic where they fall by a factor of four or more, with room for a legend.

    Args:
        axes: Whose vertical axis it is.
        values: That are drawn; NaN are passed over.
    """
    low, high = np.nanmin(values), np.nanmax(values)
    axes.grid(alpha=0.25)
    if low > 0 and high > _LOG_FROM * low:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(_PLAIN)
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(low / 1.15, high * 1.6)
        return
    span = (high - low) or max(abs(high), 1e-3)
    axes.set_ylim(low - 0.12 * span, high + 0.3 * span)


def _draw_rate(axes: Axes, epochs: np.ndarray, values: np.ndarray) -> None:
    axes.plot(epochs, values, color="#555555", lw=1.5, marker="o" if len(values) <= 20 else "", ms=3)
    axes.set_ylabel("learning\nrate")
    axes.set_ylim(0, 1.15 * np.nanmax(values) or 1)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.ticklabel_format(axis="y", scilimits=(-3, 3), useMathText=True)
    axes.grid(alpha=0.25)
