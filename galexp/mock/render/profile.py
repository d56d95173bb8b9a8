"""Light profiles, each normalized so that its integral over the sky is 1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.special import gammaln

from galexp.mock.render.parameters import as_image, sersic_shape
from galexp.mock.render.plane import CORE

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Grid, Plane

BAR_WIDTH = 0.28
BAR_LIGHT = 0.22


def exponential(
    radius: Float[Tensor, "galaxy canvas canvas"],
    scale_length: Float[Tensor, "galaxy 1 1"],
    axis_ratio: Float[Tensor, "galaxy 1 1"],
) -> Float[Tensor, "galaxy canvas canvas"]:
    """Return exp(-R/h) / (2 pi h^2 q) [arcsec^-2]; half of the light lies within 1.678 h along the major axis."""
    return torch.exp(-radius / scale_length) / (2.0 * math.pi * scale_length**2 * axis_ratio)


def bulge(parameters: Parameters, plane: Plane, grid: Grid) -> Float[Tensor, "galaxy canvas canvas"]:
    """Return a Sersic profile exp(-b ((R/R_e)^(1/n) - 1)) over its integral [arcsec^-2].

    The integral is 2 pi n R_e^2 q e^b b^(-2n) Gamma(2n). A core of a fifth of a pixel stands for the average over the
    central pixel.
    """
    values = parameters.values
    index, radius, axis_ratio = values["sersic_index"], values["bulge_radius"], values["bulge_axis_ratio"]
    shape = sersic_shape(index)
    log_integral = shape - 2.0 * index * np.log(shape) + gammaln(2.0 * index)
    integral = 2.0 * np.pi * index * radius**2 * axis_ratio * np.exp(log_integral)
    stretched = plane.minor / as_image(axis_ratio, grid.device)
    squared = plane.major**2 + stretched**2 + (CORE * grid.pixel_scale) ** 2
    scaled = torch.log(squared / as_image(radius**2, grid.device)) * as_image(0.5 / index, grid.device)
    exponent = as_image(shape, grid.device) * (1.0 - torch.exp(scaled))
    return torch.exp(exponent) / as_image(integral, grid.device)


def bar(parameters: Parameters, plane: Plane, grid: Grid) -> Float[Tensor, "galaxy canvas canvas"]:
    """Return a boxy bar at a random angle in the disk [arcsec^-2].

    exp(-1.2 (a^3 + b^2)) with a and b in units of its length and 0.28 of it; the exponents are a choice of ours.
    """
    values = parameters.values
    length = 1.1 * values["scale_length"] * (0.6 + 0.5 * values["bar_strength"])
    angle = np.pi * parameters.uniform[:, 6]
    cosine, sine = as_image(np.cos(angle), grid.device), as_image(np.sin(angle), grid.device)
    in_plane = plane.minor / parameters.image("axis_ratio", grid.device)
    along = (plane.major * cosine + in_plane * sine).abs() / as_image(length, grid.device)
    across = (in_plane * cosine - plane.major * sine) / as_image(BAR_WIDTH * length, grid.device)
    area = length**2 * BAR_WIDTH * values["axis_ratio"] * _bar_integral()
    return torch.exp(-1.2 * (along * along * along + across * across)) / as_image(area, grid.device)


def _bar_integral() -> float:
    """Integral of exp(-1.2 (|a|^3 + b^2)) over the plane."""
    return 2.0 * math.gamma(4.0 / 3.0) * 1.2 ** (-1.0 / 3.0) * math.sqrt(math.pi / 1.2)
