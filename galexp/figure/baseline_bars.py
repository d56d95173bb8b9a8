"""Is the network better than simple things?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.panel import as_list
from galexp.figure.style import GUIDE, POINT, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

_TEXT = {"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none"}
_BASELINE = "#A8A8A8"
_ERROR = {"ecolor": GUIDE, "capsize": 3, "elinewidth": 1.2}


@styled
def baseline_bars(
    values: Mapping[str, float | Float[np.ndarray, " target"]],
    errors: Mapping[str, float | Float[np.ndarray, " target"]] | None = None,
    label: str | Sequence[str] = "",
    quantity: str = "RMSE / scatter of the target",
    reference: float | Float[np.ndarray, " target"] = 1.0,
    reference_name: str = "the sample mean",
    *,
    origin: Origin,
) -> Figure:
    """Draw one number of each method, in the order given, one panel a target, beside what must be beaten.

    As it stands the number is the normalized RMSE, and 1, the dashed line, is what the mean of the tested galaxies
    reaches. Of an area under a ROC curve it would be 0.5, ``chance``, and longer bars are better. Methods whose name
    starts with ``network`` or ``ensemble`` are colored.

    Args:
        values: Method -> number, not negative.
        errors: Method -> standard error; methods that are not there get no bar.
        label: What each target is called, over its panel.
        quantity: What the number is.
        reference: Where the dashed line stands.
        reference_name: Who reaches it without looking.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. A method without a finite value has no bar and says so.

    Raises:
        ValueError: If there are no methods, or not one value a target.
    """
    labels = as_list(label)
    table = {name: np.atleast_1d(value) for name, value in values.items()}
    if not table or any(len(row) != len(labels) for row in table.values()):
        raise ValueError(f"{len(labels)} labels for values {dict(values)}; give every method one value a label")
    spread = {name: np.broadcast_to((errors or {}).get(name, np.nan), len(labels)) for name in table}
    lines = np.broadcast_to(reference, len(labels))
    figure, axes = new_figure(1, len(labels), 5.2, 0.9 + 0.42 * len(table), sharey=True)
    for column, (ax, title) in enumerate(zip(axes[0], labels, strict=True)):
        _draw(ax, {name: (table[name][column], spread[name][column]) for name in table}, float(lines[column]))
        ax.set(xlabel=f"{quantity} (dashed: {reference_name})")
        ax.set_title(with_unit(title, "", width=50))
    mark(figure, origin)
    return figure


def is_trained(method: str) -> bool:
    """Return whether a method is a network or an ensemble of them, by its name.

    Example:
        >>> [is_trained(method) for method in ("network_tta", "ensemble", "random_forest")]
        [True, True, False]
    """
    return method.startswith(("network", "ensemble"))


def method_label(method: str) -> str:
    """Return the name of a method as words.

    Example:
        >>> method_label("network_tta")
        'network TTA'
    """
    return method.replace("_", " ").replace("tta", "TTA")


def _draw(axes: Axes, numbers: Mapping[str, tuple[float, float]], reference: float) -> None:
    longest = max(
        [reference, *(value + np.nan_to_num(error) for value, error in numbers.values() if np.isfinite(value))]
    )
    for place, (name, (value, error)) in enumerate(numbers.items()):
        color = POINT if is_trained(name) else _BASELINE
        has_error = np.isfinite(value + error)
        axes.barh(place, np.nan_to_num(value), 0.68, color=color, xerr=error if has_error else None, error_kw=_ERROR)
        end = np.nan_to_num(value) + (error if has_error else 0)
        axes.text(end + 0.02 * longest, place, _as_text(value, error), va="center", fontsize=9, bbox=_TEXT)
    axes.axvline(reference, color=GUIDE, lw=1.1, ls="--", zorder=0.5)
    axes.set_yticks(range(len(numbers)), [method_label(name) for name in numbers])
    axes.set(xlim=(0, 1.4 * longest), ylim=(len(numbers) - 0.4, -0.6))
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= 1.15 * longest])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _as_text(value: float, error: float) -> str:
    if not np.isfinite(value):
        return "undefined"
    return f"{value:.3f} ± {error:.3f}" if np.isfinite(error) else f"{value:.3f}"
