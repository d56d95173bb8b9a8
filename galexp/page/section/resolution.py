"""What a network knows at each resolution: runs that differ in the side of their images alone."""

from __future__ import annotations

import collections
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galexp.figure.baseline_bars import is_trained
from galexp.figure.methods import METHOD_NAMES, readable
from galexp.figure.resolution_curve import ResolutionCurve, resolution_curve
from galexp.figure.style import with_unit
from galexp.page.content import PUBLISHED, Block, Column, DataTable, Measured, Notice, Part, Picture, Prose, Row
from galexp.page.members import mark_of, scores_of, unit_of
from galexp.page.published import HOW, studies
from galexp.page.repeats import distinct, mean_and_spread
from galexp.page.section.base import Section
from galexp.summary.sweep import groups
from galexp.summary.table import FEW_TARGETS, joint_rmse

if TYPE_CHECKING:
    from galexp.page.material import Material, ReportRun
    from galexp.page.published import PublishedNumber

SIDE = "datamodule.image_size"
_BESIDES = (SIDE, "model.image_size")
_DRAWN = ("network_tta", "pca_forest", "random_forest", "mean", "majority")
_NAMES = {"rmse": "RMSE", "nmad": "NMAD", "accuracy": "accuracy", "mean_absolute_class_error": "classes off"}
_TEXT = """Networks that share everything but the side of their images. Each image is averaged over the area of a pixel
and the network gets it as small as that, so that it has a receptive field as wide as ever and fewer pixels to fill it.
Baselines on the catalog do not depend on the side; those on pixels see what the network sees."""


class Quantity(NamedTuple):
    """A score of a target: its column, the key in the scores, the unit."""

    target: str
    key: str
    unit: str

    @property
    def label(self) -> str:
        """What an axis says."""
        return with_unit(_NAMES[self.key], self.unit)


Family = dict[int, list["ReportRun"]]


class Resolution(Section):
    """Set the scores of networks at several resolutions side by side, with baselines and published numbers."""

    order = 32

    def part(self, material: Material) -> Part | None:
        """Make a table and a figure of each family of runs; None where no runs differ in their side alone."""
        blocks: list[Block] = []
        found = families(material)
        for place, (name, family) in enumerate(found.items(), start=1):
            by_target: dict[str, list[Quantity]] = collections.defaultdict(list)
            for quantity in _values(next(iter(family.values()))[0]):
                by_target[quantity.target].append(quantity)
            for target, quantities in by_target.items():
                blocks += _blocks(f"{place}-{target or 'all'}", name, family, quantities)
            blocks += _enlarged(family)
        return Part("resolution", "How many pixels it takes", (Prose(_TEXT), *blocks)) if blocks else None


def families(material: Material) -> dict[str, Family]:
    """Return groups of scored runs that differ in seed, fold and side of the images alone, by side, two sides at least.

    Args:
        material: The runs.
    """
    by_folder = {run.directory.folder: run for run in material.runs if run.targets}
    found: dict[str, Family] = {}
    for name, members in groups([run.directory for run in by_folder.values()], _BESIDES).items():
        family: Family = collections.defaultdict(list)
        for run in distinct_of_each_side([by_folder[member.folder] for member in members]):
            family[run.settings["datamodule"]["image_size"]].append(run)
        if len(family) > 1:
            found[name] = dict(sorted(family.items()))
    return found


def distinct_of_each_side(runs: Sequence[ReportRun]) -> list[ReportRun]:
    """Return the runs of each side that differ in seed or in split."""
    by_side: Family = collections.defaultdict(list)
    for run in runs:
        by_side[run.settings["datamodule"]["image_size"]].append(run)
    return [run for members in by_side.values() for run in distinct(members)]


def _values(run: ReportRun) -> dict[Quantity, dict[str, float]]:
    """Return each score of a run by method; of many targets the error over all of them."""
    scores = scores_of(run)
    if len(scores) > FEW_TARGETS:
        methods = next(iter(scores.values()))["all"]
        return {Quantity("", "rmse", ""): {method: joint_rmse(dict(scores), method) for method in methods}}
    found: dict[Quantity, dict[str, float]] = {}
    for target, samples in scores.items():
        for key in _NAMES:
            values = {method: score[key] for method, score in samples["all"].items() if key in score}
            if values:
                found[Quantity(target, key, unit_of(run, target) if key in ("rmse", "nmad") else "")] = values
    return found


def _spread(runs: Sequence[ReportRun], quantity: Quantity, method: str) -> Measured | None:
    """Return mean and spread over the runs of a side; of a single run its error over galaxies, where it has one.

    None where no run of the side has the method, such as a baseline that was left out.
    """
    scored = [run for run in runs if method in _values(run).get(quantity, {})]
    if not scored:
        return None
    found = mean_and_spread([_values(run)[quantity][method] for run in scored])
    if len(scored) > 1 or not quantity.target:
        return found
    scores = scores_of(scored[0])[quantity.target]["all"][method]
    return Measured(found.value, scores.get(f"{quantity.key}_error", math.nan))


def _blocks(name: str, group: str, family: Family, quantities: Sequence[Quantity]) -> list[Block]:
    first = next(iter(family.values()))
    methods = _methods(family, quantities[0])
    theirs = {quantity: _published(first[0], quantity) for quantity in quantities}
    label = readable(quantities[0].target) if quantities[0].target else "all targets"
    columns = (
        *(Column("side", "pixel"), Column("method"), Column("runs"), Column("trained on", "galaxies", 0)),
        *(Column(_NAMES[quantity.key], quantity.unit) for quantity in quantities),
    )
    rows = [
        Row((side, METHOD_NAMES.get(method, method), *_counts(runs), *_cells(runs, quantities, method)), mark_of(runs))
        for side, runs in family.items()
        for method in methods
        if _spread(runs, quantities[0], method)
    ]
    rows += [
        Row(
            (side, where, None, None, *(_number(theirs[quantity].get((side, where))) for quantity in quantities)),
            PUBLISHED,
        )
        for side, where in sorted({key for numbers in theirs.values() for key in numbers})
    ]
    note = (
        "Mean and standard deviation over runs; of a single run its bootstrap error over galaxies. Published "
        "errors are of other galaxies, and of the network and the training of the paper."
    )
    return [
        _picture(name, group, family, quantities, theirs, label),
        DataTable(f"resolution-{name}", f"{label} of {group} by the side of the images", columns, tuple(rows), note),
    ]


def _counts(runs: Sequence[ReportRun]) -> tuple[int, float]:
    return len(runs), float(np.mean([run.metrics["counts"]["train"] for run in runs]))


def _methods(family: Family, quantity: Quantity) -> list[str]:
    """Return the methods that any run was scored with."""
    runs = (run for members in family.values() for run in members)
    return list(dict.fromkeys(method for run in runs for method in _values(run).get(quantity, {})))


def _cells(runs: Sequence[ReportRun], quantities: Sequence[Quantity], method: str) -> list[Measured | None]:
    return [_spread(runs, quantity, method) for quantity in quantities]


def _number(number: PublishedNumber | None) -> Measured | None:
    return None if number is None else Measured(number.value, number.error)


def _published(run: ReportRun, quantity: Quantity) -> dict[tuple[int, str], PublishedNumber]:
    """Return the published numbers that differ from a run in the side of their images at most, by side and method."""
    found = {}
    for study in studies():
        for number in study.numbers:
            side = number.match.get(SIDE)
            if side is None or (number.quantity, number.target) != (quantity.key, quantity.target):
                continue
            settings = {**run.settings, "datamodule": {**run.settings["datamodule"], "image_size": side}}
            if number.fits(settings, besides=HOW):
                whose = "" if is_trained(number.method) else f": {METHOD_NAMES.get(number.method, number.method)}"
                found[side, f"{study.study}{whose}"] = number
    return found


def _picture(
    name: str,
    group: str,
    family: Family,
    quantities: Sequence[Quantity],
    theirs: Mapping[Quantity, Mapping[tuple[int, str], PublishedNumber]],
    label: str,
) -> Picture:
    first = next(iter(family.values()))[0]
    curves, published = {}, {}
    for quantity in quantities:
        known = _methods(family, quantity)
        curves[quantity.label] = {
            METHOD_NAMES[method]: _curve(
                {side: found for side, runs in family.items() if (found := _spread(runs, quantity, method)) is not None}
            )
            for method in _DRAWN
            if method in known
        }
        published[quantity.label] = {
            f"published: {where}": _curve(
                {side: Measured(number.value, number.error) for (side, its), number in numbers.items() if its == where}
            )
            for numbers in [theirs[quantity]]
            for where in dict.fromkeys(where for _, where in numbers)
        }
    caption = f"{label} of {group} against the side of the images; lines are no fits."
    return Picture(f"resolution-{name}", caption, resolution_curve(curves, published, origin=first.origin))


def _curve(numbers: Mapping[int, Measured]) -> ResolutionCurve:
    sides = sorted(numbers)
    values = np.array([numbers[side] for side in sides], dtype=np.float64)
    return ResolutionCurve(np.array(sides, dtype=np.float64), values[:, 0], values[:, 1])


def _enlarged(family: Family) -> list[Block]:
    """Say where images are larger than they are stored, which adds no information."""
    run = next(iter(family.values()))[0]
    if run.data is None:
        return []
    fraction = run.settings["datamodule"].get("field_fraction", 1.0)
    stored = min(int(side) for shape in run.data.manifest.image_shapes for side in shape.split("x")[:2])
    beyond = [side for side in family if side > stored * fraction]
    if not beyond:
        return []
    sides = ", ".join(map(str, beyond))
    return [
        Notice(
            f"The images are stored with {stored * fraction:g} pixels across the field that is seen, so that those of "
            f"{sides} pixels are enlarged and hold nothing more."
        )
    ]
