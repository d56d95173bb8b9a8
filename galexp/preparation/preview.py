"""What one would rather look at than read: a contact sheet of the images, and a mock's values beside the published."""

from __future__ import annotations

import numpy as np

from galexp.dataset.base import Dataset
from galexp.figure.contact_sheet import contact_sheet
from galexp.figure.published import distribution_beside_published
from galexp.figure.style import save
from galexp.mock.published import published
from galexp.shard.read import PreparedData

PREVIEW, DISTRIBUTIONS = "preview.png", "distributions.png"


def write_pictures(data: PreparedData, dataset: Dataset) -> None:
    """Write ``preview.png``, and ``distributions.png`` for a drawn catalog, where they are not there."""
    if not (data.folder / PREVIEW).is_file():
        rows, captions, which = dataset.shown(data.catalog)
        images = [data.pixels(row) for row in rows]
        title = f"{data.folder.name}: {len(rows)} of {len(data):,} images, {which}"
        sheet = contact_sheet(images, captions, title, dataset.across, origin=data.origin)
        sheet.save(data.folder / PREVIEW)
    known = published(dataset.name) if "catalog" in data.manifest.mock else ()
    if known and not (data.folder / DISTRIBUTIONS).is_file():
        values = {one.name: np.asarray(data.catalog[one.name], dtype=np.float64) for one in known}
        save(distribution_beside_published(values, known, origin=data.origin), data.folder / DISTRIBUTIONS)
