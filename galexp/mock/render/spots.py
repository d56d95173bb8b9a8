"""Small round sources as a product of two matrices: star-forming knots of the disk and stars of the field."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.mock.render.plane import center_offset
from galexp.mock.render.spiral import arm_angle

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Grid

COMPLEXES = 18
KNOTS_PER_COMPLEX = 3
MAX_RADIUS = 3.5


def add_spots(
    x: Float[Tensor, "galaxy spot"],
    y: Float[Tensor, "galaxy spot"],
    flux: Float[Tensor, "galaxy *band spot"],
    sigma: Float[Tensor, "galaxy spot"],
    grid: Grid,
) -> Float[Tensor, "galaxy *band canvas canvas"]:
    """Sum round Gaussians, each integrated over the pixels, in double precision.

    Args:
        x: offset along columns [arcsec].
        y: offset along rows [arcsec].
        flux: total flux of each, in one band or in several.
        sigma: width of each [arcsec].
        grid: pixels.

    Returns:
        Flux in each pixel.
    """
    columns, rows = _pixel_integrals(x, sigma, grid), _pixel_integrals(y, sigma, grid)
    if flux.ndim == 2:
        return torch.bmm((rows * flux[:, :, None]).transpose(1, 2), columns).float()
    weighted = (rows[:, None] * flux[..., None]).transpose(2, 3).flatten(1, 2)
    return torch.bmm(weighted, columns).float().unflatten(1, (flux.shape[1], grid.canvas))


def _pixel_integrals(
    center: Float[Tensor, "galaxy spot"], sigma: Float[Tensor, "galaxy spot"], grid: Grid
) -> Float[Tensor, "galaxy spot canvas"]:
    axis = grid.axis(torch.float64)
    edges = torch.cat([axis, axis[-1:] + grid.pixel_scale]) - grid.pixel_scale / 2.0
    cumulative = torch.erf((edges - center[:, :, None]) / (math.sqrt(2.0) * sigma[:, :, None]))
    return 0.5 * (cumulative[:, :, 1:] - cumulative[:, :, :-1])


def knots(parameters: Parameters, grid: Grid) -> Float[Tensor, "galaxy canvas canvas"]:
    """Scatter complexes of star formation along the arms; the fluxes of each galaxy sum to 1.

    Each complex is a short chain of knots along the arm, with log-normal fluxes that fade outwards and widths of
    2 to 8 % of the scale length. Arms of low contrast hold them loosely.
    """
    polar = [
        _draw_knots(generator, strength)
        for generator, strength in zip(parameters.generators, parameters.values["arm_strength"], strict=True)
    ]
    radius, scatter, arm, flux, width = (np.stack(part) for part in zip(*polar, strict=True))
    values = {name: entry[:, None] for name, entry in parameters.values.items()}
    winding, start = (entry[:, None] for entry in arm_angle(parameters))
    count, length = values["arm_count"], values["scale_length"]
    azimuth = winding * np.log(radius) + start + (2.0 * np.pi * np.floor(arm * count) + scatter) / count
    major = radius * length * np.cos(azimuth)
    minor = radius * length * np.sin(azimuth) * values["axis_ratio"]
    cosine, sine = np.cos(values["position_angle"]), np.sin(values["position_angle"])
    shift_x, shift_y = (shift[:, None] for shift in center_offset(parameters, grid))
    return add_spots(
        _tensor(major * cosine - minor * sine, grid) + shift_x,
        _tensor(major * sine + minor * cosine, grid) + shift_y,
        _tensor(flux, grid),
        _tensor(width * length, grid),
        grid,
    )


def _tensor(values: Float[ndarray, "galaxy spot"], grid: Grid) -> Float[Tensor, "galaxy spot"]:
    return torch.from_numpy(values).to(grid.device)


def _draw_knots(rng: np.random.Generator, arm_strength: float) -> tuple[Float[ndarray, " spot"], ...]:
    """Draw radius [scale length], angle off the arm [rad], arm, flux and width [scale length] of one galaxy's knots."""
    complexes = np.repeat(np.arange(COMPLEXES), KNOTS_PER_COMPLEX)
    total = len(complexes)
    radius = np.minimum(0.35 + 0.8 * rng.gamma(2.0, 1.0, COMPLEXES), MAX_RADIUS)
    scatter = (0.35 + 1.2 * (1.0 - arm_strength)) * rng.standard_normal(COMPLEXES)
    arm = rng.uniform(size=COMPLEXES)
    flux = np.exp(rng.standard_normal(COMPLEXES) - 0.6 * radius)[complexes] * np.exp(0.7 * rng.standard_normal(total))
    width = 0.02 + 0.06 * rng.uniform(size=total)
    along = radius[complexes] * np.exp(0.06 * rng.standard_normal(total))
    return along, scatter[complexes] + 0.12 * rng.standard_normal(total), arm[complexes], flux / flux.sum(), width
