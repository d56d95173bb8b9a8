"""Images decoded once and kept at the pixel scale of the network."""

from __future__ import annotations

import hashlib
import os
import pathlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galexp import world
from galexp.shard.read import PreparedData
from galexp.transform.resize import resize_with_margin, size_with_margin

if TYPE_CHECKING:
    from jaxtyping import UInt8
    from torch import Tensor

PLACES = ("memory", "disk", "none")


class ImageCache:
    """Give the images of a prepared dataset as 8-bit tensors of one size.

    Args:
        data: The prepared dataset.
        image_size: Side that the network sees [pixel].
        field_fraction: Side that the network sees, as a fraction of the stored field's; the margin lies outside.
        place: ``memory`` holds all images, ``disk`` a memory map beside the shards that all processes share, ``none``
            decodes an image whenever it is asked for.
        progress: Called with the number of images decoded.

    Raises:
        ValueError: for an unknown place, or images that differ in their number of bands.
    """

    def __init__(
        self,
        data: PreparedData,
        image_size: int,
        field_fraction: float = 1.0,
        place: str = "memory",
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        if place not in PLACES:
            raise ValueError(f"datamodule.cache is {place!r}; choose from {', '.join(PLACES)}")
        self.data = data
        self.place = place
        self.image_size = image_size
        self.field_fraction = field_fraction
        self.bands = bands_of(data)
        side = size_with_margin(image_size, field_fraction)
        self.shape = (len(data), self.bands, side, side)
        self._images = None if place == "none" else self._fill(place, progress)

    def __getitem__(self, rows: list[int]) -> UInt8[Tensor, "batch band side side"]:
        """Return the images of some rows."""
        if self._images is None:
            return torch.stack([self._decode(row) for row in rows])
        return torch.from_numpy(self._images[rows])

    def __getstate__(self) -> dict[str, Any]:
        """Leave a memory map out: the other process maps the file again."""
        return {**self.__dict__, "_images": None if isinstance(self._images, np.memmap) else self._images}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.place == "disk":
            self._images = np.load(self._path(), mmap_mode="r")

    def fitted(self, pixels: UInt8[np.ndarray, "height width band"]) -> UInt8[Tensor, "band side side"]:
        """Bring a decoded image to the size of all others."""
        image = torch.from_numpy(np.array(pixels.transpose(2, 0, 1), order="C"))
        return resize_with_margin(image, self.image_size, self.field_fraction)

    def _decode(self, row: int) -> Tensor:
        return self.fitted(self.data.pixels(row))

    def _fill(self, place: str, progress: Callable[[int], None]) -> np.ndarray:
        if place == "memory":
            images = np.empty(self.shape, dtype=np.uint8)
            for row, image in self._decoded(progress):
                images[row] = image
            return images
        path = self._path()
        with world.one_per_machine_first():
            if not path.exists():
                self._write(path, progress)
        return np.load(path, mmap_mode="r")

    def _write(self, path: pathlib.Path, progress: Callable[[int], None]) -> None:
        """Write the file in order, under a name of this process, so that a full disk is an error and no signal."""
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        header = {"descr": "|u1", "fortran_order": False, "shape": self.shape}
        try:
            with partial.open("wb") as stream:
                np.lib.format.write_array_header_1_0(stream, header)
                for _, image in self._decoded(progress):
                    stream.write(image.tobytes())
            partial.rename(path)
        finally:
            partial.unlink(missing_ok=True)

    def _decoded(self, progress: Callable[[int], None]) -> Iterator[tuple[int, np.ndarray]]:
        with ThreadPoolExecutor() as pool:
            for row, image in enumerate(pool.map(self._decode, range(len(self.data)))):
                yield row, image.numpy()
                progress(row + 1)

    def _path(self) -> pathlib.Path:
        key = f"{self.data.manifest.content_sha256} {self.shape} {self.field_fraction}"
        return self.data.folder / "cache" / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.npy"


def bands_of(data: PreparedData) -> int:
    """Return the number of bands that all images share.

    Raises:
        ValueError: where they differ.
    """
    bands = {int(shape.rsplit("x", 1)[1]) for shape in data.manifest.image_shapes}
    if len(bands) != 1:
        raise ValueError(
            f"images in {data.folder} differ in their bands ({data.manifest.image_shapes}); prepare them apart"
        )
    return bands.pop()
