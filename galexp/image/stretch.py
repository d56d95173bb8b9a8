"""The asinh stretch that gives three-band images the look of the Sloan Digital Sky Survey's cutouts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8
    from torch import Tensor

SDSS_PIXEL_SCALE = 0.396
BAND_SCALES = (2.5, 1.5, 1.0)
SOFTENING = 20.0
PEDESTAL = 0.02
_SMALLEST_INTENSITY = 1e-6


def sdss_asinh(
    flux: Float[Tensor, "batch band=3 height width"], pixel_scale: float = SDSS_PIXEL_SCALE
) -> Float[Tensor, "batch band=3 height width"]:
    """Map g, r, i fluxes to red, green, blue between 0 and 1.

    With s_b = max(0, k_b F_b + 0.02), k = (2.5, 1.5, 1.0), and I the mean of the three s_b, each channel is
    s_b asinh(20 I) / (sqrt(20) I), and a pixel whose largest channel exceeds 1 is divided by that channel, so that
    bright pixels keep their color. Red shows i, green r and blue g. F is flux per SDSS pixel: other pixel scales are
    brought to it by area, so that surface brightness keeps its color. The map is neither linear nor invertible where it
    saturates, so fluxes must not be measured on its result.

    Args:
        flux: g, r and i flux in each pixel [nanomaggy].
        pixel_scale: side of a pixel [arcsec].

    Returns:
        Red, green and blue, in this order; NaN flux gives NaN in its pixel.

    Raises:
        ValueError: if flux does not have three bands.

    Example:
        Without light a pixel is dark gray, asinh(0.4) / sqrt(20):

        >>> round(sdss_asinh(torch.zeros(1, 3, 1, 1))[0, 0, 0, 0].item(), 4)
        0.0872

    References:
        Lupton et al. 2004, PASP 116, 133, for the form; the constants are those in common use for this survey.
    """
    if flux.ndim != 4 or flux.shape[1] != 3:
        raise ValueError(f"flux has shape {tuple(flux.shape)}; expected [batch, 3, height, width] with bands g, r, i")
    per_area = (SDSS_PIXEL_SCALE / pixel_scale) ** 2
    blue_to_red = [
        (flux[:, band] * (scale * per_area) + PEDESTAL).clamp_min(0.0) for band, scale in enumerate(BAND_SCALES)
    ]
    blue, green, red = blue_to_red
    intensity = ((blue + green + red) / 3.0).clamp_min(_SMALLEST_INTENSITY)
    gain = torch.asinh(SOFTENING * intensity) / (math.sqrt(SOFTENING) * intensity)
    brightest = torch.maximum(torch.maximum(red, green), blue) * gain
    gain = gain / brightest.clamp_min(1.0)
    return torch.stack([red * gain, green * gain, blue * gain], dim=1)


def to_uint8(rgb: Float[Tensor, "*shape"]) -> UInt8[Tensor, "*shape"]:
    """Round channels between 0 and 1 to eight bits: 0 to 0 and 1 to 255; values outside are clipped, NaN becomes 0."""
    return (rgb.nan_to_num(0.0).clamp(0.0, 1.0) * 255.0).round().to(torch.uint8)
