"""Follow the median of a quantity with redshift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float

GRID_STEP = 0.002
HALF_WIDTH = 0.01


def running_median(
    redshift: Float[np.ndarray, " galaxy"],
    values: Float[np.ndarray, " galaxy"],
    grid: Float[np.ndarray, " node"],
    half_width: float = HALF_WIDTH,
) -> Float[np.ndarray, " node"]:
    """Take the median of the values whose redshift lies within half_width of each node of a grid.

    median(node) = median of values where node - half_width < redshift < node + half_width, both ends excluded.
    At the ends of the sample the interval is half empty and the median stands for a redshift further inside.

    Args:
        redshift: redshift of the galaxies, in any order.
        values: the quantity; galaxies where it or the redshift is not finite are left out.
        grid: redshifts at which to take the median.
        half_width: half the length of the interval in redshift.

    Returns:
        Median at each node; NaN where the interval holds no galaxy.

    Example:
        >>> running_median(np.array([0.01, 0.02, 0.03]), np.array([1.0, 5.0, 7.0]), np.array([0.02, 0.024, 0.1]), 0.01)
        array([ 5.,  6., nan])

    References:
        Cooper et al. 2008, MNRAS 383, 1058, divide by the median at the redshift of the galaxy.
    """
    finite = np.isfinite(redshift) & np.isfinite(values)
    order = np.argsort(redshift[finite], kind="stable")
    redshift, values = redshift[finite][order], values[finite][order]
    first = np.searchsorted(redshift, grid - half_width, side="right")
    last = np.searchsorted(redshift, grid + half_width, side="left")
    median = np.full(len(grid), np.nan)
    for node in np.flatnonzero(last > first):
        median[node] = np.median(values[first[node] : last[node]])
    return median


def redshift_trend(
    at_redshift: Float[np.ndarray, " target"],
    redshift: Float[np.ndarray, " galaxy"],
    values: Float[np.ndarray, " galaxy"],
    *,
    grid_stop: float | None = None,
    grid_step: float = GRID_STEP,
    half_width: float = HALF_WIDTH,
) -> Float[np.ndarray, " target"]:
    """Read the running median of a sample at the redshifts of another.

    The nodes are 0, grid_step, ..., grid_stop. Between them the median is interpolated linearly; beyond the first and
    the last node whose interval holds a galaxy it is constant, and there it stands for a redshift further inside.
    Structure thinner in redshift than the interval is not followed.

    Args:
        at_redshift: redshifts at which the trend is wanted.
        redshift: redshift of the sample that defines the trend.
        values: the quantity of that sample.
        grid_stop: last node; None for the highest redshift of the sample.
        grid_step: distance between nodes.
        half_width: half the length of the interval of one median.

    Returns:
        The trend; NaN where at_redshift is NaN, and everywhere if no galaxy of the sample is finite.

    Example:
        >>> redshift = np.linspace(0, 0.1, 100_001)
        >>> redshift_trend(np.array([0.031, 0.05]), redshift, 2 * redshift).round(3)
        array([0.062, 0.1  ])

    References:
        Wu 2020, arXiv:2001.00018, Sec. 5.1; its published code stops the grid at 0.068.
    """
    if not np.any(finite := np.isfinite(redshift) & np.isfinite(values)):
        return np.full(len(at_redshift), np.nan)
    stop = float(redshift[finite].max()) if grid_stop is None else grid_stop
    grid = grid_step * np.arange(round(stop / grid_step) + 1)
    median = running_median(redshift, values, grid, half_width)
    known = np.isfinite(median)
    return np.interp(at_redshift, grid[known], median[known])
