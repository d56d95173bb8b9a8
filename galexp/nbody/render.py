"""Stars to a picture: counted in pixels, blurred the more the fewer they are, and exposed alike in every picture."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import fft, irfft2, next_fast_len, rfft, rfft2
from scipy.special import ndtr

if TYPE_CHECKING:
    from jaxtyping import Complex, Float, UInt8
    from numpy import ndarray

FIELD = 108.0
"""Side of every picture [kpc]."""

WIDTHS = (0.55, 1.2, 2.6)
"""Standard deviations of the blur where stars are many, some, and few [kpc]; a choice of ours, like the rest here."""

CROWDED = (12.0, 120.0)
"""Effective stars within the widest blur from which on the middle, and the narrowest, is used alone."""

_REACH = 4.5
FAINT, WHITE = 1e-3, 0.4
"""Surface density at which the stretch turns from linear to logarithmic, and that of white [1e10 Msun / kpc^2]."""


def render(
    position: Float[ndarray, "star axis"],
    weight: Float[ndarray, " star"],
    axes: Float[ndarray, "camera side axis"],
    image_size: int,
) -> UInt8[ndarray, "camera height width"]:
    """Return what cameras see of stars around the origin, the same bytes for a camera alone as for one of many.

    Args:
        position: Relative to the center of the picture [kpc].
        weight: Stellar mass of each star [1e10 Msun].
        axes: Unit vectors to the right and up in each picture.
        image_size: Pixels along a side.

    Raises:
        ValueError: for a picture below 8 pixels.
    """
    if image_size < 8:
        raise ValueError(f"image_size={image_size}; expected at least 8 pixels")
    place, mass = position.astype(np.float32), weight.astype(np.float32)
    return np.stack([expose(surface_density(place @ sides.T, mass, image_size)) for sides in axes.astype(np.float32)])


def surface_density(
    projected: Float[ndarray, "star side"], weight: Float[ndarray, " star"], image_size: int
) -> Float[ndarray, "height width"]:
    """Return the blurred surface density, row 0 at the top [1e10 Msun / kpc^2].

    What lies in a pixel is shared out to three blurs by the number n of stars around it, counted with the widest blur
    so that a star alone has n = 1; each blur keeps the mass, up to what leaves the field.

    Args:
        projected: To the right and up of the center [kpc].
        weight: Stellar mass of each star [1e10 Msun].
        image_size: Pixels along a side.
    """
    pixel = FIELD / image_size
    column = np.floor(projected[:, 0] / pixel + image_size / 2).astype(np.int64)
    row = np.floor(image_size / 2 - projected[:, 1] / pixel).astype(np.int64)
    inside = (column >= 0) & (column < image_size) & (row >= 0) & (row < image_size)
    cell = row[inside] * image_size + column[inside]
    counts, masses = (
        np.bincount(cell, values, image_size**2).reshape(image_size, image_size).astype(np.float32)
        for values in (None, weight[inside])
    )
    side = next_fast_len(image_size + math.ceil(_REACH * WIDTHS[-1] / pixel), real=True)
    blurs = [transfer(side, width / pixel) for width in WIDTHS]
    around = _back(rfft2(counts, (side, side)) * blurs[-1], image_size) / alone(WIDTHS[-1] / pixel)
    middle = np.clip((around - 1) / (CROWDED[0] - 1), 0, 1)
    narrow = np.clip((around - CROWDED[0]) / (CROWDED[1] - CROWDED[0]), 0, 1)
    shares = narrow, middle * (1 - narrow), (1 - middle) * (1 - narrow)
    blurred = sum(rfft2(masses * share, (side, side)) * blur for share, blur in zip(shares, blurs, strict=True))
    return np.maximum(_back(blurred, image_size), 0) / np.float32(pixel**2)


def _back(transformed: Complex[ndarray, "row frequency"], image_size: int) -> Float[ndarray, "height width"]:
    side = len(transformed)
    return irfft2(transformed, (side, side))[:image_size, :image_size]


@functools.lru_cache(maxsize=16)
def transfer(side: int, width: float) -> Complex[ndarray, "row frequency"]:
    """Return the Fourier transform of a Gaussian around a pixel's center, integrated over pixels.

    Args:
        side: Pixels along a side, beyond which the Gaussian comes in again on the other side.
        width: Standard deviation [pixel].
    """
    offset = np.arange(side)
    profile = gaussian_in_pixels(np.minimum(offset, side - offset), width)
    return (fft(profile)[:, None] * rfft(profile)).astype(np.complex64)


def gaussian_in_pixels(offset: Float[ndarray, " pixel"], width: float) -> Float[ndarray, " pixel"]:
    """Return how much of a Gaussian around the center of a pixel falls into pixels at some offsets from it.

    Args:
        offset: [pixel].
        width: Standard deviation [pixel].
    """
    return ndtr((offset + 0.5) / width) - ndtr((offset - 0.5) / width)


def alone(width: float) -> float:
    """Return what falls into the pixel of a star itself, from both sides."""
    return float(gaussian_in_pixels(np.zeros(1), width)[0] ** 2)


def expose(surface: Float[ndarray, "height width"]) -> UInt8[ndarray, "height width"]:
    """Return gray levels, 255 asinh(S / S_faint) / asinh(S_white / S_faint), clipped; one exposure for all pictures.

    Args:
        surface: S [1e10 Msun / kpc^2].
    """
    stretched = np.arcsinh(surface / np.float32(FAINT)) / np.float32(np.arcsinh(WHITE / FAINT))
    return np.rint(255 * np.clip(stretched, 0, 1)).astype(np.uint8)
