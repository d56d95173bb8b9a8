"""Other colors as g - r, each by a named relation that is a choice of ours and good to about 0.05 mag.

Colors that no galaxy has (a bad magnitude in one band) become NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.mock import relations
from galexp.mock.photometry import R_MINUS_I, U_MINUS_G

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

BLUEST, REDDEST = -0.2, 1.5
_LOG_SSFR = np.linspace(-12.5, -8.5, 161)


def from_g_minus_i(g_minus_i: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return the g - r [mag] at which g - i lies on the sequence of the mock surveys, r - i = 0.06 + 0.48 (g - r).

    Example:
        >>> from_g_minus_i(np.array([0.5 + 0.06 + 0.48 * 0.5])).round(6).tolist()
        [0.5]
    """
    return believable((g_minus_i - R_MINUS_I[0]) / (1.0 + R_MINUS_I[1]))


def from_u_minus_r(u_minus_r: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return g - r = (u - r - 0.53) / 2.63 [mag], the sequence of the mock surveys.

    u - r = 2.22, where red and blue galaxies meet (Strateva et al. 2001, AJ 122, 1861; quoted from memory, not
    checked), becomes 0.64.

    Example:
        >>> from_u_minus_r(np.array([2.22, 13.2])).round(2).tolist()
        [0.64, nan]
    """
    return believable((u_minus_r - U_MINUS_G[0]) / (1.0 + U_MINUS_G[1]))


def from_nuv_minus_r(nuv_minus_r: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return the g - r [mag] of the specific star-formation rate that NUV - r stands for, both by `relations`."""
    return relations.g_minus_r(log_ssfr_from_nuv_minus_r(nuv_minus_r))


def log_ssfr_from_nuv_minus_r(nuv_minus_r: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return log10 of the specific star-formation rate [1/yr] at which `relations.nuv_minus_r` has this value.

    Redder and bluer than the relation goes, its last value; NaN stays NaN.
    """
    colors = relations.nuv_minus_r(_LOG_SSFR)
    return np.interp(nuv_minus_r, colors[::-1], _LOG_SSFR[::-1])


def believable(g_minus_r: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return a color, or NaN where it is outside -0.2 to 1.5 [mag], where a magnitude must be bad."""
    return np.where((g_minus_r >= BLUEST) & (g_minus_r <= REDDEST), g_minus_r, np.nan)
