"""How the values of a mock are distributed, beside what was published of the real survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from galexp.figure.cloud import robust_limits
from galexp.figure.style import CURVE, POINT, mark, new_figure, styled, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jaxtyping import Float
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin

BINS = 40
HEADROOM = 1.3
_MINE, _THEIRS = (0.82, 0.88), (0.92, 0.98)


class Distribution(Protocol):
    """Published numbers of one column: quantiles by percentage, the scatter where it is given, and the source."""

    @property
    def name(self) -> str:
        """Of the column."""

    @property
    def label(self) -> str:
        """Of an axis, with the unit."""

    @property
    def quantiles(self) -> Mapping[int, float]:
        """Percentage -> value."""

    @property
    def scatter(self) -> float | None:
        """Standard deviation."""

    @property
    def source(self) -> str:
        """Paper and place."""

    @property
    def kind(self) -> str:
        """Word for the numbers, ``published`` or ``target``."""


@styled
def distribution_beside_published(
    values: Mapping[str, Float[np.ndarray, " galaxy"]], published: Sequence[Distribution], *, origin: Origin
) -> Figure:
    """Draw a histogram of each column, and above it two rows of ticks: its own quantiles and the published ones.

    The percentages are those that were published; a line joins the outermost.
    Agreement is no evidence of anything where the numbers were chosen to agree, and the figure says MOCK DATA.

    Args:
        values: Column -> values; what is not finite is left out.
        published: Of some of the columns, one panel each.
        origin: What the values are of.

    Returns:
        The figure. Values beyond four interquartile ranges of the quartiles are counted in the outermost bins.

    Raises:
        ValueError: If nothing is published, or a published column has no finite value.
    """
    _check(values, published)
    across = 2 if len(published) == 4 else min(len(published), 3)
    rows = -(-len(published) // across)
    figure, axes = new_figure(rows, across, 4.6, 3.8)
    for ax, distribution in zip(axes.flat, published, strict=False):
        column = np.asarray(values[distribution.name], dtype=np.float64)
        _draw(ax, column[np.isfinite(column)], distribution, origin)
    for ax in axes.flat[len(published) :]:
        ax.set_visible(False)
    mark(figure, origin)
    return figure


def _draw(axes: Axes, values: Float[np.ndarray, " galaxy"], distribution: Distribution, origin: Origin) -> None:
    low, high = robust_limits(values, margin=0)
    theirs = list(distribution.quantiles.values())
    low, high = min(low, *theirs), max(high, *theirs)
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    counts, _ = np.histogram(np.clip(values, low, edges[-1]), edges)
    shares = counts / len(values)
    axes.stairs(shares, edges, fill=True, color=POINT, alpha=0.3)
    mine = np.percentile(values, list(distribution.quantiles)).tolist()
    name = origin.word.strip().lower() or "here"
    _ticks(axes, mine, _MINE, POINT, f"{name}: {_in_words(distribution, mine, float(values.std()))}")
    _ticks(
        axes, theirs, _THEIRS, CURVE, f"{distribution.kind}: {_in_words(distribution, theirs, distribution.scatter)}"
    )
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, HEADROOM * shares.max()), ylabel=f"share of {len(values):,}")
    axes.set_xlabel(f"{with_unit(distribution.label, '')}\n{with_unit(distribution.source, '', width=62)}")
    axes.xaxis.label.set_fontsize(8)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, fontsize=8)


def _ticks(axes: Axes, quantiles: Sequence[float], span: tuple[float, float], color: str, label: str) -> None:
    """Mark quantiles within a band at the top of the panel, in units of its height."""
    where = axes.get_xaxis_transform()
    axes.vlines(quantiles, *span, lw=2.2, color=color, label=label, transform=where)
    if len(quantiles) > 1:
        middle = float(np.mean(span))
        axes.hlines(middle, min(quantiles), max(quantiles), lw=1.0, color=color, transform=where)


def _in_words(distribution: Distribution, quantiles: Sequence[float], scatter: float | None) -> str:
    """Return the quantiles and the scatter, if one was published, as a legend has them."""
    percentages = "/".join(str(percentage) for percentage in distribution.quantiles)
    shown = f"{percentages} % at {'/'.join(f'{value:.2f}' for value in quantiles)}"
    return shown if distribution.scatter is None else f"{shown}, scatter {scatter:.2f}"


def _check(values: Mapping[str, np.ndarray], published: Sequence[Distribution]) -> None:
    if not published:
        raise ValueError("no published distribution; give at least one")
    for distribution in published:
        if not np.isfinite(np.asarray(values.get(distribution.name, np.nan), dtype=np.float64)).any():
            raise ValueError(
                f"{distribution.name} has no finite value to be drawn beside {distribution.source}; columns are "
                f"{', '.join(values)}"
            )
