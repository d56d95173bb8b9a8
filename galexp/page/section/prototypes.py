"""The galaxy of the highest value of each label."""

from __future__ import annotations

import numpy as np

from galexp.figure.methods import readable
from galexp.page.content import Gallery, Part, Prose
from galexp.page.material import Material
from galexp.page.prepared import MANY_LABELS, Shown, shown_data
from galexp.page.section.base import Section

_CAUTION = (
    "For each label the galaxy with its highest value, the first in the order of the catalog where several share it. A "
    "vote fraction is a share of few volunteers: that of a rare answer is highest where two or three of a handful gave "
    "it, so that its prototype tells more of the noise of votes than of the answer."
)


class Prototypes(Section):
    """Show the extreme galaxy of each of many labels, with its identifier and value."""

    order = 31

    def part(self, material: Material) -> Part | None:
        """Make a gallery of each dataset with many labels."""
        found, absent = shown_data(material)
        galleries = [self._gallery(shown) for shown in found if len(shown.labels) >= MANY_LABELS]
        return Part("prototypes", "Prototypes", (Prose(_CAUTION), *absent, *galleries)) if galleries else None

    def _gallery(self, shown: Shown) -> Gallery:
        catalog, stamps = shown.data.catalog, []
        for label in shown.labels:
            values = np.asarray(catalog[label], dtype=np.float64)
            if np.isfinite(values).any():
                row = int(np.nanargmax(values))
                stamps.append(shown.stamp(row, readable(label), str(catalog["id"][row]), f"{values[row]:.3f}"))
        caption = f"The highest value of each label among the {len(catalog):,} galaxies of {shown.data.folder.name}."
        return Gallery(f"prototypes-{shown.name}", caption, tuple(stamps), shown.mark)
