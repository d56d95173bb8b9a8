"""Which labels go together, and which only seem to."""

from __future__ import annotations

import numpy as np

from galexp.catalog.vote_tree import ANSWER_NAMES, QUESTIONS
from galexp.evaluation.correlation import answer_pairs, correlation
from galexp.figure.correlation_matrix import correlation_matrix
from galexp.figure.methods import readable
from galexp.page.content import Block, Column, DataTable, Part, Picture, Row
from galexp.page.material import Material
from galexp.page.prepared import Shown, shown_data
from galexp.page.section.base import Section

_FEWEST = 3
_PAIR_COLUMNS = (
    Column("question"),
    Column("expected", hint="-1 where the answers sum to the same in every galaxy; otherwise the tree says nothing."),
    Column("found", digits=6, hint="Correlation of the two weighted vote fractions."),
    Column("sd of the sum", hint="Of the two fractions, over galaxies; 0 makes the correlation -1."),
    Column("of those asked", digits=6, hint="Correlation of fraction over sum, where anybody was asked: -1."),
    Column("asked", hint="Galaxies in which somebody was asked.", digits=0),
)
_STRONG_COLUMNS = (Column("label"), Column("with"), Column("correlation", digits=3))


class LabelCorrelation(Section):
    """Correlate all labels of a dataset, and for vote fractions say what the decision tree expects.

    Args:
        pairs: Of each sign in the table of the strongest.
    """

    order = 32

    def __init__(self, pairs: int) -> None:
        self.pairs = pairs

    def part(self, material: Material) -> Part | None:
        """Correlate the labels of each dataset that has three or more."""
        found, absent = shown_data(material)
        blocks = [block for shown in found if len(shown.labels) >= _FEWEST for block in self._blocks(shown)]
        return Part("label_correlation", "Which labels go together", (*absent, *blocks)) if blocks else None

    def _blocks(self, shown: Shown) -> list[Block]:
        labels = shown.labels
        values = shown.values(labels)
        if np.isfinite(values).all(axis=1).sum() < _FEWEST:
            return []
        matrix = correlation(values)
        is_votes = labels == ANSWER_NAMES
        bounds = [question.columns.start for question in QUESTIONS[1:]] if is_votes else []
        figure = correlation_matrix(matrix, [readable(label) for label in labels], bounds, origin=shown.origin)
        caption = (
            f"Correlation of labels over the galaxies of {shown.data.folder.name}; gray where a label is constant."
        )
        caption += " Lines part the questions." if is_votes else ""
        picture = Picture(f"label_correlation-{shown.name}", caption, figure)
        return [picture, *([_expectations(shown, values)] if is_votes else []), self._strongest(shown, matrix)]

    def _strongest(self, shown: Shown, matrix: np.ndarray) -> DataTable:
        first, second = np.triu_indices(len(matrix), 1)
        known = np.isfinite(matrix[first, second])
        first, second = first[known], second[known]
        order = np.argsort(matrix[first, second], kind="stable")
        most = min(self.pairs, len(order) // 2)
        kept = [*order[::-1][:most], *order[:most][::-1]]
        names = [readable(label) for label in shown.labels]
        rows = [
            Row((names[first[place]], names[second[place]], float(matrix[first[place], second[place]])), shown.mark)
            for place in kept
        ]
        title = "The most alike and the most exclusive pairs of labels"
        return DataTable(f"strongest_correlations-{shown.name}", title, _STRONG_COLUMNS, tuple(rows))


def _expectations(shown: Shown, values: np.ndarray) -> DataTable:
    rows = [
        Row(
            (
                readable(pair.question),
                "no value" if np.isnan(pair.expected) else pair.expected,
                pair.correlation,
                pair.sum_scatter,
                pair.conditional,
                pair.asked,
            ),
            shown.mark,
        )
        for pair in answer_pairs(values)
    ]
    note = (
        "A weighted fraction is a share times the probability of being asked. Everybody is asked whether a galaxy is "
        "odd, so that its two fractions sum to 1 and exclude each other exactly. Who sees no features is not asked for "
        "an edge-on disk, a bar or arms: both fractions rise and fall with the sum, which pulls their correlation up."
    )
    return DataTable(f"answer_pairs-{shown.name}", "Questions with two answers", _PAIR_COLUMNS, tuple(rows), note)
