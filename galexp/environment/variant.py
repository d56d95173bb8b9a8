"""Say in one place how the readings of delta5 differ: in which neighbors count, and whose median is divided by.

- `fixed`: abs(c dz) < 1000 km/s, the fifth other tracer, and the median of the tracers, so that samples which share
  tracers share a scale. Galaxies of a sample that avoids crowds have a median below 0.
- `paper`: the text of Wu 2020: the same window with c = 3e5 km/s, the galaxy's own entry counts as the first neighbor
  where the tracers hold it, and the median of the galaxies themselves.
- `code`: as executed for alpha.40, with redshift = distance * 70 / 3e5: as `paper` without a velocity window, and with
  the median held constant beyond 0.068. Chance alignments narrow it.

xGASS has a `code` of its own, CODE_OF_XGASS: its windowed density over the windowless median of alpha.40. It is not on
the scale of alpha.40's `code`. Windowed densities are lower, the more so the deeper the tracers reach: the median of
xGASS, published near -0.4, is -1.6 among tracers that end at redshift 0.107.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from galexp.environment.neighbor import SPEED_OF_LIGHT


@dataclass(frozen=True)
class DensityVariant:
    """Decide what distinguishes one published reading of delta5 from another.

    Args:
        velocity_window: largest velocity difference of a neighbor [km/s]; None for no window.
        speed_of_light: factor from redshift to velocity [km/s].
        exclude_self: leave out the galaxy's own entry among the tracers, and so take the fifth other.
        normalization: the number over pi D^2; it cancels in delta5 and matters to the surface density alone.
        trend_from: whose median surface density is divided by.
        trend_window: as velocity_window, for the density of those.
        trend_stop: last redshift of the trend, constant beyond; None for the highest one at hand.
    """

    velocity_window: float | None
    speed_of_light: float
    exclude_self: bool
    normalization: float
    trend_from: Literal["tracers", "targets"]
    trend_window: float | None
    trend_stop: float | None


VARIANTS = {
    "fixed": DensityVariant(
        velocity_window=1000.0,
        speed_of_light=SPEED_OF_LIGHT,
        exclude_self=True,
        normalization=5,
        trend_from="tracers",
        trend_window=1000.0,
        trend_stop=None,
    ),
    "paper": DensityVariant(
        velocity_window=1000.0,
        speed_of_light=3e5,
        exclude_self=False,
        normalization=3,
        trend_from="targets",
        trend_window=1000.0,
        trend_stop=None,
    ),
    "code": DensityVariant(
        velocity_window=None,
        speed_of_light=3e5,
        exclude_self=False,
        normalization=3,
        trend_from="targets",
        trend_window=None,
        trend_stop=0.068,
    ),
}

CODE_OF_XGASS = replace(VARIANTS["code"], velocity_window=1000.0)
"""The `code` of xGASS; the galaxies whose median it divides by are those of alpha.40."""


def density_variant(name: str) -> DensityVariant:
    """Look up a variant by name.

    Args:
        name: fixed, paper or code.

    Returns:
        The decisions of that variant.

    Raises:
        ValueError: if there is no variant of that name.

    Example:
        >>> density_variant("code").velocity_window is None
        True
    """
    if name not in VARIANTS:
        nearest = get_close_matches(name, VARIANTS, n=3, cutoff=0.4) or list(VARIANTS)
        raise ValueError(
            f"variant {name!r} is unknown; did you mean {' or '.join(nearest)}? There are {', '.join(VARIANTS)}"
        )
    return VARIANTS[name]
