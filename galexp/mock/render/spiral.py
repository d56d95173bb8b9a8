"""Spiral arms, patches and rings: factors on the light of the disk in polar coordinates of its plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.special import i0e

from galexp.mock.render.parameters import as_image

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Grid, Plane

WAVES = 7


@dataclass(frozen=True)
class Spiral:
    """Structure of a batch of disks.

    Attributes:
        phase: angle across the arms [rad], 0 on the ridge.
        ramp: 0 at the center, 1 in the disk.
        young: factor on the light of the young disk, about 1 on average.
        old: factor on the light of the old disk, about 1 on average.
    """

    phase: Float[Tensor, "galaxy canvas canvas"]
    ramp: Float[Tensor, "galaxy canvas canvas"]
    young: Float[Tensor, "galaxy canvas canvas"]
    old: Float[Tensor, "galaxy canvas canvas"]


def arm_angle(parameters: Parameters) -> tuple[Float[np.ndarray, " galaxy"], Float[np.ndarray, " galaxy"]]:
    """Return the winding 1 / tan(pitch) and the starting angle [rad] of the arms: theta = winding ln(R/h) + start."""
    start = -2.0 * np.pi * parameters.uniform[:, 5] / parameters.values["arm_count"]
    return 1.0 / np.tan(parameters.values["arm_pitch"]), start


def spiral(parameters: Parameters, plane: Plane, grid: Grid) -> Spiral:
    """Build logarithmic arms with a von Mises cross section, sheared patches, and a ring where there is one."""
    scaled = plane.radius / parameters.image("scale_length", grid.device)
    log_radius = torch.log(scaled)
    ramp = 1.0 - torch.exp(-((scaled / 0.55) ** 2))
    phase = _arm_phase(parameters, plane, log_radius, grid.device)
    arms = _arm_contrast(parameters, plane, phase, grid) * ramp
    patches, variance = _patches(parameters, plane, log_radius, grid)
    roughness = ramp * as_image(1.1 * parameters.values["flocculence"], grid.device)
    texture = torch.exp(patches * roughness - 0.5 * variance * roughness * roughness)
    ring = parameters.image("ring", grid.device) * torch.exp(-0.5 * ((scaled - 1.7) / 0.22) ** 2)
    young = (1.0 + arms).clamp_min(0.02) * texture + 3.0 * ring
    old = (1.0 + 0.3 * arms).clamp_min(0.05) * (1.0 + 0.25 * patches * roughness).clamp_min(0.2) + 1.5 * ring
    return Spiral(phase, ramp, young, old)


def _arm_phase(
    parameters: Parameters, plane: Plane, log_radius: Float[Tensor, "galaxy canvas canvas"], device: torch.device | str
) -> Float[Tensor, "galaxy canvas canvas"]:
    winding, start = arm_angle(parameters)
    turned = plane.azimuth - log_radius * as_image(winding, device) - as_image(start, device)
    return turned * parameters.image("arm_count", device) + _wobble(parameters, plane, log_radius, device)


def _arm_contrast(
    parameters: Parameters, plane: Plane, phase: Float[Tensor, "galaxy canvas canvas"], grid: Grid
) -> Float[Tensor, "galaxy canvas canvas"]:
    """Return the relative excess of light along the arms, of mean 0 over the phase."""
    strength = parameters.values["arm_strength"]
    sharpness = 1.0 + 2.5 * strength
    ridge = torch.exp(as_image(sharpness, grid.device) * (torch.cos(phase) - 1.0))
    excess = ridge / as_image(i0e(sharpness), grid.device) - 1.0
    winding, _ = arm_angle(parameters)
    fineness = parameters.values["arm_count"] * np.sqrt(1.0 + winding**2)
    return excess * _resolved(parameters, plane, fineness, grid) * as_image(strength, grid.device)


def _wobble(
    parameters: Parameters, plane: Plane, log_radius: Float[Tensor, "galaxy canvas canvas"], device: torch.device | str
) -> Float[Tensor, "galaxy canvas canvas"]:
    """Bend the arms away from perfect spirals by two slow waves [rad]."""
    first = torch.cos(plane.azimuth + 2.0 * log_radius + as_image(6.0 * np.pi * parameters.uniform[:, 30], device))
    second = torch.cos(
        2.0 * plane.azimuth + 4.0 * log_radius + as_image(6.0 * np.pi * parameters.uniform[:, 31], device)
    )
    return 0.45 * (first + second)


def _resolved(
    parameters: Parameters, plane: Plane, fineness: Float[np.ndarray, " galaxy"], grid: Grid
) -> Float[Tensor, "galaxy canvas canvas"]:
    """Fade a wave where it is finer than the pixels, which would alias it: 1 / (1 + (0.3 k p)^2), k = fineness / R."""
    reach = 0.3 * grid.pixel_scale * fineness / np.sqrt(parameters.values["axis_ratio"])
    squared = plane.radius * plane.radius
    return squared / (squared + as_image(reach**2, grid.device))


def _patches(
    parameters: Parameters, plane: Plane, log_radius: Float[Tensor, "galaxy canvas canvas"], grid: Grid
) -> tuple[Float[Tensor, "galaxy canvas canvas"], Float[Tensor, "galaxy canvas canvas"]]:
    """Sum sheared waves of random winding into a field of mean about 0, and its variance, about 1 where resolved."""
    uniform, device = parameters.uniform, grid.device
    total, variance = torch.zeros_like(log_radius), torch.zeros_like(log_radius)
    for wave in range(WAVES):
        lobes = 2.0 + wave + np.floor(3.0 * uniform[:, 10 + wave])
        winding = 1.0 / np.tan(np.radians(12.0 + 22.0 * uniform[:, 20 + wave]))
        angle = (plane.azimuth - log_radius * as_image(winding, device)) * as_image(lobes, device)
        beat = (3.0 + wave) * 1.7 * log_radius + as_image(2.0 * np.pi * uniform[:, 40 + wave], device)
        offset = as_image(2.0 * np.pi * uniform[:, 30 + wave], device)
        resolved = _resolved(parameters, plane, lobes * np.sqrt(1.0 + winding**2), grid)
        total = total + torch.cos(angle + offset) * (1.0 + 0.6 * torch.cos(beat)) * resolved
        variance = variance + resolved * resolved
    return total * 0.5, variance / WAVES
