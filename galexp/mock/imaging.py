"""Mock imaging: pixels rendered from catalog rows, in the form in which the data pipeline takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.image.codec import encode_png
from galexp.image.stretch import SDSS_PIXEL_SCALE
from galexp.mock.render import render
from galexp.mock.render.refuse import refuse_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from astropy.table import Table
    from jaxtyping import Float

FIELD = "mock_field"
PIXELS_AT_ONCE = 2**18
"""Rows whose pixels stay in the processor's cache are rendered fastest: 5 of 224 px, 16 of 128 px, 64 of 64 px."""


class MockImaging:
    """Render the rows of a mock catalog, or of a real one that was completed; no pixel of it was ever observed.

    A picture is wider than `image_size` where only its center will be looked at: it has round(image_size /
    field_fraction) pixels, so that the central share holds image_size pixels. Without a
    `field`, the catalog's column `mock_field` [arcsec] is the side of each row's whole picture, as in surveys whose
    pictures follow the size of the galaxy.

    Attributes:
        bands: what red, green and blue show, in this order.
        pixels: along a side of a picture.
        pixel_scale: side of a pixel [arcsec], None where each row has its own.

    Args:
        image_size: pixels along a side of what is looked at.
        field: side of what is looked at [arcsec]; None where each row has a picture of its own size.
        field_fraction: share of the side that is looked at, above 0 and at most 1.
        batch_size: rows rendered at a time, None for what is fastest; it changes no byte of the images.

    Raises:
        ValueError: for no pixels, no field, a field fraction out of its range or a batch of nothing.
    """

    name = "mock"
    bands: tuple[str, ...] | None = ("i", "r", "g")

    def __init__(
        self,
        image_size: int = 224,
        field: float | None = 224 * SDSS_PIXEL_SCALE,
        field_fraction: float = 1.0,
        batch_size: int | None = None,
    ) -> None:
        if batch_size is not None and batch_size < 1:
            raise ValueError(f"batch_size={batch_size}; expected at least 1")
        if image_size < 1 or not (field is None or field > 0.0):
            raise ValueError(f"mock.image_size={image_size} and mock.field={field}; expected both above 0")
        if not 0.0 < field_fraction <= 1.0:
            raise ValueError(f"field_fraction={field_fraction}; expected above 0 and at most 1")
        self.pixels = round(image_size / field_fraction)
        self.pixel_scale = None if field is None else field / image_size
        self.batch_size = batch_size or max(1, PIXELS_AT_ONCE // max(self.pixels, 1) ** 2)

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield the id and the PNG file of every row, in the order of the catalog.

        Args:
            catalog: rows with `id` and the rendering columns.

        Raises:
            ValueError: for rows that cannot be painted, or whose field is not a positive number, by their id.
        """
        scales = self._pixel_scales(catalog)
        for start, stop in self._batches(scales):
            rows = catalog[start:stop]
            stamps = render(rows, self.pixels, float(scales[start])).permute(0, 2, 3, 1).cpu().numpy()
            for identifier, stamp in zip(rows["id"], stamps, strict=True):
                yield str(identifier), encode_png(stamp)

    def _pixel_scales(self, catalog: Table) -> Float[np.ndarray, " galaxy"]:
        if self.pixel_scale is not None:
            return np.full(len(catalog), self.pixel_scale)
        if FIELD not in catalog.colnames:
            raise ValueError(f"mock.field is null and the catalog has no {FIELD}; give mock.field=ARCSEC")
        field = np.asarray(catalog[FIELD], dtype=np.float64)
        bad = ~((field > 0.0) & np.isfinite(field))
        refuse_rows(np.asarray(catalog["id"]), FIELD, field, bad, "a side above 0 arcsec")
        return field / self.pixels

    def _batches(self, scales: Float[np.ndarray, " galaxy"]) -> Iterator[tuple[int, int]]:
        """Yield where batches of one pixel scale start and stop."""
        start = 0
        while start < len(scales):
            stop = min(start + self.batch_size, len(scales))
            other = np.flatnonzero(scales[start:stop] != scales[start])
            stop = start + int(other[0]) if len(other) else stop
            yield start, stop
            start = stop
