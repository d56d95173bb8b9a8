"""What else is in the picture: merging companions, and field stars and galaxies that have nothing to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.mock.render.parameters import as_image
from galexp.mock.render.profile import exponential
from galexp.mock.render.spots import add_spots

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Grid, Plane

STARS = 5
GALAXIES = 6
PRESENT = 0.55
FIELD_GALAXY_FLUX = (0.42, 1.0, 1.45)
STAR_COLOR_LEVER = (-0.4, 0.0, 0.16)


def companion(parameters: Parameters, plane: Plane, grid: Grid) -> Float[Tensor, "galaxy canvas canvas"]:
    """Return a smaller disk beside the galaxy and a tidal arc between, 0 where there is none.

    In units of the galaxy's own flux per arcsec^2: 0.4 in the disk, about 0.1 in the arc.
    """
    device, uniform = grid.device, parameters.uniform
    rows = np.flatnonzero(parameters.values["companion"])
    light = torch.zeros_like(plane.x)
    if not len(rows):
        return light
    angle, distance, tilt = (
        2.0 * np.pi * uniform[rows, 50],
        parameters.values["r50"][rows] * (1.6 + 1.8 * uniform[rows, 51]),
        2.0 * np.pi * uniform[rows, 52],
    )
    x, y = plane.x[rows], plane.y[rows]
    radius = _elliptical_radius(
        x - as_image(distance * np.cos(angle), device),
        y - as_image(distance * np.sin(angle), device),
        tilt,
        0.4 + 0.5 * uniform[rows, 53],
        device,
    )
    length = parameters.values["scale_length"][rows] * (0.5 + 0.4 * uniform[rows, 54])
    disk = exponential(radius, as_image(length, device), as_image(0.4 + 0.5 * uniform[rows, 53], device))
    light[rows] = 0.4 * disk + 0.1 * _tidal_arc(x, y, angle, distance, device)
    return light


def _tidal_arc(
    x: Float[Tensor, "pair canvas canvas"],
    y: Float[Tensor, "pair canvas canvas"],
    angle: Float[ndarray, " pair"],
    distance: Float[ndarray, " pair"],
    device: torch.device | str,
) -> Float[Tensor, "pair canvas canvas"]:
    radius = torch.sqrt(x * x + y * y) / as_image(distance, device)
    trailing = torch.atan2(y, x) - as_image(angle, device) - 0.9 * torch.log(radius + 0.1)
    across = torch.exp((torch.cos(trailing) - 1.0) / 0.25**2)
    along = torch.exp(-0.5 * ((radius - 1.2) / 0.45) ** 2) * (1.0 - torch.exp(-(radius**4)))
    return across * along / as_image(0.8 * distance**2, device)


def _elliptical_radius(
    x: Float[Tensor, "galaxy canvas canvas"],
    y: Float[Tensor, "galaxy canvas canvas"],
    angle: Float[ndarray, " galaxy"],
    axis_ratio: Float[ndarray, " galaxy"],
    device: torch.device | str,
) -> Float[Tensor, "galaxy canvas canvas"]:
    cosine, sine = as_image(np.cos(angle), device), as_image(np.sin(angle), device)
    minor = (y * cosine - x * sine) / as_image(axis_ratio, device)
    return torch.sqrt((x * cosine + y * sine) ** 2 + minor**2)


def field_objects(parameters: Parameters, plane: Plane, grid: Grid) -> Float[Tensor, "galaxy band=3 canvas canvas"]:
    """Return the g, r and i flux of unrelated stars and small galaxies; about half of the slots are empty.

    Magnitudes follow counts that rise tenfold in two magnitudes, up to r = 22; star colors spread over g - r = 0.3 to
    1.2. Choices of ours.
    """
    draws = np.stack([rng.uniform(size=(6, STARS + GALAXIES)) for rng in parameters.generators])
    magnitude = 21.7 + 1.25 * 2.5 * np.log10(0.985 * draws[:, 0] + 0.015)
    flux = 10.0 ** (0.4 * (22.5 - magnitude)) * (draws[:, 3] < PRESENT)
    extent = grid.size * grid.pixel_scale
    position = (draws[:, 1:3] - 0.5) * extent
    galaxies = torch.zeros_like(plane.x)
    axis = grid.axis()
    for slot in range(STARS, STARS + GALAXIES):
        x = axis[None, None, :] - as_image(position[:, 0, slot], grid.device)
        y = axis[None, :, None] - as_image(position[:, 1, slot], grid.device)
        axis_ratio = 0.35 + 0.6 * draws[:, 5, slot]
        radius = _elliptical_radius(x, y, np.pi * draws[:, 4, slot], axis_ratio, grid.device)
        length = as_image(0.5 + 1.0 * draws[:, 3, slot] / PRESENT, grid.device)
        light = exponential(radius, length, as_image(axis_ratio, grid.device))
        galaxies = galaxies + light * as_image(flux[:, slot] * grid.pixel_scale**2, grid.device)
    stars = _stars(position[:, :, :STARS], flux[:, :STARS], 0.3 + 0.9 * draws[:, 4, :STARS], grid)
    return torch.stack([star + galaxies * ratio for star, ratio in zip(stars, FIELD_GALAXY_FLUX, strict=True)], dim=1)


def _stars(
    position: Float[ndarray, "galaxy axis star"],
    flux: Float[ndarray, "galaxy star"],
    color: Float[ndarray, "galaxy star"],
    grid: Grid,
) -> list[Float[Tensor, "galaxy canvas canvas"]]:
    x, y = (torch.from_numpy(position[:, axis]).to(grid.device) for axis in (0, 1))
    width = torch.full_like(x, 0.1 * grid.pixel_scale)
    return [
        add_spots(x, y, torch.from_numpy(flux * 10.0 ** (lever * color)).to(grid.device), width, grid)
        for lever in STAR_COLOR_LEVER
    ]
