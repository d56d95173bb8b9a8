"""A lognormal random density field and points drawn from it.

This is a lognormal random field, not a LambdaCDM mock and no halo occupation: its spectrum has the shape of cold dark
matter, its amplitude is chosen so that the fifth-neighbor overdensities spread as in galaxy surveys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from numpy.random import Generator

SHAPE_PARAMETER = 0.14
SPECTRAL_INDEX = 0.96


def cold_dark_matter_spectrum(wavenumber: Float[ndarray, "*shape"]) -> Float[ndarray, "*shape"]:
    """Return the unnormalized linear power spectrum of cold dark matter; 0 at wavenumber 0.

    P = k^n T(k)^2 with T = ln(1 + 2.34 q) / (2.34 q) (1 + 3.89 q + (16.1 q)^2 + (5.46 q)^3 + (6.71 q)^4)^(-1/4),
    q = k / Gamma, n = 0.96 and Gamma = 0.14 / Mpc.

    Args:
        wavenumber: k [1/Mpc].

    References:
        Bardeen et al. 1986, ApJ 304, 15, eq. G3.
    """
    scaled = np.maximum(wavenumber, 1e-12) / SHAPE_PARAMETER
    polynomial = 1.0 + 3.89 * scaled + (16.1 * scaled) ** 2 + (5.46 * scaled) ** 3 + (6.71 * scaled) ** 4
    transfer = np.log1p(2.34 * scaled) / (2.34 * scaled) * polynomial**-0.25
    return np.where(wavenumber > 0.0, wavenumber**SPECTRAL_INDEX * transfer**2, 0.0)


def lognormal_density(
    rng: Generator, box_size: float, cells: int, log_sigma: float
) -> Float[ndarray, "cells cells cells"]:
    """Draw a periodic lognormal density field, exp(f) of a Gaussian field f with the cold-dark-matter spectrum.

    Args:
        rng: source of the white noise.
        box_size: side of the cube [Mpc].
        cells: cells along a side.
        log_sigma: standard deviation of f over the cells.

    Returns:
        The density in each cell, in arbitrary units, positive.
    """
    frequency = 2.0 * np.pi * np.fft.fftfreq(cells, box_size / cells)
    half_frequency = 2.0 * np.pi * np.fft.rfftfreq(cells, box_size / cells)
    wavenumber = np.sqrt(
        frequency[:, None, None] ** 2 + frequency[None, :, None] ** 2 + half_frequency[None, None, :] ** 2
    )
    noise = np.fft.rfftn(rng.standard_normal((cells, cells, cells)))
    gaussian = np.fft.irfftn(noise * np.sqrt(cold_dark_matter_spectrum(wavenumber)), s=(cells,) * 3, axes=(0, 1, 2))
    return np.exp(gaussian * (log_sigma / gaussian.std()))


def fill_box(
    density: Float[ndarray, "cells cells cells"], shape: tuple[int, int, int]
) -> Float[ndarray, "length width height"]:
    """Repeat a periodic field, or cut a piece out of it, so that it fills a box of the given number of cells."""
    rows = (np.arange(length) % size for length, size in zip(shape, density.shape, strict=True))
    return density[np.ix_(*rows)]


def sample_points(
    rng: Generator, weight: Float[ndarray, "length width height"], cell_size: float, count: int
) -> Float[ndarray, "point axis"]:
    """Draw points in proportion to the weight of the cells, uniform inside a cell.

    Args:
        rng: source of the draws.
        weight: of each cell, not negative, in arbitrary units.
        cell_size: side of a cell [Mpc].
        count: number of points.

    Returns:
        Cartesian positions [Mpc] relative to the lower corner of the box, in the order of its cells.
    """
    cumulative = np.cumsum(weight.ravel())
    cell = np.searchsorted(cumulative, np.sort(rng.uniform(0.0, cumulative[-1], count)), side="right")
    corner = np.stack(np.unravel_index(np.minimum(cell, weight.size - 1), weight.shape), axis=1)
    return (corner + rng.uniform(size=(count, 3))) * cell_size
