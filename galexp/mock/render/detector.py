"""From the sky to the detector: seeing, sky background and photon noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.image.stretch import BAND_SCALES, SDSS_PIXEL_SCALE

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Grid

SEEING_FWHM = (1.44, 1.32, 1.26)
SKY_SIGMA = (0.016, 0.027, 0.042)
ELECTRONS_PER_NANOMAGGY = (1000.0, 940.0, 757.0)
EXPOSURE = (0.12, 0.14, 0.165)
DARK_SKY = 0.016
SIGMA_PER_FWHM = 1.0 / math.sqrt(8.0 * math.log(2.0))


def blur(
    image: Float[Tensor, "galaxy canvas canvas"], fwhm: float, pixel_scale: float
) -> Float[Tensor, "galaxy canvas canvas"]:
    """Convolve with a round Gaussian of a given full width [arcsec], cut at 3.5 sigma; the sky beyond the edge is dark.

    Written as sums of shifted images, in which a pixel's value cannot depend on what else is in the batch.
    """
    sigma = max(fwhm * SIGMA_PER_FWHM / pixel_scale, 0.35)
    reach = max(math.ceil(3.5 * sigma), 1)
    weights = [math.exp(-0.5 * (step / sigma) ** 2) for step in range(reach + 1)]
    total = weights[0] + 2.0 * sum(weights[1:])
    for axis in (1, 2):
        size = image.shape[axis]
        padding = [reach, reach] if axis == 2 else [0, 0, reach, reach]
        padded = torch.nn.functional.pad(image, padding)
        image = image * (weights[0] / total)
        for step in range(1, reach + 1):
            pair = padded.narrow(axis, reach - step, size) + padded.narrow(axis, reach + step, size)
            image = image + pair * (weights[step] / total)
    return image


def see(flux: Float[Tensor, "galaxy band canvas canvas"], grid: Grid) -> Float[Tensor, "galaxy band canvas canvas"]:
    """Blur g, r and i by about the median seeing of the survey, a choice of ours."""
    return torch.stack([blur(flux[:, band], fwhm, grid.pixel_scale) for band, fwhm in enumerate(SEEING_FWHM)], dim=1)


def add_noise(
    flux: Float[Tensor, "galaxy band size size"], parameters: Parameters, grid: Grid
) -> Float[Tensor, "galaxy band size size"]:
    """Add Gaussian noise of the sky's and the source's photons, from each galaxy's own generator.

    The variance is SKY_SIGMA^2 times the pixel's area over that of an SDSS pixel, plus the flux over the electrons per
    nanomaggy; levels are typical of the survey and a choice of ours. Pixels finer than those of the survey show its
    noise interpolated, as its resampled images do: smooth over a pixel of the survey.
    """
    area = (grid.pixel_scale / SDSS_PIXEL_SCALE) ** 2
    sky = torch.tensor(SKY_SIGMA, device=flux.device).view(1, 3, 1, 1).square()
    electrons = torch.tensor(ELECTRONS_PER_NANOMAGGY, device=flux.device).view(1, 3, 1, 1)
    if grid.pixel_scale >= SDSS_PIXEL_SCALE:
        draws = np.stack([rng.standard_normal(flux.shape[1:], dtype=np.float32) for rng in parameters.generators])
        return flux + torch.from_numpy(draws).to(flux.device) * torch.sqrt(sky * area + flux.clamp_min(0.0) / electrons)
    weights = survey_pixels(grid)
    draws = np.stack([_interpolated(rng, weights) for rng in parameters.generators])
    sigma = torch.sqrt(sky + flux.clamp_min(0.0) / (electrons * area))
    return flux + torch.from_numpy(draws).to(flux.device) * sigma * area


def survey_pixels(grid: Grid) -> Float[ndarray, "size survey_pixel"]:
    """Return the weights of linear interpolation from pixels of the survey to those of a finer grid; rows sum to 1."""
    place = np.arange(grid.size) * (grid.pixel_scale / SDSS_PIXEL_SCALE)
    distance = np.abs(place[:, None] - np.arange(int(place[-1]) + 2))
    return (1.0 - distance).clip(min=0.0).astype(np.float32)


def _interpolated(
    rng: np.random.Generator, weights: Float[ndarray, "size survey_pixel"]
) -> Float[ndarray, "band=3 size size"]:
    count = weights.shape[1]
    return weights @ rng.standard_normal((3, count, count), dtype=np.float32) @ weights.T


def expose(
    flux: Float[Tensor, "galaxy band=3 size size"], pixel_scale: float
) -> Float[Tensor, "galaxy band=3 size size"]:
    """Scale fluxes before the stretch, and darken the sky, to the levels of the survey's own color images.

    The stretch in common use shows more noise and whiter centers than those. The factors of g, r and i and a sky of
    about 4 of 255 were chosen beside images of the survey, by their sky and the colors of their centers.
    """
    area = (pixel_scale / SDSS_PIXEL_SCALE) ** 2
    dark = torch.tensor([DARK_SKY * area / scale for scale in BAND_SCALES], device=flux.device)
    exposure = torch.tensor(EXPOSURE, device=flux.device)
    return flux * exposure.view(1, 3, 1, 1) - dark.view(1, 3, 1, 1)
