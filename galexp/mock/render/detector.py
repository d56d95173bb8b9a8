"""From the sky to the detector: seeing, sky background and photon noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.image.stretch import SDSS_PIXEL_SCALE

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Grid

SEEING_FWHM = (1.44, 1.32, 1.26)
SKY_SIGMA = (0.016, 0.027, 0.042)
ELECTRONS_PER_NANOMAGGY = (1000.0, 940.0, 757.0)
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
    """Blur g, r and i by the median seeing of the survey."""
    return torch.stack([blur(flux[:, band], fwhm, grid.pixel_scale) for band, fwhm in enumerate(SEEING_FWHM)], dim=1)


def add_noise(
    flux: Float[Tensor, "galaxy band size size"], parameters: Parameters, grid: Grid
) -> Float[Tensor, "galaxy band size size"]:
    """Add Gaussian noise of the sky's and the source's photons, from each galaxy's own generator.

    The variance is SKY_SIGMA^2 times the pixel's area over that of an SDSS pixel, plus the flux over the electrons per
    nanomaggy; levels are typical of the survey and a choice of ours.
    """
    shape = tuple(flux.shape[1:])
    draws = np.stack([rng.standard_normal(shape, dtype=np.float32) for rng in parameters.generators])
    area = (grid.pixel_scale / SDSS_PIXEL_SCALE) ** 2
    sky = torch.tensor(SKY_SIGMA, device=flux.device).view(1, 3, 1, 1).square() * area
    electrons = torch.tensor(ELECTRONS_PER_NANOMAGGY, device=flux.device).view(1, 3, 1, 1)
    return flux + torch.from_numpy(draws).to(flux.device) * torch.sqrt(sky + flux.clamp_min(0.0) / electrons)
