"""Published scaling relations of nearby galaxies, as pure functions of numpy arrays.

`SOURCES` says for each relation where it comes from and whether its coefficients were compared with a text or with
public code that quotes them, so that a manifest can carry the honest version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from galexp.catalog.mass_metallicity import metallicity_of_mass

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray


@dataclass(frozen=True)
class Source:
    """Where a relation comes from.

    Attributes:
        reference: paper and equation, or "a choice of ours".
        checked: whether the coefficients were compared with the paper's text or with code that quotes them.
    """

    reference: str
    checked: bool


CHOICE = "a choice of ours"

SOURCES = {
    "main_sequence_log_sfr": Source("Saintonge et al. 2016, MNRAS 462, 1749, eq. 5", checked=True),
    "late_type_radius": Source("Shen et al. 2003, MNRAS 343, 978, eq. 18 and Table 1", checked=True),
    "late_type_radius_scatter": Source("Shen et al. 2003, MNRAS 343, 978, Table 1", checked=True),
    "early_type_radius": Source("Shen et al. 2003, MNRAS 343, 978, eq. 17 and Table 1 (with erratum)", checked=True),
    "metallicity": Source("Tremonti et al. 2004, ApJ 613, 898, eq. 3", checked=True),
    "hi_plane": Source("Catinella et al. 2013, MNRAS 436, 34, or 2012, A&A 544, A65", checked=False),
    "log_mass_to_light_r": Source("Bell et al. 2003, ApJS 149, 289, Table 7", checked=True),
    "quenched_fraction": Source("Peng et al. 2010, ApJ 721, 193, eqs. 3 and 6", checked=False),
    "log_hi_flux": Source("Roberts 1975, Galaxies and the Universe, p. 309", checked=True),
    "rotation_velocity": Source("McGaugh 2005, ApJ 632, 859, abstract", checked=True),
    "log_hi_flux_limit": Source("Haynes et al. 2011, AJ 142, 170, eqs. 4 and 5 less 0.067", checked=False),
    "g_minus_r": Source(CHOICE, checked=False),
    "nuv_minus_r": Source(CHOICE, checked=False),
}


def sources() -> dict[str, str]:
    """Return where each relation comes from, in words for a manifest."""
    doubt = " (not checked against the text)"
    return {
        name: source.reference + doubt * (not source.checked and source.reference != CHOICE)
        for name, source in SOURCES.items()
    }


def main_sequence_log_sfr(log_stellar_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return log10 SFR [Msun/yr] on the star-forming main sequence at redshift 0.

    log SFR = -2.332 m + 0.4156 m^2 - 0.01828 m^3 with m = log10 (M* / Msun), Chabrier IMF, the peak of the
    distribution at each mass for galaxies above 10^8 Msun at redshift 0.01 to 0.05. It turns over at high mass.

    References:
        Saintonge et al. 2016, MNRAS 462, 1749, eq. 5.
    """
    mass = log_stellar_mass
    return mass * (-2.332 + mass * (0.4156 - 0.01828 * mass))


def late_type_radius(log_stellar_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the median half-light radius [kpc] of late types (Sersic index below 2.5).

    R = 0.1 M^0.14 (1 + M / 3.98e10)^0.25 with M in Msun, Kroupa IMF, for 8.75 < log M < 11.75. These are Sersic radii
    in z; Petrosian radii in r, which catalogs give, are larger by some 0.06 dex, which is not corrected for.

    References:
        Shen et al. 2003, MNRAS 343, 978, eq. 18 and Table 1.
    """
    mass = 10.0**log_stellar_mass
    return 0.1 * mass**0.14 * (1.0 + mass / 3.98e10) ** (0.39 - 0.14)


def late_type_radius_scatter(log_stellar_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the standard deviation of log10 of the half-light radius [dex] of late types.

    sigma(ln R) = 0.34 + (0.47 - 0.34) / (1 + (M / 3.98e10)^2): 0.20 dex at low and 0.15 dex at high mass.

    References:
        Shen et al. 2003, MNRAS 343, 978, Table 1.
    """
    return (0.34 + 0.13 / (1.0 + (10.0**log_stellar_mass / 3.98e10) ** 2)) / np.log(10.0)


def early_type_radius(log_stellar_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the median half-light radius [kpc] of early types (Sersic index above 2.5).

    R = 2.88e-6 M^0.56 with M in Msun, for 10.1 < log M < 11.9, Sersic radii in z. Below that the power law falls under
    what is observed, so callers need a floor.

    References:
        Shen et al. 2003, MNRAS 343, 978, eq. 17 and Table 1 with the coefficient of the 2007 erratum.
    """
    return 2.88e-6 * 10.0 ** (0.56 * log_stellar_mass)


def metallicity(log_stellar_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the gas-phase metallicity 12 + log10 (O/H) of the mean mass-metallicity relation.

    Z = -1.492 + 1.847 m - 0.08026 m^2 with m = log10 (M* / Msun), for 8.5 < m < 11.5, Kroupa IMF; the scatter is 0.10
    dex, more at low mass.

    References:
        Tremonti et al. 2004, ApJ 613, 898, eq. 3; quoted as eq. 3 of Wu & Boada 2019, MNRAS 484, 4683.
    """
    return metallicity_of_mass(log_stellar_mass)


def hi_plane(
    log_surface_density: Float[ndarray, " galaxy"], nuv_minus_r: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Return log10 (M_HI / M*) on the gas-fraction plane.

    log (M_HI / M*) = -0.338 log mu - 0.235 (NUV - r) + 2.908 with mu = M* / (2 pi R50^2) [Msun/kpc^2]; fitted to
    detections with log M* > 10 and NUV - r < 4.5, scatter 0.3 dex, and an extrapolation elsewhere. Coefficients
    quoted from memory of the paper; not checked against the text, but the 329 such detections of the table of xGASS
    (Catinella et al. 2018) lie about it with a mean of -0.01 and a scatter of 0.285 dex. Which of two papers of the
    survey gives this fit is open.

    References:
        Catinella et al. 2013, MNRAS 436, 34, or Catinella et al. 2012, A&A 544, A65.
    """
    return -0.338 * log_surface_density - 0.235 * nuv_minus_r + 2.908


def log_mass_to_light_r(g_minus_r: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return log10 of the stellar mass-to-light ratio in r [Msun / Lsun,r].

    log (M/L_r) = -0.306 + 1.097 (g - r) - 0.15; the last term turns the paper's diet Salpeter into a Kroupa IMF.
    Colors are at rest and, as dust moves a galaxy nearly along the relation, not corrected for it; scatter 0.1 dex.

    References:
        Bell et al. 2003, ApJS 149, 289, Table 7 (row g - r, band r).
    """
    return -0.306 + 1.097 * g_minus_r - 0.15


def quenched_fraction(
    log_stellar_mass: Float[ndarray, " galaxy"], log_one_plus_delta: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Return the fraction of quenched galaxies, separable in mass and environment.

    f = e_rho + e_m - e_rho e_m with e_rho = 1 - exp(-(rho / p1)^p2) and e_m = 1 - exp(-(M* / p3)^p4), where
    rho = 1 + delta, log p1 = 1.84, p2 = 0.60, log p3 = 10.56, p4 = 0.80, for 9 < log M* < 11 and 0.02 < z < 0.085.
    The paper's rho is a fifth-neighbor overdensity among brighter tracers than ours, so the environmental part is
    indicative. The form is confirmed by public code, the local coefficients are quoted from memory of the paper; not
    checked against the text.

    References:
        Peng et al. 2010, ApJ 721, 193, eqs. 3 and 6 and Table 2.
    """
    survives_environment = np.exp(-(10.0 ** (0.60 * (log_one_plus_delta - 1.84))))
    survives_mass = np.exp(-(10.0 ** (0.80 * (log_stellar_mass - 10.56))))
    return 1.0 - survives_environment * survives_mass


def log_hi_flux(
    log_hi_mass: Float[ndarray, " galaxy"], distance: Float[ndarray, " galaxy"]
) -> Float[ndarray, " galaxy"]:
    """Return log10 of the integrated H I flux [Jy km/s].

    M_HI = 2.356e5 D^2 S with M_HI in Msun and the distance D in Mpc, for optically thin gas.

    References:
        Roberts 1975, Galaxies and the Universe, p. 309, as public code quotes it; the coefficient alone was compared.
    """
    return log_hi_mass - np.log10(2.356e5) - 2.0 * np.log10(distance)


def rotation_velocity(baryonic_mass: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the flat rotation velocity [km/s] of a disk of given stellar and gas mass [Msun].

    M = 50 V^4, from 20 to 300 km/s: the fit of least scatter.

    References:
        McGaugh 2005, ApJ 632, 859 (arXiv:astro-ph/0506750), abstract.
    """
    return (baryonic_mass / 50.0) ** 0.25


def log_hi_flux_limit(log_width: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return log10 of the H I flux [Jy km/s] at which ALFALFA finds half of the sources of a line width [km/s].

    0.5 log W50 - 1.207 below log W50 = 2.5 and log W50 - 2.457 above: wide lines hide in the noise. The limits of 90 %,
    with -1.14 and -2.39, lie 0.067 higher. Public code quotes -1.14 and 0.067; -2.39, which lets the lines meet, is not
    checked against the text. 96 % of the first-class detections of the paper's table lie above.

    References:
        Haynes et al. 2011, AJ 142, 170, eqs. 4 and 5.
    """
    return np.where(log_width < 2.5, 0.5 * log_width - 1.207, log_width - 2.457)


_LOG_SSFR = np.arange(-12.5, -8.4, 0.5)


def g_minus_r(log_ssfr: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return the dust-free g - r [mag] of a specific star-formation rate [1/yr], a choice of ours.

    Linear between (-12.5, 0.78) for an old population and (-8.5, 0.20) for a young one, constant outside.
    """
    return np.interp(log_ssfr, _LOG_SSFR, [0.78, 0.76, 0.72, 0.66, 0.56, 0.46, 0.36, 0.27, 0.20])


def nuv_minus_r(log_ssfr: Float[ndarray, " galaxy"]) -> Float[ndarray, " galaxy"]:
    """Return NUV - r [mag] of a specific star-formation rate [1/yr], a choice of ours.

    Linear between (-12.5, 6.2) for an old population and (-8.5, 1.2) for a young one, constant outside.
    """
    return np.interp(log_ssfr, _LOG_SSFR, [6.2, 5.9, 5.2, 4.3, 3.5, 2.8, 2.1, 1.6, 1.2])
