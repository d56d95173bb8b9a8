"""Mock imaging: pixels rendered from catalog rows, in the form in which the data pipeline takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galexp.image.codec import encode_png
from galexp.image.stretch import SDSS_PIXEL_SCALE
from galexp.mock.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from astropy.table import Table


class MockImaging:
    """Render the rows of a mock catalog; no pixel of it was ever observed.

    Attributes:
        bands: what red, green and blue show, in this order.

    Args:
        image_size: pixels along a side.
        pixel_scale: side of a pixel [arcsec].
        batch_size: rows rendered at a time; it changes speed and memory, not a byte of the images.
    """

    name = "mock"
    bands = ("i", "r", "g")

    def __init__(self, image_size: int = 224, pixel_scale: float = SDSS_PIXEL_SCALE, batch_size: int = 16) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size={batch_size}; expected at least 1")
        self.image_size = image_size
        self.pixel_scale = pixel_scale
        self.batch_size = batch_size

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield the id and the PNG file of every row, in the order of the catalog.

        Args:
            catalog: rows of a mock survey, with `id` and the rendering columns.
        """
        for start in range(0, len(catalog), self.batch_size):
            rows = catalog[start : start + self.batch_size]
            stamps = render(rows, self.image_size, self.pixel_scale).permute(0, 2, 3, 1).cpu().numpy()
            for identifier, stamp in zip(rows["id"], stamps, strict=True):
                yield str(identifier), encode_png(stamp)
