"""The relation of stellar mass and gas-phase metallicity of Tremonti et al. (2004): its polynomial and its table."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

VALID = (8.5, 11.5)
"""Range of log10 (M* / Msun) that the polynomial was fitted to; it turns over at 11.51."""

_PERCENTAGES = (2.5, 16, 50, 84)
_TABLE = """
8.57 8.18 8.25 8.44 8.64
8.67 8.11 8.28 8.48 8.65
8.76 8.13 8.32 8.57 8.70
8.86 8.14 8.37 8.61 8.73
8.96 8.21 8.46 8.63 8.75
9.06 8.26 8.56 8.66 8.82
9.16 8.37 8.59 8.68 8.82
9.26 8.39 8.60 8.71 8.86
9.36 8.46 8.63 8.74 8.88
9.46 8.53 8.66 8.78 8.92
9.57 8.59 8.69 8.82 8.94
9.66 8.60 8.72 8.84 8.96
9.76 8.63 8.76 8.87 8.99
9.86 8.67 8.80 8.90 9.01
9.96 8.71 8.83 8.94 9.05
10.06 8.74 8.85 8.97 9.06
10.16 8.77 8.88 8.99 9.09
10.26 8.80 8.92 9.01 9.10
10.36 8.82 8.94 9.03 9.11
10.46 8.85 8.96 9.05 9.12
10.56 8.87 8.98 9.07 9.14
10.66 8.89 9.00 9.08 9.15
10.76 8.91 9.01 9.09 9.15
10.86 8.93 9.02 9.10 9.16
10.95 8.93 9.03 9.11 9.17
11.05 8.92 9.03 9.11 9.17
11.15 8.94 9.04 9.12 9.18
11.25 8.93 9.03 9.12 9.18
"""

_COLUMNS = np.array([line.split() for line in _TABLE.split("\n") if line], dtype=np.float64).T
_COLUMNS.setflags(write=False)
LOG_STELLAR_MASS: Float[ndarray, " bin"] = _COLUMNS[0]
"""Centers of the bins of Table 3, log10 (M* / Msun)."""
PERCENTILES = types.MappingProxyType(dict(zip(_PERCENTAGES, _COLUMNS[1:], strict=True)))
"""Percentage -> 12 + log10 (O/H) of the galaxies in each bin of Table 3."""


def metallicity_of_mass(log_stellar_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return 12 + log10 (O/H) of the polynomial through the mass-metallicity relation.

    Z = -1.492 + 1.847 m - 0.08026 m^2 with m = log10 (M* / Msun), for 8.5 < m < 11.5, Kroupa IMF. Outside it is an
    extrapolation that turns over; see :data:`VALID`.

    Args:
        log_stellar_mass: m, log10 of the stellar mass [Msun].

    Returns:
        12 + log10 (O/H) [dex]; NaN where the mass is.

    Example:
        >>> metallicity_of_mass(np.array([10.0])).round(3).item()
        8.952

    References:
        Tremonti et al. 2004, ApJ 613, 898, eq. 3.
    """
    return -1.492 + log_stellar_mass * (1.847 - 0.08026 * log_stellar_mass)


def half_width_of_relation(log_stellar_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return (p84 - p16) / 2 of the metallicities of SDSS galaxies of some stellar mass.

    Of a Gaussian it is the standard deviation, and it is not moved by wings: the scatter that galaxies of one mass have
    among themselves, errors of measurement included. Linear between the bins of Table 3.

    Args:
        log_stellar_mass: log10 of the stellar mass [Msun].

    Returns:
        Half width [dex]; NaN beyond the outermost bins, 8.57 and 11.25.

    Example:
        >>> half_width_of_relation(np.array([10.06, 12.0])).round(3).tolist()
        [0.105, nan]

    References:
        Tremonti et al. 2004, ApJ 613, 898, Table 3.
    """
    width = (PERCENTILES[84] - PERCENTILES[16]) / 2
    return np.interp(log_stellar_mass, LOG_STELLAR_MASS, width, left=np.nan, right=np.nan)
