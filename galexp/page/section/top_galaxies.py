"""The galaxies that volunteers, and those that the network, name most clearly."""

from __future__ import annotations

import numpy as np
from astropy.table import Table

from galexp.catalog.vote_tree import ANSWERS
from galexp.figure.methods import readable
from galexp.page.content import Block, Gallery, Notice, Part, Prose, Stamp
from galexp.page.material import Material, ReportRun, with_catalog
from galexp.page.prepared import leader, stamp
from galexp.page.section.base import Section

_NAMES = [answer.name for answer in ANSWERS]


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
        unknown = [answer for answer in answers if answer not in _NAMES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no answer of the decision tree; choose from {', '.join(_NAMES)}")
        self.answers = answers
        self.images = images

    def part(self, material: Material) -> Part | None:
        """Take the run of the lowest validation error among those that learned vote fractions."""
        runs = [run for run in material.runs if run.targets == _NAMES]
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
            text = f"The images of {run.name} are not on this disk as they were trained on; prepare them again."
            return [Notice(text)]
        table = with_catalog(run.held_out, run.data)
        return [self._gallery(run, table, answer, kind) for answer in self.answers for kind in ("true", "pred_tta")]

    def _gallery(self, run: ReportRun, table: Table, answer: str, kind: str) -> Gallery:
        columns = {name: np.asarray(table[f"{name}_{answer}"], dtype=np.float64) for name in ("true", "pred_tta")}
        order = np.argsort(-np.nan_to_num(columns[kind], nan=-np.inf), kind="stable")[: self.images]
        assert run.data is not None
        stamps = tuple(
            Stamp(
                stamp(run.data.pixels(int(table["row"][place]))),
                (str(table["id"][place]), f"true {columns['true'][place]:.2f}, pred {columns['pred_tta'][place]:.2f}"),
            )
            for place in order
        )
        who = "volunteers" if kind == "true" else "the network"
        caption = f"{readable(answer)}, highest by {who}."
        return Gallery(
            f"top-{answer}-{'true' if kind == 'true' else 'predicted'}", caption, stamps, run.origin.word.strip()
        )
