"""Measure how crowded the surroundings of a galaxy are: the fifth-neighbor density over its median at that redshift.

Example:
    On a ring of evenly spaced galaxies every place is typical:

    >>> ring = np.arange(0.0, 360.0), np.zeros(360), np.full(360, 0.03)
    >>> bool(np.abs(log_one_plus_delta5(*ring, *ring)).max() < 1e-9)
    True

References:
    Wu 2020, arXiv:2001.00018, Sec. 5.1, Eq. 2; Cooper et al. 2005, ApJ 634, 833, and 2008, MNRAS 383, 1058.
"""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING

import numpy as np

from galexp.environment.neighbor import nth_neighbor_separation
from galexp.environment.trend import GRID_STEP, HALF_WIDTH, redshift_trend
from galexp.environment.variant import DensityVariant, density_variant

if TYPE_CHECKING:
    from astropy.cosmology import FlatLambdaCDM
    from jaxtyping import Float, Int

Columns = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Right ascension [deg], declination [deg] and redshift."""


def surface_density(
    separation: Float[np.ndarray, " galaxy"], redshift: Float[np.ndarray, " galaxy"], n: float = 5
) -> Float[np.ndarray, " galaxy"]:
    """Convert the angle to the nth neighbor into a projected density.

    Sigma = n / (pi D^2) with D = separation * D_A(redshift), in a flat cosmology of H0 = 70 km/s/Mpc and Omega_m = 0.3.
    Neighbors scattered at random give a mean too high by n / (n - 1), which a ratio to the local median absorbs.
    With flux-limited tracers Sigma falls with redshift, so densities compare only at equal redshift.

    Args:
        separation: angle to the nth neighbor [rad].
        redshift: redshift of the galaxies.
        n: number of neighbors within that angle.

    Returns:
        Sigma [Mpc^-2]; NaN where an input is NaN, where redshift is not positive, and, with a warning that counts them,
        where the separation is zero: n tracers in one place are a repeated entry rather than an infinite density.

    Example:
        Five tracers on a ring of radius 1 Mpc:

        >>> from astropy.cosmology import FlatLambdaCDM
        >>> redshift = np.array([0.03])
        >>> ring = 1 / FlatLambdaCDM(H0=70, Om0=0.3).angular_diameter_distance(redshift).value
        >>> np.allclose(surface_density(ring, redshift, n=5), 5 / np.pi)
        True

    References:
        Cooper et al. 2005, ApJ 634, 833; Wu 2020, arXiv:2001.00018, Eq. 2, which writes 3 for n.
    """
    separation, redshift = np.asarray(separation, np.float64), np.asarray(redshift, np.float64)
    if zero := int(np.count_nonzero(separation == 0)):
        warnings.warn(
            f"{zero} of {len(separation)} galaxies have a separation of zero: NaN; look for repeated tracers",
            stacklevel=2,
        )
    known = (separation > 0) & (redshift > 0) & np.isfinite(redshift)
    density = np.full(separation.shape, np.nan)
    distance = separation[known] * _angular_diameter_distance(redshift[known])
    density[known] = n / (np.pi * distance**2)
    return density


def log_one_plus_delta5(
    ra: Float[np.ndarray, " galaxy"],
    dec: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    tracer_ra: Float[np.ndarray, " tracer"],
    tracer_dec: Float[np.ndarray, " tracer"],
    tracer_redshift: Float[np.ndarray, " tracer"],
    variant: str | DensityVariant = "fixed",
    *,
    trend_sample: Columns | None = None,
    edge_distance: Float[np.ndarray, " galaxy"] | None = None,
    tracer_edge_distance: Float[np.ndarray, " tracer"] | None = None,
) -> Float[np.ndarray, " galaxy"]:
    """Compare the fifth-neighbor density of each galaxy with the median at its redshift.

    log10(1 + delta5) = log10(Sigma5 / median Sigma5(redshift)): 0 is a typical place, 1 one ten times as crowded.
    `galexp.environment.variant` says how the variants differ. Without edge_distance, galaxies near the edge of the
    survey come out too empty, since neighbors beyond it are missing, and galaxies outside it far too empty: leave those
    out with tracer_coverage. Where the tracers end abruptly in redshift, the median drifts from 0 by up to 0.06 within
    0.013 of that end.

    Args:
        ra: right ascension of the galaxies [deg].
        dec: declination of the galaxies [deg].
        redshift: redshift of the galaxies.
        tracer_ra: right ascension of the tracers [deg].
        tracer_dec: declination of the tracers [deg].
        tracer_redshift: redshift of the tracers.
        variant: fixed, paper or code, or the decisions themselves.
        trend_sample: the galaxies whose median is divided by, where the variant takes that of targets; None for the
            galaxies themselves.
        edge_distance: angle from each galaxy to the edge of the survey [deg].
        tracer_edge_distance: likewise from each tracer, for the median of the tracers.

    Returns:
        log10(1 + delta5); in every variant NaN where a coordinate is not finite, redshift is not positive, fewer than
        five tracers count, or the fifth neighbor lies farther than the edge.

    Raises:
        ValueError: if the variant is unknown or divides by the tracers' median and gets a trend_sample, an edge
            distance has another length than its positions, arrays differ in length, a tracer is not finite, or there
            are fewer than five.
    """
    rule = density_variant(variant) if isinstance(variant, str) else variant
    redshift, tracer_redshift = np.asarray(redshift, np.float64), np.asarray(tracer_redshift, np.float64)
    tracers = (np.asarray(tracer_ra), np.asarray(tracer_dec), tracer_redshift)
    separation = _fifth_neighbor((ra, dec, redshift), tracers, rule, rule.velocity_window, edge_distance)
    density = surface_density(separation, redshift, rule.normalization)
    sample = _trend_sample(redshift, density, tracers, rule, trend_sample, tracer_edge_distance)
    return np.log10(density / redshift_trend(redshift, *sample, grid_stop=rule.trend_stop))


def _trend_sample(
    redshift: np.ndarray,
    density: np.ndarray,
    tracers: Columns,
    rule: DensityVariant,
    given: Columns | None,
    tracer_edge: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return redshifts and densities of those whose median is divided by."""
    if rule.trend_from != "tracers":
        return (redshift, density) if given is None else _densities(given, tracers, rule)
    if given is not None:
        raise ValueError("the median of the tracers is divided by and a trend_sample was given; leave it out")
    return _tracer_densities(redshift[np.isfinite(density)], tracers, rule, tracer_edge)


def _fifth_neighbor(
    galaxies: Columns, tracers: Columns, rule: DensityVariant, window: float | None, edge: np.ndarray | None = None
) -> Float[np.ndarray, " galaxy"]:
    separation = nth_neighbor_separation(
        *galaxies,
        *tracers,
        velocity_window=window,
        exclude_self=rule.exclude_self,
        speed_of_light=rule.speed_of_light,
    )
    return separation if edge is None else _reject_beyond_edge(separation, edge)


def _tracer_densities(
    redshift: np.ndarray, tracers: Columns, rule: DensityVariant, edge: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return redshift and density of the tracers that take part in a median read at these redshifts."""
    rows = _trend_rows(redshift, tracers[2])
    chosen = (tracers[0][rows], tracers[1][rows], tracers[2][rows])
    return _densities(chosen, tracers, rule, None if edge is None else edge[rows])


def _densities(
    galaxies: Columns, tracers: Columns, rule: DensityVariant, edge: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return redshift and density of the galaxies whose median is divided by."""
    separation = _fifth_neighbor(galaxies, tracers, rule, rule.trend_window, edge)
    return galaxies[2], surface_density(separation, galaxies[2], rule.normalization)


def _reject_beyond_edge(separation: np.ndarray, edge_distance: np.ndarray) -> Float[np.ndarray, " galaxy"]:
    edge = np.radians(np.asarray(edge_distance, np.float64))
    if edge.shape != separation.shape:
        raise ValueError(
            f"edge_distance has shape {edge.shape}; expected one angle [deg] per galaxy, {separation.shape}"
        )
    return np.where(separation <= edge, separation, np.nan)


def _trend_rows(redshift: np.ndarray, tracer_redshift: np.ndarray) -> Int[np.ndarray, " row"]:
    """Choose the tracers that take part in a median read at these redshifts."""
    if not len(redshift):
        return np.array([], dtype=int)
    margin = GRID_STEP + HALF_WIDTH
    return np.flatnonzero((tracer_redshift >= redshift.min() - margin) & (tracer_redshift <= redshift.max() + margin))


def _angular_diameter_distance(redshift: np.ndarray) -> Float[np.ndarray, " galaxy"]:
    """Return the angular-diameter distance [Mpc]."""
    return _cosmology().angular_diameter_distance(redshift).value


@functools.cache
def _cosmology() -> FlatLambdaCDM:
    """Return the cosmology of the studies; astropy works out its constants anew for each that is made."""
    from astropy.cosmology import FlatLambdaCDM  # slow to import, and listing or planning never needs it

    return FlatLambdaCDM(H0=70, Om0=0.3)
