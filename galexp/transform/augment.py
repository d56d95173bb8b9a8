"""Augmentation of a whole batch: dihedral element, rotation and crop in a single resampling, on any device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F

from galexp.transform.crop import crop_start, scale_to_unit
from galexp.transform.dihedral import ORDER, dihedral_matrices
from galexp.transform.random import uniform

if TYPE_CHECKING:
    from jaxtyping import Float, Int64, Num
    from torch import Tensor

# Output values a resampling holds at a time on the CPU: more fall out of its cache, which costs a factor of two.
_CPU_CHUNK = 2**19


@dataclass(frozen=True)
class DihedralRotation:
    """Turn every galaxy by a random dihedral element and, sometimes, by a small angle.

    Each of the eight elements has probability 1/8; with `rotation_probability` a rotation by
    U(-max_rotation_degrees, max_rotation_degrees) follows. All is one bilinear resampling, in which the center of the
    stored image stays in place and its margin, if it has one, fills the corners; rows that are not rotated are copied
    pixel by pixel. The draw is a pure function of (seed, epoch, key).

    Args:
        max_rotation_degrees: Largest rotation to either side [degree].
        rotation_probability: Share of images that are rotated.
        padding: What lies outside the stored image: its reflection, or zeros.

    Raises:
        ValueError: If an argument lies outside its range.
    """

    max_rotation_degrees: float = 15.0
    rotation_probability: float = 0.75
    padding: Literal["reflection", "zeros"] = "reflection"

    def __post_init__(self) -> None:
        if not 0 <= self.max_rotation_degrees <= 180:
            raise ValueError(f"max_rotation_degrees is {self.max_rotation_degrees}; expected 0 to 180")
        if not 0 <= self.rotation_probability <= 1:
            raise ValueError(f"rotation_probability is {self.rotation_probability}; expected 0 to 1")
        if self.padding not in ("reflection", "zeros"):
            raise ValueError(f"padding is {self.padding!r}; expected 'reflection' or 'zeros'")

    @torch.no_grad()
    def __call__(
        self,
        images: Num[Tensor, "batch band height width"],
        keys: Int64[Tensor, " batch"],
        seed: int,
        epoch: int,
        image_size: int,
    ) -> Float[Tensor, "batch band {image_size} {image_size}"]:
        """Augment a batch on the device where it lies.

        Args:
            images: uint8, or floats in [0, 1]; larger than `image_size` by the margin that a rotation needs.
            keys: One integer an object, the same in every epoch.
            seed: Seed of the run.
            epoch: Number of the epoch.
            image_size: Side of the output [pixel].

        Returns:
            Floats in [0, 1].

        Raises:
            ValueError: If the images are smaller than `image_size`, or integers other than uint8.
        """
        elements, angles = self.draw(keys, seed, epoch)
        affine = _affine(elements, angles, images.shape[-2:], image_size)
        output = scale_to_unit(images[:0]).new_empty(*images.shape[:2], image_size, image_size)
        for mode, chunk in _chunks(angles, output):
            grid = F.affine_grid(affine[chunk], [len(chunk), *output.shape[1:]], align_corners=False)
            source = scale_to_unit(images[chunk])
            output[chunk] = F.grid_sample(source, grid.to(source), mode, self.padding, align_corners=False)
        return output

    def draw(
        self, keys: Int64[Tensor, " batch"], seed: int, epoch: int
    ) -> tuple[Int64[Tensor, " batch"], Float[Tensor, " batch"]]:
        """Draw what happens to each object in one epoch.

        Args:
            keys: One integer an object.
            seed: Seed of the run.
            epoch: Number of the epoch.

        Returns:
            The dihedral element (0 to 7), and the angle [degree], exactly 0 where there is no rotation.
        """
        which, whether, how_far = uniform(keys, seed, epoch, count=3).unbind(1)
        angles = self.max_rotation_degrees * (2 * how_far - 1)
        return (ORDER * which).long(), torch.where(whether < self.rotation_probability, angles, 0.0)


def _affine(elements: Tensor, angles: Tensor, stored_shape: tuple[int, ...], image_size: int) -> Tensor:
    radians = torch.deg2rad(angles)
    cosine, sine = radians.cos(), radians.sin()
    rotation = torch.stack([cosine, -sine, sine, cosine], dim=1).unflatten(1, (2, 2))
    matrix = dihedral_matrices(angles.device)[elements] @ rotation
    height, width = stored_shape
    extent = matrix.new_tensor([width, height])
    # The crop's center is half a pixel off the image's where their sides differ by an odd number.
    start = matrix.new_tensor([crop_start(width, image_size), crop_start(height, image_size)])
    shift = (2 * start + image_size) / extent - 1
    return torch.cat([matrix * (image_size / extent)[:, None], shift.expand(len(matrix), 2)[..., None]], dim=2)


def _chunks(angles: Tensor, output: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield rows that are resampled together and how: without rotation the nearest pixel is the very one."""
    at_once = max(1, _CPU_CHUNK // output.shape[1:].numel()) if output.device.type == "cpu" else len(output)
    for mode, rows in (("nearest", angles == 0), ("bilinear", angles != 0)):
        indices = rows.nonzero()[:, 0]
        for start in range(0, len(indices), at_once):
            yield mode, indices[start : start + at_once]
