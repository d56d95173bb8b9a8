"""Color images seen in one band, as a network needs them that has learned from simulated light."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from galexp.image.codec import encode_png
from galexp.image.folder import ImageFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from astropy.table import Table
    from jaxtyping import Bool


class GrayFolder:
    """Find images as :class:`galexp.image.folder.ImageFolder` does, and store color as PNG of one band.

    The band is the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B: a weighting for screens, not a flux. Images of
    one band keep their bytes.

    Args:
        root: The folder.
        unreadable: ``raise`` stops at the first image that cannot be decoded, ``skip`` drops and counts it.

    Raises:
        ValueError: as :class:`galexp.image.folder.ImageFolder` says.
    """

    name = "gray"
    bands: tuple[str, ...] | None = ("gray",)
    pixel_scale: float | None = None

    def __init__(self, root: str | None, unreadable: str = "raise") -> None:
        self.folder = ImageFolder(root, None, unreadable)

    def available(self, catalog: Table) -> Bool[np.ndarray, " galaxy"]:
        """Tell which rows have a file."""
        return self.folder.available(catalog)

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of the names and lengths of the rows' files."""
        return self.folder.fingerprint(catalog)

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, bytes) row by row."""
        for identifier, image in self.folder.images(catalog):
            yield identifier, in_gray(image)


def in_gray(image: bytes) -> bytes:
    """Return an image's luma as PNG; the image itself where it has one band already."""
    with Image.open(io.BytesIO(image)) as opened:
        return image if opened.mode == "L" else encode_png(np.asarray(opened.convert("L"))[:, :, None])
