"""Where a graph has its gap: eigenvalues of its normalized weights, and the number of clusters that they call for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.style import CURVE, GUIDE, POINT, mark, new_figure, styled

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.shard.origin import Origin


@styled
def eigenvalue_gap(eigenvalues: Float[np.ndarray, " pair"], clusters: int, pieces: int, *, origin: Origin) -> Figure:
    """Draw the largest eigenvalues of D^-1/2 W D^-1/2 in their order, and the gap after the last that is a cluster.

    Args:
        eigenvalues: The largest first.
        clusters: Number that was chosen.
        pieces: Connected components of the graph, as many eigenvalues of 1.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Raises:
        ValueError: If there is no eigenvalue after the chosen number.
    """
    if len(eigenvalues) <= clusters:
        raise ValueError(f"{len(eigenvalues)} eigenvalues show no gap after {clusters}; give one more")
    figure, ((axes,),) = new_figure(1, 1, 5.6, 3.4)
    number = np.arange(1, len(eigenvalues) + 1)
    axes.plot(number, eigenvalues, "o", color=POINT, ms=4.5)
    axes.plot(number[:clusters], eigenvalues[:clusters], "o", color=CURVE, ms=4.5)
    axes.axvline(clusters + 0.5, color=GUIDE, lw=1.1, ls="--")
    axes.set(xlabel="number of the eigenvalue", ylabel="eigenvalue of $D^{-1/2} W D^{-1/2}$")
    joined = "one piece" if pieces == 1 else f"{pieces} pieces"
    noun = "cluster" if clusters == 1 else "clusters"
    axes.set_title(f"{clusters} {noun} by the largest gap (dashed); the graph is in {joined}", fontsize=10)
    mark(figure, origin)
    return figure
