"""Dust: a lane across edge-on disks and lanes along the inner side of spiral arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.mock.render.parameters import as_image

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Grid, Plane
    from galexp.mock.render.spiral import Spiral

OPACITY_RATIO = {"g": 1.2, "r": 0.85, "i": 0.62}


def optical_depth(
    parameters: Parameters, plane: Plane, arms: Spiral, grid: Grid
) -> Float[Tensor, "galaxy canvas canvas"]:
    """Return the optical depth of the dust, to be scaled by `OPACITY_RATIO` in each band; a choice of ours."""
    return _edge_on_lane(parameters, plane, grid) + _arm_lanes(parameters, plane, arms, grid)


def _edge_on_lane(parameters: Parameters, plane: Plane, grid: Grid) -> Float[Tensor, "galaxy canvas canvas"]:
    values, device = parameters.values, grid.device
    length = values["scale_length"]
    edge_on = 1.0 / (1.0 + np.exp(-(values["inclination"] - 1.15) / 0.09))
    depth = values["disk"] * (0.1 + 8.0 * values["dust"]).clip(max=1.6) * edge_on
    near_side = np.where(parameters.uniform[:, 7] < 0.5, -1.0, 1.0)
    height = plane.minor - as_image(near_side * 0.35 * length * np.cos(values["inclination"]), device)
    profile = torch.exp(-0.5 * (height / as_image(0.09 * length + 0.2, device)) ** 2)
    return as_image(depth, device) * torch.exp(-plane.major.abs() / as_image(1.6 * length, device)) * profile


def _arm_lanes(parameters: Parameters, plane: Plane, arms: Spiral, grid: Grid) -> Float[Tensor, "galaxy canvas canvas"]:
    values, device = parameters.values, grid.device
    depth = values["disk"] * 0.6 * values["arm_strength"] * (0.3 + 4.0 * values["dust"]).clip(max=1.2)
    lane = torch.exp(3.0 * (torch.cos(arms.phase + 0.9) - 1.0))
    fading = torch.exp(-plane.radius / as_image(2.5 * values["scale_length"], device))
    return as_image(depth, device) * arms.ramp * lane * fading
