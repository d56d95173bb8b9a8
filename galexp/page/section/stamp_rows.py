"""Rows of galaxies that are extreme in truth, prediction or residual (Wu & Boada 2019, Figure 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galexp.figure.gallery import captions, gallery
from galexp.figure.methods import readable
from galexp.figure.stamp_rows import ACROSS, pick_extremes
from galexp.page.content import Block, Part, Picture, Prose
from galexp.page.number_groups import Typical, typical_groups
from galexp.page.prepared import images_are_lost, resized, stamp
from galexp.page.section.base import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import UInt8

    from galexp.page.material import Material
    from galexp.shard.read import PreparedData

_TEXT = """Held-out galaxies with the lowest and highest predictions and truths, the most under- and over-predicted, and
some at random. Look for what they have in common: edge-on disks, close companions, artifacts, spectra of a part of the
galaxy alone. Extremes of a residual are also where the truth itself is wrong."""


class StampRows(Section):
    """Draw rows of stamps of some targets.

    Args:
        targets: That are drawn, where runs predict them.
    """

    order = 35

    def __init__(self, targets: Sequence[str]) -> None:
        self.targets = list(targets)

    def part(self, material: Material) -> Part | None:
        """Draw a figure of each survey and target; None where no run predicts any of them."""
        groups = [group for target in self.targets for group in typical_groups(material, target)]
        if not groups:
            return None
        blocks: list[Block] = [Prose(_TEXT)]
        blocks += [_block(group, material.options.seed, place) for place, group in enumerate(groups, start=1)]
        return Part("stamp_rows", "The extremes", tuple(blocks))


def _block(one: Typical, seed: int, place: int) -> Block:
    group = one.group
    data = group.runs[0].data
    if data is None:
        return images_are_lost(group.name)
    picked = pick_extremes(group.truth, group.preds, seed=seed)
    across = max(len(rows) for rows in picked.values())
    rows = np.concatenate(list(picked.values()))
    images = _stamps(data, np.asarray(group.table["row"])[rows].tolist())
    facts = (captions(group.truth[rows], group.preds[rows]), f"held-out galaxies: {readable(group.target)}")
    figure = gallery(images, *facts, list(picked), across, origin=group.runs[0].origin)
    caption = (
        f"{readable(group.target)} of {one.whose}: {ACROSS} galaxies of each kind at "
        "most, the most extreme on the left; some are in several rows."
    )
    return Picture(f"stamp-rows-{place}", caption, figure)


def _stamps(data: PreparedData, rows: list[int]) -> UInt8[np.ndarray, "galaxy side side band"]:
    """Return images of one size: the smallest of them, where they differ."""
    stamps = [stamp(data.pixels(row)) for row in rows]
    side = min(image.shape[0] for image in stamps)
    return np.stack([resized(image, side) for image in stamps])
