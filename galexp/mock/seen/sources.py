"""From which measurements each quantity of a galaxy can be had, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock.population import SOLAR_MAGNITUDE_R
from galexp.mock.relations import log_mass_to_light_r
from galexp.mock.seen import color, shape
from galexp.mock.seen.choose import first_finite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jaxtyping import Float
    from numpy import ndarray

    Values = Float[ndarray, " galaxy"]
    Measurements = dict[str, dict[str, Values]]

TYPICAL_COLOR = 0.55


def measurements(seen: Mapping[str, Values]) -> Measurements:
    """Return of each quantity what it can be taken from: words -> values, NaN for gaps.

    The quantities are those of the mock surveys. Colors other than g - r, concentration and NUV - r are turned into
    g - r, the bulge's share and star formation by the relations of `color` and `shape`.
    """
    petrosian = {"r50": seen["r50"], "log_r50": 10.0 ** seen["log_r50"]}
    concentration = {"concentration": seen["concentration"], "r90 / r50": seen["r90"] / seen["r50"]}
    colors = {
        "g_minus_r": color.believable(seen["g_minus_r"]),
        "mag_g - mag_r": color.believable(seen["mag_g"] - seen["mag_r"]),
        "u_minus_r": color.from_u_minus_r(seen["u_minus_r"]),
        "g_minus_i": color.from_g_minus_i(seen["g_minus_i"]),
        "nuv_minus_r": color.from_nuv_minus_r(seen["nuv_minus_r"]),
    }
    bulge = {name: shape.bulge_to_total(values) for name, values in concentration.items()}
    absolute = seen["mag_r"] - seen["distance_modulus"]
    typical = np.nan_to_num(first_finite(colors), nan=TYPICAL_COLOR)
    by_light = 0.4 * (SOLAR_MAGNITUDE_R - absolute) + log_mass_to_light_r(typical)
    mass = {"log_stellar_mass": seen["log_stellar_mass"], "mag_r, its distance and color": by_light}
    return {
        "log_stellar_mass": mass,
        "mag_r": {"mag_r": seen["mag_r"]},
        "g_minus_r": colors,
        "r_minus_i": {"mag_i": _r_minus_i(seen)},
        "r50": {name: shape.major_axis_radius(values, seen["axis_ratio"]) for name, values in petrosian.items()},
        "bulge_to_total": bulge,
        "axis_ratio": {"axis_ratio": seen["axis_ratio"]},
        "log_ssfr": {
            "log_ssfr": seen["log_ssfr"],
            **{
                f"{name} - log_stellar_mass": _believable_log_ssfr(seen[name] - seen["log_stellar_mass"])
                for name in ("log_sfr", "log_sfr_durbala2020")
            },
            "nuv_minus_r": color.log_ssfr_from_nuv_minus_r(seen["nuv_minus_r"]),
        },
    }


def known_quantities(seen: Mapping[str, Values], measured: Measurements) -> dict[str, Values]:
    """Return what a drawn galaxy is compared in with a real one, as `nearest_population` wants it."""
    modulus, bulge = seen["distance_modulus"], first_finite(measured["bulge_to_total"])
    return {
        "g_minus_r": first_finite(measured["g_minus_r"]),
        "log_ssfr": first_finite(measured["log_ssfr"]),
        "bulge_to_total": bulge,
        "cos_inclination": np.cos(shape.inclination(seen["axis_ratio"], np.nan_to_num(bulge))),
        "log_radius": np.log10(first_finite(measured["r50"]) / shape.arcsec_per_kpc(modulus, seen["redshift"])),
        "absolute_magnitude_r": seen["mag_r"] - modulus,
    }


def _believable_log_ssfr(log_ssfr: Values) -> Values:
    return np.where(np.abs(log_ssfr + 10.5) < 3.5, log_ssfr, np.nan)


def _r_minus_i(seen: Mapping[str, Values]) -> Values:
    """Return r - i of magnitudes of one photometry, NaN where it is no color of a galaxy."""
    mag_r = np.where(np.isfinite(seen["mag_r_mpa_jhu"]), seen["mag_r_mpa_jhu"], seen["mag_r"])
    difference = mag_r - seen["mag_i"]
    return np.where(np.abs(difference - 0.3) < 0.6, difference, np.nan)
