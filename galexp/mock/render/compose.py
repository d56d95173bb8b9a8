"""Put a mock galaxy image together: light, dust, knots, surroundings, seeing, noise, stretch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.image.stretch import SDSS_PIXEL_SCALE, sdss_asinh, to_uint8
from galexp.mock.render.detector import add_noise, expose, see
from galexp.mock.render.dust import OPACITY_RATIO, optical_depth
from galexp.mock.render.parameters import as_image, read_parameters
from galexp.mock.render.plane import Grid, disk_plane
from galexp.mock.render.profile import BAR_LIGHT, bar, bulge, exponential
from galexp.mock.render.spiral import spiral
from galexp.mock.render.spots import knots
from galexp.mock.render.surroundings import companion, field_objects

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Float, UInt8
    from numpy import ndarray
    from torch import Tensor

    from galexp.mock.render.parameters import Parameters
    from galexp.mock.render.plane import Plane

BANDS = ("g", "r", "i")
NO_LIGHT = 1e-30


@torch.no_grad()
def render(
    catalog: Table,
    image_size: int = 224,
    pixel_scale: float = SDSS_PIXEL_SCALE,
    device: torch.device | str = "cpu",
) -> UInt8[Tensor, "galaxy channel=3 height width"]:
    """Render mock galaxies as the color images a survey would show.

    A galaxy's image depends on its own row alone: rendered one by one or in a batch, the bytes are the same on one
    device. The details follow `mock_seed`; what they do not follow is the gas that surroundings removed.

    Args:
        catalog: rows of a mock survey.
        image_size: pixels along a side.
        pixel_scale: side of a pixel [arcsec].
        device: where to compute.

    Returns:
        Red, green and blue (i, r and g) of each row, in its order, on the device.

    Raises:
        ValueError: if image_size or pixel_scale is not positive, or the catalog lacks a column.
    """
    if image_size < 1 or pixel_scale <= 0.0:
        raise ValueError(f"image_size={image_size} and pixel_scale={pixel_scale}; expected both above 0")
    grid = Grid(image_size, pixel_scale, device)
    if len(catalog) == 0:
        return torch.empty((0, 3, image_size, image_size), dtype=torch.uint8, device=device)
    parameters = read_parameters(catalog)
    plane = disk_plane(parameters, grid)
    flux = galaxy_flux(parameters, plane, grid)
    flux = flux + field_objects(parameters, grid)
    observed = add_noise(grid.crop(see(flux, grid)).contiguous(), parameters, grid)
    return to_uint8(sdss_asinh(expose(observed, pixel_scale), pixel_scale))


def galaxy_flux(parameters: Parameters, plane: Plane, grid: Grid) -> Float[Tensor, "galaxy band=3 canvas canvas"]:
    """Return the galaxy's own g, r and i flux in each pixel [nanomaggy], before seeing and noise.

    Arms, knots, ring and dust shape the light of smooth profiles and redden lanes; the whole is then scaled in each
    band to the light of those profiles, since the magnitudes of a catalog are those with dust. Half of the bulge lies
    in front of the dust. A galaxy smaller than a pixel is painted as large as one, or most of its light would fall
    between the pixel centers.
    """
    parameters = _resolved(parameters, grid)
    arms = spiral(parameters, plane, grid)
    smooth_old, smooth_young, spheroid = _profiles(parameters, plane, grid)
    opacity = optical_depth(parameters, plane, arms, grid)
    spots = knots(parameters, grid) / grid.pixel_scale**2
    share = as_image(_knot_share(parameters), grid.device)
    neighbor = companion(parameters, plane, grid)
    old, young = smooth_old * arms.old, smooth_young * arms.young * (1.0 - share) + spots * share
    bands = []
    for band in BANDS:
        seen = torch.exp(-opacity * OPACITY_RATIO[band])
        light = {part: parameters.image(f"{part}_{band}", grid.device) for part in ("bulge", "old", "young")}
        bulge_light = light["bulge"] * spheroid
        smooth = bulge_light + light["old"] * smooth_old + light["young"] * smooth_young
        shaped = bulge_light * (0.5 + 0.5 * seen) + (light["old"] * old + light["young"] * young) * seen
        total = light["bulge"] + light["old"] + light["young"]
        bands.append(shaped * _brightening(smooth, shaped) + total * neighbor)
    return torch.stack(bands, dim=1) * grid.pixel_scale**2


def _resolved(parameters: Parameters, grid: Grid) -> Parameters:
    """Enlarge galaxies whose half-light radius is below a pixel until it is one."""
    values = parameters.values
    growth = np.maximum(grid.pixel_scale / values["r50"], 1.0)
    grown = {name: values[name] * growth for name in ("r50", "scale_length", "bulge_radius")}
    return replace(parameters, values=values | grown)


def _brightening(
    smooth: Float[Tensor, "galaxy canvas canvas"], shaped: Float[Tensor, "galaxy canvas canvas"]
) -> Float[Tensor, "galaxy 1 1"]:
    """Return smooth over shaped light of each galaxy, summed one by one, so that no batch changes a bit; 1 for none."""
    sums = [
        [light.sum(dtype=torch.float64) + NO_LIGHT for light in galaxy] for galaxy in zip(smooth, shaped, strict=True)
    ]
    return torch.stack([before / after for before, after in sums]).float()[:, None, None]


def _profiles(parameters: Parameters, plane: Plane, grid: Grid) -> tuple[Float[Tensor, "galaxy canvas canvas"], ...]:
    """Return old disk with its bar, young disk with its central hole, and bulge, each of integral 1."""
    values = parameters.values
    axis_ratio, length = parameters.image("axis_ratio", grid.device), parameters.image("scale_length", grid.device)
    barred = as_image(BAR_LIGHT * values["bar_strength"], grid.device)
    old = exponential(plane.radius, length, axis_ratio) * (1.0 - barred) + bar(parameters, plane, grid) * barred
    young_length = 1.1 * values["scale_length"] * values["young_extent"]
    young = exponential(plane.radius, as_image(young_length, grid.device), axis_ratio)
    return old, young, bulge(parameters, plane, grid)


def _knot_share(parameters: Parameters) -> Float[ndarray, " galaxy"]:
    """Share of the young light in knots; less in quiet disks, and in those so large that their knots are resolved."""
    values = parameters.values
    resolved = 1.0 / (1.0 + (values["scale_length"] / 12.0) ** 2)
    return (0.1 + 0.2 * values["flocculence"]) * values["young_fraction"].clip(max=0.5) * 2.0 * resolved
