"""What to cite."""

from __future__ import annotations

from galexp.page.cite import bibtex, keys_of
from galexp.page.content import Code, Part, Prose
from galexp.page.material import Material
from galexp.page.published import HOW, studies
from galexp.page.section.base import Section

_TEXT = """BibTeX of the surveys, methods and tools that these runs used, and of the studies whose numbers stand beside
theirs. Take those that matter to your work; the entries are a service, and the papers' own pages have the last word."""


class Citations(Section):
    """Collect the BibTeX of everything that any of the runs used."""

    order = 95

    def part(self, material: Material) -> Part | None:
        """Collect; None without runs."""
        if not material.runs:
            return None
        used = [keys_of(run.choices) for run in material.runs]
        compared = [
            key
            for study in studies()
            if any(number.fits(run.settings, besides=HOW) for number in study.numbers for run in material.runs)
            for key in study.references
        ]
        entries = bibtex([*compared, *(key for keys in used for key in keys)])
        return Part("citations", "To cite", (Prose(_TEXT), Code(entries, "references.bib")))
