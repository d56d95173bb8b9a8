"""Where on the sky the galaxies of each role are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import patheffects
from matplotlib.figure import Figure

from galexp.figure.style import ROLE_COLORS, mark, put_legend_above, styled

if TYPE_CHECKING:
    from jaxtyping import Float
    from matplotlib.axes import Axes

    from galexp.shard.origin import Origin

WIDE = 60.0
_ROLES = ("unused", "train", "val", "test")
_MOST_POINTS = 20_000
_STEP = 10.0
_OUTLINE: list[patheffects.AbstractPathEffect] = [patheffects.withStroke(linewidth=2.5, foreground="white")]


@styled
def sky_map(
    ra: Float[np.ndarray, " galaxy"],
    dec: Float[np.ndarray, " galaxy"],
    roles: np.ndarray,
    *,
    origin: Origin,
) -> Figure:
    """Draw galaxies by their role, the whole sky where they reach over more than 60 degrees, else a plain map.

    The whole sky is an Aitoff projection centered on the middle of the galaxies; east is at the left in both. Roles are
    drawn one over the other, the held-out ones last. Of more than 20,000 galaxies a random part is drawn.

    Args:
        ra: Right ascension [deg].
        dec: Declination [deg].
        roles: train, val, test or unused, one a galaxy.
        origin: What the galaxies are; a mock or a simulation says so over the figure.

    Returns:
        The figure. Galaxies without a position are left out and counted in it.

    Raises:
        ValueError: If no galaxy has a position.
    """
    placed = np.isfinite(ra) & np.isfinite(dec)
    if not placed.any():
        raise ValueError(f"none of {len(ra)} galaxies has a position; a map needs some")
    ra, dec, roles = ra[placed] % 360, dec[placed], roles[placed]
    center = float(_STEP * np.round(central_longitude(ra) / _STEP))
    offset = (ra - center + 180) % 360 - 180
    is_wide = max(np.ptp(offset * np.cos(np.radians(dec))), np.ptp(dec)) > WIDE
    figure = Figure(figsize=(8.0, 4.8), layout="constrained")
    axes = figure.add_subplot(projection="aitoff" if is_wide else None)
    x, y = (-np.radians(offset), np.radians(dec)) if is_wide else (center + offset, dec)
    _draw(axes, x, y, roles)
    _name(axes, center, dec, is_wide)
    _put_legend(axes, int(np.sum(~placed)))
    mark(figure, origin)
    return figure


def central_longitude(ra: Float[np.ndarray, " galaxy"]) -> float:
    """Return the direction of the mean vector of some right ascensions [deg], where 359 and 1 have 0 between them.

    Example:
        >>> abs(round(central_longitude(np.array([359.0, 1.0])), 6)) % 360
        0.0
    """
    angle = np.radians(ra)
    return float(np.degrees(np.arctan2(np.mean(np.sin(angle)), np.mean(np.cos(angle)))) % 360)


def _draw(axes: Axes, x: np.ndarray, y: np.ndarray, roles: np.ndarray) -> None:
    kept = np.sort(np.random.default_rng(0).permutation(len(x))[:_MOST_POINTS])
    size = float(np.clip(4000 / len(kept), 1.5, 14))
    for role in _ROLES:
        shown = roles[kept] == role
        if shown.any():
            label = f"{role} ({np.sum(roles == role):,})"
            color = ROLE_COLORS[role]
            axes.scatter(x[kept][shown], y[kept][shown], s=size, color=color, lw=0, label=label, rasterized=True)


def _put_legend(axes: Axes, lost: int) -> None:
    if lost:
        axes.scatter([], [], s=0, label=f"{lost:,} without a position")
    put_legend_above(axes, columns=5)
    legend: Any = axes.get_legend()
    for handle in legend.legend_handles:
        handle.set_sizes([36.0 if handle.get_sizes()[0] else 0.0])


def _name(axes: Axes, center: float, dec: np.ndarray, is_wide: bool) -> None:
    axes.grid(alpha=0.35)
    axes.set_axisbelow("line")
    if is_wide:
        ticks = np.arange(-120, 121, 60)
        axes.set_xticks(np.radians(ticks), [f"{round(center - tick) % 360}°" for tick in ticks])
        axes.set_yticks(np.radians([-60, -30, 0, 30, 60]))
        axes.tick_params(labelsize=8)
        for label in axes.get_xticklabels():
            label.set_path_effects(_OUTLINE)
        return
    axes.set(xlabel="right ascension [deg]", ylabel="declination [deg]")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x % 360:g}")
    axes.invert_xaxis()
    axes.set_aspect(1 / np.cos(np.radians(np.mean(dec))))
