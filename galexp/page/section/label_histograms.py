"""How the labels are distributed."""

from __future__ import annotations

from galexp.figure.label_histograms import label_histograms
from galexp.figure.methods import readable
from galexp.figure.style import with_unit
from galexp.page.content import Block, Part, Picture
from galexp.page.material import Material
from galexp.page.prepared import Shown, shown_data
from galexp.page.section.base import Section


class LabelHistograms(Section):
    """Draw a histogram of each label that was learned, over all galaxies of the dataset."""

    order = 83

    def part(self, material: Material) -> Part | None:
        """Draw those of each dataset."""
        found, absent = shown_data(material)
        pictures: list[Block] = [self._picture(shown) for shown in found if shown.labels]
        if not pictures:
            return None
        return Part("label_histograms", "How the labels are distributed", (*absent, *pictures))

    def _picture(self, shown: Shown) -> Picture:
        units = shown.data.manifest.units
        labels = shown.labels
        values = shown.values(labels)
        named = {with_unit(readable(name), units.get(name, "")): values[:, place] for place, name in enumerate(labels)}
        caption = (
            f"Labels of all {len(values):,} galaxies of {shown.data.folder.name}, before any split. The number of "
            "galaxies is on a logarithmic axis."
        )
        figure = label_histograms(named, origin=shown.origin)
        return Picture(f"label_histograms-{shown.name}", caption, figure)
