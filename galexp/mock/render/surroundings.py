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
REFERENCE_EXTENT = 88.7
STAR = ((0.0, 1.0, 0.0),)
CHAIN = ((0.0, 0.30, 0.4), (-1.5, 0.09, 0.9), (-0.75, 0.16, 0.9), (0.0, 0.20, 1.0), (0.75, 0.16, 0.9), (1.5, 0.09, 0.9))
"""Spots of a field galaxy: place along its major axis [scale length], share of its light, width [minor axis]."""

SPOTS = np.array(STARS * STAR + GALAXIES * CHAIN).T
SPOT_OWNER = np.repeat(np.arange(STARS + GALAXIES), STARS * [len(STAR)] + GALAXIES * [len(CHAIN)])


def companion(parameters: Parameters, plane: Plane, grid: Grid) -> Float[Tensor, "galaxy canvas canvas"]:
    """Return a smaller disk beside the galaxy and a tidal arc between, 0 where there is none.

    In units of the galaxy's own flux per arcsec^2: 0.4 in the disk, about 0.2 in the arc.
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
    light[rows] = 0.4 * disk + 0.2 * _tidal_arc(x, y, angle, distance, device)
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


def field_objects(parameters: Parameters, grid: Grid) -> Float[Tensor, "galaxy band=3 canvas canvas"]:
    """Return the g, r and i flux of unrelated stars and small galaxies, about 6 in a field of 89 arcsec.

    Magnitudes follow counts that rise tenfold in two magnitudes, up to r = 22; g - r spreads over 0.3 to 1.3 and r - i
    follows it. A galaxy is a chain of round spots along its major axis. Choices of ours.
    """
    slots = STARS + GALAXIES
    draws = np.stack([rng.uniform(size=(8, slots)) for rng in parameters.generators]).swapaxes(0, 1)
    extent = grid.size * grid.pixel_scale
    magnitude = 21.7 + 1.25 * 2.5 * np.log10(0.985 * draws[0] + 0.015)
    chance = min(PRESENT * (extent / REFERENCE_EXTENT) ** 2, 1.0)
    flux = 10.0 ** (0.4 * (22.5 - magnitude)) * (draws[3] < chance)
    color = 0.3 + draws[4]
    colors = (10.0 ** (-0.4 * color), np.ones_like(color), 10.0 ** (0.4 * (0.1 + 0.55 * (color - 0.3))))
    x, y, share, sigma = _spots((draws[1:3] - 0.5) * extent, draws[5:], 0.1 * grid.pixel_scale)
    bands = np.stack([(flux * ratio)[:, SPOT_OWNER] * share for ratio in colors], axis=1)
    spots = [torch.from_numpy(np.ascontiguousarray(part)).to(grid.device) for part in (x, y, bands, sigma)]
    return add_spots(spots[0], spots[1], spots[2], spots[3], grid)


def _spots(
    position: Float[ndarray, "axis=2 galaxy slot"], draws: Float[ndarray, "draw=3 galaxy slot"], sharpest: float
) -> tuple[Float[ndarray, "galaxy spot"], ...]:
    """Return offsets [arcsec], the share of its object's light and the width [arcsec] of each spot, stars first."""
    angle, axis_ratio, length = (
        part[:, SPOT_OWNER] for part in (np.pi * draws[0], 0.35 + 0.6 * draws[1], 0.5 + draws[2])
    )
    offset = length * np.sqrt(1.0 - axis_ratio**2) * SPOTS[0]
    x, y = (part[:, SPOT_OWNER] for part in position)
    sigma = np.maximum(length * axis_ratio * SPOTS[2], sharpest)
    return x + offset * np.cos(angle), y + offset * np.sin(angle), np.broadcast_to(SPOTS[1], x.shape), sigma
