"""Pixel coordinates on the sky and in the plane of each galaxy's disk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.mock.render.parameters import as_image

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters

CORE = 0.2
DISK_CORE = 0.15
MULTIPLE = 8


@dataclass(frozen=True)
class Grid:
    """A square of pixels around the galaxy.

    Attributes:
        size: pixels along a side.
        pixel_scale: side of a pixel [arcsec].
        device: where images are computed.
    """

    size: int
    pixel_scale: float
    device: torch.device | str = "cpu"

    @property
    def canvas(self) -> int:
        """Pixels along a side of the canvas: the size rounded up, so that no image ends within a vector register."""
        return math.ceil(self.size / MULTIPLE) * MULTIPLE

    def axis(self, dtype: torch.dtype = torch.float32) -> Float[Tensor, " pixel"]:
        """Pixel centers along a side of the canvas [arcsec], 0 at the center of the image."""
        pixel = torch.arange(self.canvas, dtype=dtype, device=self.device)
        return (pixel - (self.size - 1) / 2.0) * self.pixel_scale

    def crop(self, image: Float[Tensor, "... canvas canvas"]) -> Float[Tensor, "... size size"]:
        """Cut the image out of the canvas."""
        return image[..., : self.size, : self.size]


@dataclass(frozen=True)
class Plane:
    """Coordinates of every pixel relative to a batch of galaxies.

    Attributes:
        x: sky offset along columns [arcsec].
        y: sky offset along rows [arcsec].
        major: sky offset along the major axis [arcsec].
        minor: sky offset along the minor axis [arcsec].
        radius: radius in the plane of the disk [arcsec], at least 0.15 pixel.
        azimuth: angle in the plane of the disk from the major axis [rad].
    """

    x: Float[Tensor, "galaxy canvas canvas"]
    y: Float[Tensor, "galaxy canvas canvas"]
    major: Float[Tensor, "galaxy canvas canvas"]
    minor: Float[Tensor, "galaxy canvas canvas"]
    radius: Float[Tensor, "galaxy canvas canvas"]
    azimuth: Float[Tensor, "galaxy canvas canvas"]


def center_offset(parameters: Parameters, grid: Grid) -> tuple[Float[Tensor, " galaxy"], Float[Tensor, " galaxy"]]:
    """Return where in its pixel each galaxy sits [arcsec], within half a pixel, in double precision."""
    uniform = torch.from_numpy(parameters.uniform[:, 1:3]).to(grid.device)
    shift = (uniform - 0.5) * grid.pixel_scale
    return shift[:, 0], shift[:, 1]


def disk_plane(parameters: Parameters, grid: Grid) -> Plane:
    """Deproject the pixels of a grid into the plane of each galaxy's disk."""
    shift_x, shift_y = (shift.float()[:, None, None] for shift in center_offset(parameters, grid))
    axis = grid.axis()
    x = (axis[None, None, :] - shift_x).expand(-1, grid.canvas, -1).contiguous()
    y = (axis[None, :, None] - shift_y).expand(-1, -1, grid.canvas).contiguous()
    major, minor = rotate(x, y, parameters, grid)
    stretched = minor / parameters.image("axis_ratio", grid.device)
    radius = torch.sqrt(major * major + stretched * stretched + (DISK_CORE * grid.pixel_scale) ** 2)
    return Plane(x, y, major, minor, radius, torch.atan2(stretched, major))


def rotate(
    x: Float[Tensor, "galaxy ..."], y: Float[Tensor, "galaxy ..."], parameters: Parameters, grid: Grid
) -> tuple[Float[Tensor, "galaxy ..."], Float[Tensor, "galaxy ..."]]:
    """Turn sky offsets into offsets along the major and the minor axis."""
    angle = parameters.values["position_angle"]
    cosine, sine = as_image(np.cos(angle), grid.device), as_image(np.sin(angle), grid.device)
    return x * cosine + y * sine, y * cosine - x * sine
