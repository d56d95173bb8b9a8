"""Counts of predicted and true H I fractions, one panel a survey (Wu 2020, Figure 1)."""

from __future__ import annotations

from galexp.figure.count_map import count_map
from galexp.figure.methods import readable
from galexp.page.content import Block, Part, Picture, Prose
from galexp.page.material import Material
from galexp.page.members import unit_of
from galexp.page.number_groups import typical_groups
from galexp.page.section.base import Section

_TEXT = """Of each survey, or of each prepared data of one, the runs are shown that hold out the most galaxies, and of
several such the most accurate, with predictions averaged over views. In a survey of detections alone the faint end of
the truth is cut, and where upper limits count as values the network learns the limits."""


class CountMaps(Section):
    """Draw counts of prediction against truth, the surveys side by side on one range.

    Args:
        target: That is drawn, where runs predict it.
    """

    order = 40

    def __init__(self, target: str) -> None:
        self.target = target

    def part(self, material: Material) -> Part | None:
        """Draw the surveys; None where no run predicts the target."""
        groups = typical_groups(material, self.target)
        if not groups:
            return None
        samples = {one.name: (one.group.truth, one.group.preds) for one in groups}
        unit = unit_of(groups[0].group.runs[0], self.target)
        figure = count_map(samples, readable(self.target), unit, origin=material.origin)
        whose = ". ".join(one.whose for one in groups)
        blocks: list[Block] = [
            Prose(_TEXT),
            Picture("count-maps", f"Galaxies by truth and prediction: {whose}.", figure),
        ]
        return Part("count_maps", "Predicted and true, by survey", tuple(blocks))
