"""Distances of the mock survey in one flat cosmology, H0 = 70 km/s/Mpc and Omega_m = 0.3."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from astropy import constants
from astropy.cosmology import FlatLambdaCDM

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray

SPEED_OF_LIGHT = constants.c.to_value("km/s")
ARCSEC_PER_RADIAN = np.degrees(1.0) * 3600.0
_MAX_REDSHIFT = 0.3


@cache
def _table() -> tuple[Float[ndarray, " node"], Float[ndarray, " node"]]:
    redshift = np.linspace(0.0, _MAX_REDSHIFT, 601)
    return redshift, FlatLambdaCDM(H0=70.0, Om0=0.3).comoving_distance(redshift).to_value("Mpc")


def comoving_distance(redshift: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the line-of-sight comoving distance [Mpc], interpolated below redshift 0.3."""
    return np.interp(redshift, *_table())


def redshift_at(distance: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the cosmological redshift at a comoving distance [Mpc], the inverse of `comoving_distance`."""
    redshift, comoving = _table()
    return np.interp(distance, comoving, redshift)


def distance_modulus(redshift: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return 5 log10(d_L / 10 pc), without a K-correction."""
    return 5.0 * np.log10(comoving_distance(redshift) * (1.0 + redshift)) + 25.0


def arcsec_per_kpc(redshift: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the angle [arcsec] that 1 kpc subtends at a redshift above 0."""
    return ARCSEC_PER_RADIAN * (1.0 + redshift) / (comoving_distance(redshift) * 1e3)
