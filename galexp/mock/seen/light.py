"""Magnitudes and size of a real galaxy: measured, or else those of its mass at its distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.photometry import r_minus_i
from galexp.mock.seen import shape
from galexp.mock.seen.choose import Choice, choose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from numpy import ndarray

    from galexp.mock.draws import Draws
    from galexp.mock.population import Population
    from galexp.mock.seen.sources import Measurements

MAGNITUDES = {
    "mag_g": "apparent magnitude in g",
    "mag_r": "apparent magnitude in r",
    "mag_i": "apparent magnitude in i",
    "r50": "half-light radius along the major axis, before seeing",
}
SURFACE_BRIGHTNESS = (21.0, 0.6)


def light(
    measured: Measurements,
    seen: Mapping[str, Float[ndarray, " galaxy"]],
    population: Population,
    radius: Float[ndarray, " galaxy"],
) -> dict[str, Choice]:
    """Choose r, the colors around it and the size; a magnitude counts as drawn where it or its color was."""
    mag_r = choose(measured["mag_r"], population.absolute_magnitude_r + seen["distance_modulus"], "of its mass")
    g_minus_r = choose(measured["g_minus_r"], population.g_minus_r, "of its mass and star formation")
    by_g = choose(measured["r_minus_i"], r_minus_i(g_minus_r.values), "by its g - r")
    is_by_draw = by_g.drawn & g_minus_r.drawn
    by_words = "r - i by its g - r" if by_g.drawn.all() else f"r - i {by_g.source}"
    return {
        "mag_g": _beside(mag_r, g_minus_r, 1.0, g_minus_r.drawn, f"g - r {g_minus_r.source}"),
        "mag_r": mag_r,
        "mag_i": _beside(mag_r, by_g, -1.0, is_by_draw, f"{by_words}, g - r {g_minus_r.source}"),
        "r50": choose(measured["r50"], radius, "of its mass and type"),
    }


def drawn_radius(
    rows: Draws, seen: Mapping[str, Float[ndarray, " galaxy"]], population: Population
) -> Float[ndarray, " galaxy"]:
    """Return half-light radii [arcsec]: of the drawn galaxy at its distance, or by the magnitude where that is unknown.

    Without a distance the mean surface brightness within the radius is drawn from N(21.0, 0.6) mag/arcsec^2, a choice
    of ours, and R = 10^(0.2 (mu - m)) / sqrt(2 pi).
    """
    modulus = seen["distance_modulus"]
    brightness = SURFACE_BRIGHTNESS[0] + SURFACE_BRIGHTNESS[1] * rows.standard_normal(len(population))
    by_light = 10.0 ** (0.2 * (brightness - seen["mag_r"])) / np.sqrt(2.0 * np.pi)
    by_mass = population.radius * shape.arcsec_per_kpc(modulus, seen["redshift"])
    return np.where(np.isfinite(by_mass), by_mass, by_light)


def _beside(mag_r: Choice, step: Choice, sign: float, is_drawn: Float[ndarray, " galaxy"], source: str) -> Choice:
    """Return the magnitude of another band, a color beside r."""
    return Choice(mag_r.values + sign * step.values, mag_r.drawn | is_drawn, f"r {mag_r.source}; {source}")
