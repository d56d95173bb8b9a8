"""The galaxies that volunteers, and those that the network, name most clearly."""

from __future__ import annotations

import numpy as np

from galexp.catalog.vote_tree import ANSWER_NAMES
from galexp.figure.methods import readable
from galexp.page.content import Block, Gallery, Part, Prose
from galexp.page.galaxies import Predicted
from galexp.page.material import Material, ReportRun
from galexp.page.prepared import images_are_lost, leader
from galexp.page.section.base import Section
from galexp.page.stamps import stamps_of

_WHO = {"true": "volunteers", "predicted": "the network"}


class TopGalaxies(Section):
    """Show the held-out galaxies of the highest true and predicted fractions of some answers of Galaxy Zoo.

    Args:
        answers: Names of the tree.
        images: Of each answer, true and predicted.

    Raises:
        ValueError: for an answer that the tree does not have.
    """

    order = 71

    def __init__(self, answers: list[str], images: int) -> None:
        unknown = [answer for answer in answers if answer not in ANSWER_NAMES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no answer of the decision tree; choose from {', '.join(ANSWER_NAMES)}")
        self.answers = answers
        self.images = images

    def part(self, material: Material) -> Part | None:
        """Take the run of the lowest validation error among those that learned vote fractions."""
        runs = [run for run in material.runs if run.targets == ANSWER_NAMES]
        if not runs:
            return None
        run = leader(runs)
        text = (
            f"The {self.images} held-out galaxies of {run.name} with the highest vote fraction of each answer: by "
            "volunteers, then by the network, averaged over views. Of all runs here it has the lowest validation error."
        )
        return Part("top_galaxies", "The clearest galaxies of each kind", (Prose(text), *self._galleries(run)))

    def _galleries(self, run: ReportRun) -> list[Block]:
        if run.data is None:
            return [images_are_lost(run.name)]
        predicted = Predicted.of([run])
        return [self._gallery(predicted, answer, kind) for answer in self.answers for kind in _WHO]

    def _gallery(self, predicted: Predicted, answer: str, kind: str) -> Gallery:
        values = {"true": predicted.truth(answer), "predicted": predicted.prediction(answer)}
        order = np.argsort(-np.nan_to_num(values[kind], nan=-np.inf), kind="stable")[: self.images]

        def said(row: int) -> list[str]:
            return [f"true {values['true'][row]:.2f}, pred {values['predicted'][row]:.2f}"]

        stamps = stamps_of(predicted, order.tolist(), said)
        caption = f"{readable(answer)}, highest by {_WHO[kind]}."
        return Gallery(f"top-{answer}-{kind}", caption, stamps, predicted.run.origin.label)
