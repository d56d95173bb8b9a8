"""Say in one place how the readings of delta5 differ."""

from __future__ import annotations

from dataclasses import dataclass
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
        trend_stop: last redshift of the trend, constant beyond; None for the highest one at hand.
    """

    velocity_window: float | None
    speed_of_light: float
    exclude_self: bool
    normalization: float
    trend_from: Literal["tracers", "targets"]
    trend_stop: float | None


VARIANTS = {
    "fixed": DensityVariant(
        velocity_window=1000.0,
        speed_of_light=SPEED_OF_LIGHT,
        exclude_self=True,
        normalization=5,
        trend_from="tracers",
        trend_stop=None,
    ),
    "paper": DensityVariant(
        velocity_window=1000.0,
        speed_of_light=3e5,
        exclude_self=False,
        normalization=3,
        trend_from="targets",
        trend_stop=None,
    ),
    "code": DensityVariant(
        velocity_window=None,
        speed_of_light=3e5,
        exclude_self=False,
        normalization=3,
        trend_from="targets",
        trend_stop=0.068,
    ),
}


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
