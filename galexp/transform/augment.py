"""Augmentation of a whole batch on the device where it lies: a single resampling, then the values of its pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import torch

from galexp.transform.dihedral import ORDER
from galexp.transform.pixel import add_noise, light, tint
from galexp.transform.random import uniform
from galexp.transform.warp import Motion, warp

if TYPE_CHECKING:
    from jaxtyping import Float, Int64, Num
    from torch import Tensor

SYMMETRIES = {"dihedral": (ORDER, 1), "mirror": (2, ORDER // 2), "none": (1, 0)}
"""Elements that each symmetry draws from: how many, and how far apart they are numbered."""


class Draws(NamedTuple):
    """What happens to each object in one epoch.

    Attributes:
        motion: Inside its frame.
        brightness: Added to it, in units of the brightest value.
        contrast: As `galexp.transform.pixel.light` takes it.
        color: A standard normal number.
    """

    motion: Motion
    brightness: Float[Tensor, " batch"]
    contrast: Float[Tensor, " batch"]
    color: Float[Tensor, " batch"]


@dataclass(frozen=True)
class Augmentation:
    """Turn, zoom, move and light every galaxy at random, and add noise.

    In this order: an element of `symmetry`, a rotation by U(low, high), a zoom by U(low, high) or by the exponential of
    U(ln low, ln high), and a shift by U(-max_shift, max_shift) along each axis, all in one bilinear resampling in which
    the margin of the stored image, if it has one, fills the corners; then brightness, contrast, color and noise. Each
    draw is a pure function of (seed, epoch, key). What is not asked for is not done.

    Args:
        symmetry: ``dihedral`` for the eight quarter turns and flips, ``mirror`` for left and right, or ``none``.
        rotation_degrees: Lowest and highest rotation, counterclockwise [degree].
        rotation_probability: Share of images that are rotated.
        zoom: Lowest and highest factor by which a galaxy grows.
        zoom_scale: Whether the factor (``linear``) or its logarithm (``log``) is uniform.
        zoom_probability: Share of images that are zoomed.
        max_shift: Largest shift along each axis [output pixel].
        whole_pixels: Whether shifts are by whole pixels, all up to the largest alike.
        random_crop: Whether a zoomed image is also cropped anywhere, which adds (zoom - 1) / 2 of the side to
            `max_shift`, instead of at its center.
        padding: What lies outside the stored image: its reflection, or zeros.
        max_brightness: Largest brightness added or taken, in units of the brightest value.
        max_contrast: Largest contrast to either side, as `galexp.transform.pixel.light` defines it.
        color: Standard deviation of each band, moved by one normal number, in units of the brightest value.
        noise: Standard deviation of each value, in units of the brightest one.

    Raises:
        ValueError: If an argument lies outside its range.

    Example:
        >>> black = torch.zeros(1, 3, 8, 8, dtype=torch.uint8)
        >>> lit = Augmentation(symmetry="none", max_brightness=0.05)(black, torch.tensor([7]), 0, 1, image_size=8)
        >>> 0 <= lit.max().item() <= 0.05
        True
    """

    symmetry: Literal["dihedral", "mirror", "none"] = "none"
    rotation_degrees: Sequence[float] = (0.0, 0.0)
    rotation_probability: float = 1.0
    zoom: Sequence[float] = (1.0, 1.0)
    zoom_scale: Literal["linear", "log"] = "linear"
    zoom_probability: float = 1.0
    max_shift: float = 0.0
    whole_pixels: bool = False
    random_crop: bool = False
    padding: Literal["reflection", "zeros"] = "reflection"
    max_brightness: float = 0.0
    max_contrast: float = 0.0
    color: Sequence[float] = ()
    noise: float = 0.0

    def __post_init__(self) -> None:
        for name, options in (
            ("symmetry", tuple(SYMMETRIES)),
            ("zoom_scale", ("linear", "log")),
            ("padding", ("reflection", "zeros")),
        ):
            if getattr(self, name) not in options:
                raise ValueError(f"{name} is {getattr(self, name)!r}; expected {' or '.join(map(repr, options))}")
        for name in ("rotation_probability", "zoom_probability"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; expected 0 to 1")
        for name in ("max_shift", "max_brightness", "max_contrast", "noise"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is {getattr(self, name)}; expected 0 or more")
        _check_range("rotation_degrees", self.rotation_degrees, -math.inf)
        _check_range("zoom", self.zoom, 0.0)

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
            Floats in [0, 1]; only noise leads out of it, which is not cut off.

        Raises:
            ValueError: If the images are smaller than `image_size`, integers other than uint8, or have another number
                of bands than `color`.
        """
        draws = self.draw(keys, seed, epoch, image_size)
        output = warp(images, draws.motion, image_size, self.padding)
        if self.max_brightness or self.max_contrast:
            output = light(output, draws.brightness, draws.contrast)
        if self.color:
            output = tint(output, draws.color, self.color)
        return add_noise(output, self.noise, keys, seed, epoch) if self.noise else output

    def draw(self, keys: Int64[Tensor, " batch"], seed: int, epoch: int, image_size: int) -> Draws:
        """Draw what happens to each object in one epoch.

        Args:
            keys: One integer an object.
            seed: Seed of the run.
            epoch: Number of the epoch.
            image_size: Side of the output [pixel], on which the room of a random crop depends.

        Returns:
            The draws; an angle is exactly 0, and a zoom 1, where there is none.
        """
        drawn = uniform(keys, seed, epoch, count=10)
        which, rotated, angle, zoomed, zoom, *_, brightness, contrast, color = drawn.unbind(1)
        order, apart = SYMMETRIES[self.symmetry]
        angles = torch.where(rotated < self.rotation_probability, _between(self.rotation_degrees, angle), 0.0)
        zooms = torch.where(zoomed < self.zoom_probability, self._zooms(zoom), 1.0)
        shifts = self._shifts(drawn[:, 5:7], zooms, image_size)
        return Draws(
            Motion((order * which).long() * apart, angles, zooms, shifts),
            self.max_brightness * (2 * brightness - 1),
            self.max_contrast * (2 * contrast - 1),
            torch.special.ndtri(color + 2.0**-25),
        )

    def _zooms(self, drawn: Tensor) -> Tensor:
        if self.zoom_scale == "log":
            return _between([math.log(bound) for bound in self.zoom], drawn).exp()
        return _between(self.zoom, drawn)

    def _shifts(self, drawn: Tensor, zooms: Tensor, image_size: int) -> Tensor:
        room = (zooms - 1).clamp(min=0)[:, None] * (image_size / 2) if self.random_crop else 0.0
        most = torch.zeros_like(drawn) + self.max_shift + room
        if self.whole_pixels:
            return (drawn * (2 * most.floor() + 1)).floor() - most.floor()
        return most * (2 * drawn - 1)


@dataclass(frozen=True)
class DihedralRotation:
    """Turn every galaxy by a random dihedral element and, sometimes, by a small angle.

    Each of the eight elements has probability 1/8; with `rotation_probability` a rotation by
    U(-max_rotation_degrees, max_rotation_degrees) follows. It is an `Augmentation` that does nothing else.

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
        self.augmentation()

    def augmentation(self) -> Augmentation:
        """Return the same as one case of many."""
        bounds = (-self.max_rotation_degrees, self.max_rotation_degrees)
        return Augmentation("dihedral", bounds, self.rotation_probability, padding=self.padding)

    def __call__(
        self,
        images: Num[Tensor, "batch band height width"],
        keys: Int64[Tensor, " batch"],
        seed: int,
        epoch: int,
        image_size: int,
    ) -> Float[Tensor, "batch band {image_size} {image_size}"]:
        """Augment a batch as `Augmentation` does."""
        return self.augmentation()(images, keys, seed, epoch, image_size)


def _between(bounds: Sequence[float], drawn: Tensor) -> Tensor:
    low, high = bounds
    return (low + high) / 2 + (high - low) / 2 * (2 * drawn - 1)


def _check_range(name: str, bounds: Sequence[float], above: float) -> None:
    if len(bounds) != 2 or not above < bounds[0] <= bounds[1] < math.inf:
        limit = " above 0" if above == 0 else ""
        raise ValueError(f"{name} is {list(bounds)}; expected a lowest and a highest number{limit}")
