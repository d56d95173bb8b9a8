"""Predicted metallicities on the mass-metallicity relation, as in Figure 6 of Wu & Boada (2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.catalog.mass_metallicity import LOG_STELLAR_MASS, PERCENTILES, VALID, half_width_of_relation
from galexp.figure.binned_scatter import draw_bands, draw_scatter_of_bins
from galexp.figure.cloud import draw_cloud, robust_limits
from galexp.figure.style import mark, new_figure, put_legend_above, styled

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.figure import Figure

    from galexp.evaluation.binned_scatter import BinnedScatter
    from galexp.shard.origin import Origin

_THEIRS = "#4B2E83"
_SOURCE = "Tremonti+ 2004"


@styled
def mass_metallicity_figure(
    log_stellar_mass: Float[np.ndarray, " galaxy"],
    metallicity: Float[np.ndarray, " galaxy"],
    about_median: BinnedScatter,
    about_relation: BinnedScatter,
    *,
    origin: Origin,
) -> Figure:
    """Draw metallicities against stellar mass over the published relation, and the scatter of each bin above.

    Args:
        log_stellar_mass: log10 of the stellar mass [Msun].
        metallicity: 12 + log10 (O/H) [dex].
        about_median: Bins of the mass, with the scatter of the metallicities about the median of their bin.
        about_relation: The same bins, with their scatter about the published polynomial.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies with a NaN are left out and counted in it.
    """
    known = np.isfinite(log_stellar_mass) & np.isfinite(metallicity)
    x, y = log_stellar_mass[known], metallicity[known]
    figure, axes = new_figure(2, 1, 6.2, 3.4, sharex=True, height_ratios=[1, 2.4])
    above, below = axes[:, 0]
    limits = robust_limits(x), robust_limits(y, PERCENTILES[50])
    outside = draw_cloud(below, x, y, *limits, beside=(above, below))
    draw_bands(below, about_median)
    for percent, style in ((16, "--"), (50, "-"), (84, "--")):
        name = f"{_SOURCE}: median, 16 and 84 %" if percent == 50 else None
        below.plot(LOG_STELLAR_MASS, PERCENTILES[percent], color=_THEIRS, ls=style, lw=1.6, label=name)
    lines = [f"n = {len(x):,}", *([f"{int(np.sum(~known)):,} without a value left out"] if not known.all() else [])]
    lines += [f"{outside:,} outside the axes"] * bool(outside)
    below.text(0.03, 0.97, "\n".join(lines), transform=below.transAxes, va="top", fontsize=9, linespacing=1.4)
    below.set(xlabel=r"$\log_{10}(M_\star/M_\odot)$", ylabel="predicted 12 + log(O/H) [dex]")
    below.legend(loc="lower right", fontsize=8, frameon=True, framealpha=0.85, edgecolor="none")
    scatters = {"RMSE about the running median": about_median.rmse, "RMSE about the polynomial": about_relation.rmse}
    draw_scatter_of_bins(above, about_median, scatters, "dex")
    masses = np.linspace(*VALID, 200)
    above.plot(masses, half_width_of_relation(masses), color=_THEIRS, lw=1.6, label=f"{_SOURCE}: (p84 $-$ p16) / 2")
    above.set_ylim(0, max(above.get_ylim()[1], 0.25))
    put_legend_above(above, columns=2)
    mark(figure, origin)
    return figure
