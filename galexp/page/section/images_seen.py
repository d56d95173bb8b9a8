"""Learning curves of several configurations on one axis: the number of images that they saw."""

from __future__ import annotations

import collections
from collections.abc import Mapping

import numpy as np

from galexp.catalog.vote_tree import ANSWER_NAMES
from galexp.figure.images_seen import COLORS, Course, images_seen
from galexp.page.content import Block, Notice, Part, Picture
from galexp.page.material import Material, ReportRun
from galexp.page.prepared import called
from galexp.page.published import study
from galexp.page.section.base import Section

_ERRORS = {"rmse": "RMSE", "log_loss": "mean log loss [nat]"}
_LAB = "gz2_lab"


class ImagesSeen(Section):
    """Compare groups of runs on the same labels of the same data by the images that they were trained on.

    Args:
        goals: Lines to be drawn where the labels are the vote fractions of Galaxy Zoo: name of a published number of
            the lab -> what the line is called.
    """

    order = 61

    def __init__(self, goals: Mapping[str, str]) -> None:
        self.goals = goals

    def part(self, material: Material) -> Part | None:
        """Draw what at least two groups share."""
        together: dict[tuple[str, ...], dict[str, list[ReportRun]]] = collections.defaultdict(dict)
        for name, members in material.groups.items():
            error = next((error for error in _ERRORS if f"train/{error}" in members[0].history), None)
            if error:
                key = (error, members[0].metrics["data_sha256"], *members[0].targets)
                together[key][name] = members
        blocks = [
            block
            for number, (key, groups) in enumerate(together.items())
            if len(groups) > 1
            for block in self._blocks(key[0], groups, number)
        ]
        return Part("images_seen", "Learning curves against images seen", tuple(blocks)) if blocks else None

    def _blocks(self, error: str, groups: dict[str, list[ReportRun]], number: int) -> list[Block]:
        shown, names = dict(list(groups.items())[: len(COLORS)]), called(groups)
        courses = {names[name]: [_course(run, error) for run in members] for name, members in shown.items()}
        first = next(iter(shown.values()))[0]
        is_votes = first.targets == ANSWER_NAMES and error == "rmse"
        goals = {words: study(_LAB).number(name).value for name, words in self.goals.items()} if is_votes else {}
        figure = images_seen(courses, _ERRORS[error], goals, origin=first.origin)
        caption = (
            "Error on validation (solid) and training images (dashed) against the number of training images seen: "
            "optimizer steps times the batch, which is epochs times the training galaxies up to the last, incomplete "
            "batch of an epoch. The training error is that of augmented images with dropout on, while the network "
            "changes."
        )
        picture = Picture(f"images_seen-{number}", caption, figure)
        left = len(groups) - len(shown)
        return [
            picture,
            *([Notice(f"{left} more configurations are not drawn; report fewer of them.")] if left else []),
        ]


def _course(run: ReportRun, error: str) -> Course:
    history = run.history
    images = np.array(history["step"]) * run.settings["datamodule"]["batch_size"]
    absent = [np.nan] * len(images)
    train, val = (np.array(history.get(f"{role}/{error}", absent), dtype=np.float64) for role in ("train", "val"))
    return Course(images, train, val)
