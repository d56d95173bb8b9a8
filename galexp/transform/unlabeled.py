"""Images of a second dataset beside those of the first, without any label: more of the sky to learn shapes from."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

import numpy as np
import torch

from galexp.shard.manifest import FILE_NAME
from galexp.shard.read import PreparedData
from galexp.split.audit import are_neighbors
from galexp.split.base import TRAIN, UNUSED, in_group
from galexp.transform.cache import ImageCache

if TYPE_CHECKING:
    from jaxtyping import Int, UInt8
    from torch import Tensor

FRACTION = 0.5
"""Share of a batch, where none is given."""


def number_beside(name: str | None, fraction: float, batch_size: int) -> int:
    """Return how many images of a batch have no label; 0 without a second dataset.

    Args:
        name: Of the second dataset.
        fraction: Share of a batch.
        batch_size: Images a batch.

    Raises:
        ValueError: where none, or all, of a batch would be without.

    Example:
        >>> number_beside("gz2", 0.25, 32), number_beside(None, 0.25, 32)
        (8, 0)
    """
    number = 0 if name is None else round(fraction * batch_size)
    if name is not None and not 0 < number < batch_size:
        raise ValueError(
            f"datamodule.unlabeled_fraction is {fraction}, which makes {number} of a batch of {batch_size}; expected a "
            "share between 0 and 1 that leaves some for either dataset"
        )
    return number


def open_beside(name: str, data: PreparedData) -> PreparedData:
    """Open a prepared dataset that lies beside another one.

    Args:
        name: Of its folder.
        data: The other one.

    Raises:
        FileNotFoundError: where there is none of this name; the message names those that are there.
    """
    root = data.folder.parent
    if pathlib.Path(name).name != name or not (root / name / FILE_NAME).is_file():
        there = sorted(path.parent.name for path in root.glob(f"*/{FILE_NAME}") if path.parent != data.folder)
        raise FileNotFoundError(
            f"datamodule.unlabeled is {name!r}; expected the name of a prepared dataset beside {data.folder} "
            f"({', '.join(there) or 'there is none'}); run prepare for it first"
        )
    return PreparedData(root / name)


def rows_beside(data: PreparedData, held_out: PreparedData, roles: np.ndarray) -> Int[np.ndarray, " row"]:
    """Return the rows of a dataset that show something, and that are no validation or test galaxies of another one.

    Args:
        data: Whose rows they are.
        held_out: The other dataset; a galaxy is known by its image and, within 10 arcsec, by its place on the sky, in
            the same survey also by its identifier; there a simulation is held out of which any frame is.
        roles: Of its rows; what is neither ``train`` nor ``unused`` is held out.

    Raises:
        ValueError: where none is left.
    """
    catalog, aside = data.catalog, held_out.catalog[~np.isin(roles, (TRAIN, UNUSED))]
    shows = ~np.asarray(catalog["image_is_blank"], dtype=bool)
    shows &= ~np.isin(catalog["sha256"], aside["sha256"]) & ~are_neighbors(catalog, aside)
    if data.manifest.dataset == held_out.manifest.dataset:
        shows &= ~np.isin(catalog["id"], aside["id"])
        if "simulation" in catalog.colnames and "simulation" in aside.colnames:
            simulations = aside["simulation"][in_group(aside["simulation"])]
            shows &= ~np.isin(catalog["simulation"], simulations)
    if not shows.any():
        raise ValueError(
            f"none of {len(data)} images of {data.folder} can be learned from beside {held_out.folder}: all are blank, "
            "or held out there; name other data in datamodule.unlabeled"
        )
    return np.flatnonzero(shows)


class JoinedImages:
    """Give the images of two datasets by one number: first come those of the first, then those of the second.

    Those of the second have the size of the first, whatever their pixel scale was, and its bands: in place of several
    a gray dataset has their mean, and a gray image stands in each of several.

    Args:
        first: Images of the first dataset.
        second: Images of the second, made for the same size.

    Raises:
        ValueError: where they differ in their bands and neither is gray.
    """

    def __init__(self, first: ImageCache, second: ImageCache) -> None:
        if first.bands != second.bands and 1 not in (first.bands, second.bands):
            raise ValueError(
                f"images of {second.data.folder} have {second.bands} bands and those of {first.data.folder} "
                f"{first.bands}; only gray images go together with others, so name other data in datamodule.unlabeled"
            )
        self.first, self.second = first, second

    def __getitem__(self, rows: list[int]) -> UInt8[Tensor, "batch band side side"]:
        """Return the images of some rows."""
        number = len(self.first.data)
        place = np.asarray(rows)
        own, other = np.flatnonzero(place < number), np.flatnonzero(place >= number)
        found = torch.empty((len(place), *self.first.shape[1:]), dtype=torch.uint8)
        if len(own):
            found[own] = self.first[place[own].tolist()]
        if len(other):
            found[other] = self._matched(self.second[(place[other] - number).tolist()])
        return found

    def _matched(self, images: Tensor) -> Tensor:
        if self.first.bands == 1 and self.second.bands > 1:
            images = images.float().mean(1, keepdim=True).round().to(torch.uint8)
        return images.expand(-1, self.first.bands, -1, -1)
