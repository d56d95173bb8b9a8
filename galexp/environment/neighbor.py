"""Find the nth neighbor of a galaxy on the sky among the tracers at about the same redshift.

Example:
    >>> ra, dec = np.array([0.0, 1.0, 2.0]), np.zeros(3)
    >>> tracers = (ra, dec, np.full(3, 0.03))
    >>> np.degrees(nth_neighbor_separation(ra, dec, np.array([0.03, 0.03, 0.05]), *tracers, n=1)).round(6)
    array([ 1.,  1., nan])

References:
    Cooper et al. 2005, ApJ 634, 833, compare this statistic with others; Wu 2020, arXiv:2001.00018, Sec. 5.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from galexp.environment.sky import angle_of_chord, chord_of_angle, unit_vectors

if TYPE_CHECKING:
    from jaxtyping import Float, Int

SPEED_OF_LIGHT = 299792.458
"""[km/s]"""

SLAB_WIDTH = 0.4
"""Width of a slab over the velocity window: wider ones test more tracers in vain, narrower ones build more trees."""

BLOCK_SIZE = 1_000_000
"""Neighbors held in memory at once; a query of that size takes about 70 MB."""


@dataclass(frozen=True)
class _Rule:
    """Which tracer counts: within the velocity window [km/s] and, unless the chord is zero, not the galaxy itself."""

    n: int
    velocity_window: float
    self_chord: float
    self_velocity: float

    def accepts(
        self, chord: Float[np.ndarray, "galaxy tracer"], velocity_difference: Float[np.ndarray, "galaxy tracer"]
    ) -> np.ndarray:
        itself = (chord < self.self_chord) & (velocity_difference < self.self_velocity)
        return (velocity_difference < self.velocity_window) & ~itself


@dataclass(frozen=True)
class _Points:
    """Unit vectors and recession velocities [km/s]."""

    xyz: Float[np.ndarray, "galaxy 3"]
    velocity: Float[np.ndarray, " galaxy"]

    def __len__(self) -> int:
        return len(self.velocity)

    def __getitem__(self, rows: Int[np.ndarray, " row"] | slice) -> _Points:
        return _Points(self.xyz[rows], self.velocity[rows])


def nth_neighbor_separation(
    ra: Float[np.ndarray, " galaxy"],
    dec: Float[np.ndarray, " galaxy"],
    redshift: Float[np.ndarray, " galaxy"],
    tracer_ra: Float[np.ndarray, " tracer"],
    tracer_dec: Float[np.ndarray, " tracer"],
    tracer_redshift: Float[np.ndarray, " tracer"],
    *,
    n: int = 5,
    velocity_window: float | None = 1000.0,
    exclude_self: bool = True,
    self_separation: float = 3.0,
    self_velocity: float = 300.0,
    speed_of_light: float = SPEED_OF_LIGHT,
) -> Float[np.ndarray, " galaxy"]:
    """Measure the angle between each galaxy and the nth nearest tracer in its velocity window.

    A tracer counts where abs(c z - c z_tracer) < velocity_window, and is the galaxy itself where it lies within both
    self_separation and self_velocity. The answer is exact. It is too large near the edge of the tracers' footprint.

    Args:
        ra: right ascension of the galaxies [deg].
        dec: declination of the galaxies [deg].
        redshift: redshift of the galaxies.
        tracer_ra: right ascension of the tracers [deg].
        tracer_dec: declination of the tracers [deg].
        tracer_redshift: redshift of the tracers.
        n: which neighbor, 1 for the nearest.
        velocity_window: largest velocity difference, itself excluded [km/s]; None admits tracers at any redshift.
        exclude_self: leave out the tracer that is the galaxy itself; otherwise it counts as the first neighbor.
        self_separation: angle below which a tracer may be the galaxy itself [arcsec].
        self_velocity: likewise the velocity difference [km/s].
        speed_of_light: factor from redshift to velocity [km/s].

    Returns:
        Angular separation [rad]; NaN where a coordinate of the galaxy is not finite or fewer than n tracers count.

    Raises:
        ValueError: if arrays differ in length, a tracer is not finite, n is below 1, or there are fewer than n tracers.
    """
    galaxies = _points(ra, dec, redshift, speed_of_light, "galaxy")
    tracers = _points(tracer_ra, tracer_dec, tracer_redshift, speed_of_light, "tracer")
    _check_tracers(tracers, n)
    window = np.inf if velocity_window is None else velocity_window
    rule = _Rule(n, window, chord_of_angle(np.radians(self_separation / 3600) * exclude_self), self_velocity)
    tracers = tracers[np.argsort(tracers.velocity, kind="stable")]
    chord = np.full(len(galaxies), np.nan)
    for rows in _slabs(galaxies, window):
        chord[rows] = _nth_chord(galaxies[rows], tracers, rule)
    return angle_of_chord(chord)


def _points(ra: np.ndarray, dec: np.ndarray, redshift: np.ndarray, speed_of_light: float, kind: str) -> _Points:
    columns = [np.asarray(column, dtype=np.float64) for column in (ra, dec, redshift)]
    if len({column.shape for column in columns}) > 1 or columns[0].ndim != 1:
        shapes = ", ".join(str(column.shape) for column in columns)
        raise ValueError(f"{kind} ra, dec, redshift have shapes {shapes}; expected three 1-d arrays of equal length")
    return _Points(unit_vectors(columns[0], columns[1]), columns[2] * speed_of_light)


def _check_tracers(tracers: _Points, n: int) -> None:
    if n < 1:
        raise ValueError(f"n is {n}; expected 1 (the nearest neighbor) or more")
    if len(tracers) < n:
        raise ValueError(f"{len(tracers)} tracers for neighbor number {n}; give at least {n} tracers or lower n")
    bad = len(tracers) - int(_is_finite(tracers).sum())
    if bad:
        raise ValueError(
            f"{bad} of {len(tracers)} tracers have a position or redshift that is not finite; drop them first"
        )


def _is_finite(points: _Points) -> np.ndarray:
    return np.isfinite(points.xyz).all(axis=1) & np.isfinite(points.velocity)


def _slabs(galaxies: _Points, window: float) -> Iterator[Int[np.ndarray, " row"]]:
    """Yield the rows of finite galaxies, in order of velocity, a narrow range of velocity at a time."""
    rows = np.flatnonzero(_is_finite(galaxies))
    rows = rows[np.argsort(galaxies.velocity[rows], kind="stable")]
    velocity = galaxies.velocity[rows]
    start = 0
    while start < len(rows):
        stop = int(np.searchsorted(velocity, velocity[start] + SLAB_WIDTH * window, side="right"))
        yield rows[start:stop]
        start = stop


def _nth_chord(galaxies: _Points, tracers: _Points, rule: _Rule) -> Float[np.ndarray, " galaxy"]:
    """Return the chord to the nth tracer that counts, for galaxies and tracers sorted by velocity."""
    reach = rule.velocity_window + 1.0  # a margin for rounding; the window itself is applied in accepts
    first = np.searchsorted(tracers.velocity, galaxies.velocity - reach)
    last = np.searchsorted(tracers.velocity, galaxies.velocity + reach)
    chord = np.full(len(galaxies), np.nan)
    pending = np.flatnonzero(last - first >= rule.n)
    if not len(pending):
        return chord
    tracers = tracers[first[0] : last[-1]]
    tree = cKDTree(tracers.xyz, leafsize=12, balanced_tree=False, compact_nodes=False)
    asked = min(rule.n + 4, len(tracers))
    while len(pending):
        for rows in np.array_split(pending, -(-len(pending) * asked // BLOCK_SIZE)):
            chord[rows] = _nth_of_asked(tree, galaxies[rows], tracers.velocity, rule, asked)
        if asked == len(tracers):
            break
        pending = pending[np.isnan(chord[pending])]
        asked = min(3 * asked, len(tracers))
    return chord


def _nth_of_asked(
    tree: cKDTree, galaxies: _Points, tracer_velocity: Float[np.ndarray, " tracer"], rule: _Rule, asked: int
) -> Float[np.ndarray, " galaxy"]:
    """Return the chord to the nth tracer that counts among those asked for; NaN where too few of them count."""
    chord, tracer = tree.query(galaxies.xyz, k=np.arange(1, asked + 1))
    counted = np.cumsum(rule.accepts(chord, np.abs(tracer_velocity[tracer] - galaxies.velocity[:, None])), axis=1)
    nth = np.argmax(counted >= rule.n, axis=1)
    return np.where(counted[:, -1] >= rule.n, chord[np.arange(len(nth)), nth], np.nan)
