"""Galaxies to look at: those that were predicted best and worst, and those that the network is least sure of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from galexp.figure.gallery import pick_rows
from galexp.figure.methods import readable
from galexp.page.content import Block, Gallery, Heading, Notice, Part, Prose
from galexp.page.galaxies import Predicted
from galexp.page.material import Material, ReportRun
from galexp.page.members import mark_of, names_network
from galexp.page.prepared import images_are_lost
from galexp.page.section.base import Section
from galexp.page.stamps import stamps_of
from galexp.run.name import file_stem
from galexp.summary.table import FEW_TARGETS

_TEXT = """Held-out galaxies, by predictions that are averaged over views. The worst are the first to be looked at: an
image that is not of the galaxy, a neighbor in the field or a wrong label shows there. A stamp leads to its place on
the sky."""
_RANDOM = "random"


class Galaxies(Section):
    """Show the best, the worst and the most uncertain galaxies of each configuration.

    Args:
        most: Configurations that are shown; the galaxies of more are in their tables.
    """

    order = 70

    def __init__(self, most: int) -> None:
        self.most = most

    def part(self, material: Material) -> Part | None:
        """Pick and show; None where no run predicted what has a truth."""
        groups = {
            name: [run for run in runs if run.targets]
            for name, runs in material.groups.items()
            if runs[0].targets and 0 < len(runs[0].targets) <= FEW_TARGETS and runs[0].settings["task"]["targets"]
        }
        if not groups:
            return None
        blocks: list[Block] = [Prose(_TEXT)]
        for name in list(groups)[: self.most]:
            blocks += [Heading(name), *_of_group(name, groups[name], material)]
        if len(groups) > self.most:
            left = ", ".join(list(groups)[self.most :])
            blocks.append(Notice(f"Not shown, to keep the page small: {left}. Report them by themselves to see them."))
        return Part("galaxies", "Galaxies to look at", tuple(blocks))


def _of_group(name: str, runs: Sequence[ReportRun], material: Material) -> Iterator[Block]:
    if runs[0].data is None:
        yield images_are_lost(runs[0].audit["data_name"])
        return
    predicted = Predicted.of(runs)
    for target in predicted.targets:
        picks = _of_classes(predicted, material) if predicted.classes else _of_numbers(predicted, target, material)
        for kind, rows in picks.items():
            what = f"{readable(target)}: {kind}, {names_network(runs)}"
            stamps = stamps_of(predicted, rows.tolist(), _speaker(predicted, target))
            yield Gallery(f"galaxies-{file_stem(name)}-{target}-{kind.replace(' ', '_')}", what, stamps, mark_of(runs))


def _of_numbers(predicted: Predicted, target: str, material: Material) -> dict[str, np.ndarray]:
    count = material.options.stamps
    picked = pick_rows(predicted.truth(target), predicted.prediction(target), count, material.options.seed)
    found = {kind: rows for kind, rows in picked.items() if kind != _RANDOM}
    unsure = predicted.uncertainty(target)
    if unsure is not None:
        found[f"most uncertain by {unsure[0]}"] = _highest(unsure[1], count)
    return found


def _of_classes(predicted: Predicted, material: Material) -> dict[str, np.ndarray]:
    """Pick by the probability of the true class: the highest, the lowest; and by entropy."""
    count, (target,) = material.options.stamps, predicted.targets
    unsure = predicted.uncertainty(target)
    assert unsure is not None
    chance = predicted.of_truth()
    picked = {"most surely wrong": _highest(-chance, count), "most surely right": _highest(chance, count)}
    return {**picked, f"most uncertain by {unsure[0]}": _highest(unsure[1], count)}


def _highest(values: np.ndarray, count: int) -> np.ndarray:
    known = np.flatnonzero(np.isfinite(values))
    return known[np.argsort(-values[known], kind="stable")][:count]


def _speaker(predicted: Predicted, target: str) -> Callable[[int], list[str]]:
    """Return what tells of a row what is true, what was predicted, and how unsure the network is."""
    unsure = predicted.uncertainty(target)

    def said(row: int) -> list[str]:
        own = [] if unsure is None else [f"{unsure[0]} {unsure[1][row]:.2f}"]
        return [*_said(predicted, target, row), *own]

    return said


def _said(predicted: Predicted, target: str, row: int) -> list[str]:
    truth, prediction = predicted.truth(target)[row], predicted.prediction(target)[row]
    if not predicted.classes:
        return [f"true {truth:.2f}", f"predicted {prediction:.2f}"]
    names = predicted.classes
    true = readable(names[int(truth)]) if np.isfinite(truth) else "unknown"
    return [f"true {true}", f"predicted {readable(names[int(prediction)])} ({predicted.probabilities[row].max():.2f})"]
