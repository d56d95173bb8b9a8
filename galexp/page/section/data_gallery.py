"""Galaxies at random, as they are stored."""

from __future__ import annotations

import numpy as np

from galexp.page.content import Block, Gallery, Part, Prose
from galexp.page.material import Material
from galexp.page.prepared import Shown, shown_data
from galexp.page.section.base import Section


class DataGallery(Section):
    """Show some images of each dataset, drawn at random, before anything is believed about them.

    Args:
        images: Of each dataset.
    """

    order = 80

    def __init__(self, images: int) -> None:
        self.images = images

    def part(self, material: Material) -> Part | None:
        """Draw the galaxies by the seed of the report."""
        found, absent = shown_data(material)
        distinct = {shown.data.folder: shown for shown in found}.values()
        galleries: list[Block] = [self._gallery(shown, material.options.seed) for shown in distinct]
        if not galleries and not absent:
            return None
        text = "Drawn at random out of all rows, whatever their role: the whole stored field, without any stretch."
        return Part("data_gallery", "The images", (Prose(text), *absent, *galleries))

    def _gallery(self, shown: Shown, seed: int) -> Gallery:
        catalog = shown.data.catalog
        rows = np.sort(np.random.default_rng(seed).permutation(len(catalog))[: self.images])
        stamps = tuple(shown.stamp(row, str(catalog["id"][row])) for row in rows)
        caption = f"{len(rows)} of the {len(catalog):,} galaxies of {shown.data.folder.name}."
        return Gallery(f"data_gallery-{shown.name}", caption, stamps, shown.mark)
