"""The images of a search, as the network sees them."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.transform.crop import crop_start

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxtyping import Float, UInt8
    from torch import Tensor

    from galexp.datamodule import GalaxyDataModule
    from galexp.job.search.query import Queries

_CHUNK = 256


@dataclasses.dataclass(frozen=True)
class SearchImages:
    """Images of the gallery and of the queries.

    Args:
        datamodule: That serves the images of the catalog.
        gallery: Rows that are searched in.
        queries: What looks for its likes.
    """

    datamodule: GalaxyDataModule
    gallery: np.ndarray
    queries: Queries

    @property
    def side(self) -> int:
        """Of what the network sees [pixel]."""
        return self.datamodule.image_size

    def of_gallery(self, places: list[int]) -> UInt8[Tensor, "place band side side"]:
        """Return what the network sees of places in the gallery."""
        return self._center(self.datamodule.images[self.gallery[places].tolist()])

    def of_queries(self, places: list[int]) -> UInt8[Tensor, "place band side side"]:
        """Return what the network sees of some queries."""
        rows, images = self.queries.rows, self.datamodule.images
        shown = [
            images[[int(rows[place])]][0] if place < len(rows) else self.of_files[place - len(rows)] for place in places
        ]
        return self._center(torch.stack(shown))

    @functools.cached_property
    def of_files(self) -> UInt8[Tensor, "file band side side"]:
        """Return the queries that are in no catalog, brought to the size of all others, with the margin of these."""
        images = self.datamodule.images
        fitted = [images.fitted(pixels) for pixels in self.queries.pixels]
        return torch.stack(fitted) if fitted else torch.empty((0, *images.shape[1:]), dtype=torch.uint8)

    def described(
        self, describe: Callable[[UInt8[Tensor, "image band side side"]], np.ndarray]
    ) -> tuple[Float[np.ndarray, "point feature"], Float[np.ndarray, "query feature"]]:
        """Return features of gallery and queries, of some images at a time.

        Args:
            describe: From images as they are stored to features.
        """
        found = []
        for rows, others in ((self.gallery, self.of_files[:0]), (self.queries.rows, self.of_files)):
            chunks = [rows[start : start + _CHUNK].tolist() for start in range(0, len(rows), _CHUNK)]
            parts = [describe(self.datamodule.images[chunk]) for chunk in chunks]
            found.append(np.concatenate([*parts, *([describe(others)] if len(others) else [])]))
        return found[0], found[1]

    def _center(self, images: Tensor) -> Tensor:
        top = crop_start(images.shape[-1], self.side)
        return images[..., top : top + self.side, top : top + self.side]


def as_shown(image: UInt8[Tensor, "band side side"]) -> UInt8[np.ndarray, "side side band"]:
    """Return an image as a figure takes it: in one band or three, the first band of any other number."""
    shown = image if image.shape[0] in (1, 3) else image[:1]
    return np.ascontiguousarray(shown.permute(1, 2, 0).numpy())
