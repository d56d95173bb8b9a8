"""Where the pixels of an augmented image come from, and the one resampling that takes them from there."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch
import torch.nn.functional as F

from galexp.transform.crop import crop_start, scale_to_unit
from galexp.transform.dihedral import dihedral_matrices

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int64, Num
    from torch import Tensor

# Output values that are worked on at a time on the CPU: more fall out of its cache, which costs a factor of two.
_CPU_CHUNK = 2**19

_matrices = functools.cache(dihedral_matrices)


class Motion(NamedTuple):
    """What each galaxy does inside its frame, in this order; one row an object.

    Attributes:
        elements: Dihedral element, 0 (none) to 7, numbered as in `galexp.transform.dihedral`.
        angles: Rotation about the center of the frame, counterclockwise [degree].
        zooms: Factor by which it grows.
        shifts: By how much it moves to the right and down [output pixel].
    """

    elements: Int64[Tensor, " batch"]
    angles: Float[Tensor, " batch"]
    zooms: Float[Tensor, " batch"]
    shifts: Float[Tensor, "batch 2"]

    def resamples(self) -> Bool[Tensor, " batch"]:
        """Tell which rows need values between pixels: all but quarter turns, flips and shifts by whole pixels."""
        return (self.angles != 0) | (self.zooms != 1) | (self.shifts != self.shifts.round()).any(1)


@torch.no_grad()
def warp(
    images: Num[Tensor, "batch band height width"],
    motion: Motion,
    image_size: int,
    padding: Literal["reflection", "zeros"] = "reflection",
) -> Float[Tensor, "batch band {image_size} {image_size}"]:
    """Move, zoom, rotate, flip and crop each image in one bilinear resampling.

    The output's centered position p shows the input's D R (p - shift) / zoom, with the matrices D of the dihedral
    element and R of the rotation. What the stored image holds beyond `image_size` fills the corners, and padding what
    lies outside of it. Rows that `Motion.resamples` leaves out are copied pixel by pixel. Positions are computed in
    float32 under autocast, too: in bfloat16 they would be some tenths of a pixel off.

    Args:
        images: uint8, or floats in [0, 1].
        motion: What happens to each image.
        image_size: Side of the output [pixel].
        padding: What lies outside the stored image: its reflection, or zeros.

    Returns:
        Floats in [0, 1].

    Raises:
        ValueError: If the images are smaller than `image_size`, or integers other than uint8.

    Example:
        >>> none = torch.zeros(1)
        >>> right = Motion(none.long(), none, none + 1, torch.tensor([[1.0, 0.0]]))
        >>> warp(torch.tensor([[[[0.25, 0.5], [0.75, 1.0]]]]), right, 2, "zeros")
        tensor([[[[0.0000, 0.2500],
                  [0.0000, 0.7500]]]])
    """
    with torch.autocast(images.device.type, enabled=False):
        affine = _affine(motion, images.shape[-2:], image_size)
        take = _at_once if len(images) and images.device.type != "cpu" else _in_chunks
        return take(images, affine, motion.resamples(), image_size, padding)


def chunks(rows: Int64[Tensor, " row"], images: Num[Tensor, "batch band height width"]) -> Iterator[Tensor]:
    """Yield rows in groups that are worked on at a time: all at once where there is no small cache to keep to.

    Args:
        rows: Row numbers.
        images: Whose size and device decide.
    """
    at_once = max(1, _CPU_CHUNK // max(1, images[:1].numel())) if images.device.type == "cpu" else max(1, len(images))
    for start in range(0, len(rows), at_once):
        yield rows[start : start + at_once]


def _in_chunks(images: Tensor, affine: Tensor, resampled: Tensor, image_size: int, padding: str) -> Tensor:
    output = scale_to_unit(images[:0]).new_empty(*images.shape[:2], image_size, image_size)
    for mode, rows in (("nearest", ~resampled), ("bilinear", resampled)):
        for chunk in chunks(rows.nonzero()[:, 0], output):
            output[chunk] = _sample(scale_to_unit(images[chunk]), affine[chunk], image_size, mode, padding)
    return output


def _at_once(images: Tensor, affine: Tensor, resampled: Tensor, image_size: int, padding: str) -> Tensor:
    """Take every row both ways: to ask which one needs which would let this process wait for the device."""
    source = scale_to_unit(images)
    copied, mixed = (_sample(source, affine, image_size, mode, padding) for mode in ("nearest", "bilinear"))
    return torch.where(resampled[:, None, None, None], mixed, copied)


def _sample(source: Tensor, affine: Tensor, image_size: int, mode: str, padding: str) -> Tensor:
    grid = F.affine_grid(affine, [*source.shape[:2], image_size, image_size], align_corners=False)
    return F.grid_sample(source, grid.to(source), mode, padding, align_corners=False)


def _affine(motion: Motion, stored_shape: tuple[int, ...], image_size: int) -> Tensor:
    radians = torch.deg2rad(motion.angles)
    cosine, sine = radians.cos(), radians.sin()
    rotation = torch.stack([cosine, -sine, sine, cosine], dim=1).unflatten(1, (2, 2))
    matrix = _matrices(radians.device)[motion.elements] @ rotation / motion.zooms[:, None, None]
    moved = (matrix @ motion.shifts[..., None])[..., 0]
    rows = []
    for axis, side in enumerate(reversed(stored_shape)):
        # The crop's center is half a pixel off the image's where their sides differ by an odd number.
        center = (2 * crop_start(side, image_size) + image_size - side) / side
        offset = center - moved[:, axis] * (2 / side)
        rows.append(torch.cat([matrix[:, axis] * (image_size / side), offset[:, None]], dim=1))
    return torch.stack(rows, dim=1)
