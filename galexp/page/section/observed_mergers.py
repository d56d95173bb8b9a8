"""What networks that learned from simulations say of mergers on the sky, with what speaks against it."""

from __future__ import annotations

import functools

import numpy as np

from galexp.evaluation.classes import probabilities_of
from galexp.evaluation.top_classes import STATISTICS, TopClasses, brightness, ranks, top_classes
from galexp.figure.style import with_unit
from galexp.figure.top_classes import probability_panels
from galexp.page.content import Block, Column, DataTable, Gallery, Heading, Notice, Part, Picture, Row, Stamp
from galexp.page.evaluations import RunEvaluation, evaluations
from galexp.page.material import Material, ReportRun, with_catalog
from galexp.page.merger_times import CLASSES, TIME
from galexp.page.prepared import Shown, images_are_lost, stamp
from galexp.page.section.base import Section
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData
from galexp.split.base import TRAIN

_CAUTION = (
    "Nobody knows the times of these mergers, so nothing here is right or wrong by any measure. The networks were "
    "trained on frames of simulations alone: without sky, stars, noise, gas or dust, seen at a distance and brightness "
    "of their own, and of the orbits that were simulated. Probabilities are not calibrated for anything else; an image "
    "unlike all of the frames gets a sure answer as easily as another. Times of a second simulation would differ."
)


class ObservedMergers(Section):
    """Show the times that networks give to mergers without truth.

    Args:
        classes: How many of the most probable ones are named.
        reference: Training frames, at most, that the brightness of images is ranked among.
    """

    order = 46

    def __init__(self, classes: int, reference: int) -> None:
        self.classes = classes
        self.reference = reference

    def part(self, material: Material) -> Part | None:
        """Take every evaluation without truth below a run on mergers."""
        found = [
            one
            for run in material.runs
            if CLASSES in run.targets or TIME in run.targets
            for one in evaluations(run)
            if one.is_unlabeled(run.targets[0])
        ]
        if not found:
            return None
        blocks: list[Block] = [Notice(_CAUTION)]
        for number, one in enumerate(found):
            blocks += self._blocks(one, number + 1, material)
        return Part("observed_mergers", "Mergers on the sky", tuple(blocks))

    def _blocks(self, one: RunEvaluation, number: int, material: Material) -> list[Block]:
        learned = one.run.origin.label.lower() or "observed"
        heading = Heading(f"{one.provenance['data_folder'].rsplit('/', 1)[-1]}, by {one.run.name} ({learned} frames)")
        if one.data is None:
            return [heading, images_are_lost(one.name)]
        verdict = _verdict(one, self.classes) if CLASSES in one.run.targets else None
        lines = _lines(one) if verdict is None else _class_lines(one, verdict)
        blocks: list[Block] = [heading, _gallery(one, number, lines)]
        if verdict is not None:
            blocks += [_picture(one, number), _table(one, number, verdict)]
        place = _brightness(one, number, self.reference, material.options.seed)
        return [*blocks, place]


def _origin(one: RunEvaluation) -> Origin:
    """Return what the images are, which is not what was learned from."""
    assert one.data is not None
    return one.data.origin


def _probabilities(one: RunEvaluation) -> np.ndarray:
    return probabilities_of(one.held_out, [str(name) for name in one.run.settings["task"]["classes"]], "tta_")


def _times(one: RunEvaluation) -> tuple[np.ndarray, str]:
    """Return the time of each class since the first snapshot and its unit; the numbers of classes without a width."""
    number = len(one.run.settings["task"]["classes"])
    if "class_width" not in one.run.metrics:
        return np.arange(number, dtype=np.float64), "classes"
    return one.run.metrics["class_width"] * np.arange(number), str(one.run.metrics["class_unit"])


def _verdict(one: RunEvaluation, most: int) -> TopClasses:
    return top_classes(_probabilities(one), _times(one)[0], most)


def _class_lines(one: RunEvaluation, verdict: TopClasses) -> list[tuple[str, ...]]:
    times, unit = _times(one)
    return [
        (
            *(f"{times[k]:.0f} {unit}: {share:.2f}" for k, share in zip(classes, shares, strict=True)),
            f"entropy {entropy:.1f} nat",
        )
        for classes, shares, entropy in zip(verdict.classes, verdict.shares, verdict.entropy, strict=True)
    ]


def _lines(one: RunEvaluation) -> list[tuple[str, ...]]:
    """Return the predicted number of each image, with the width that the network gives it where it gives one."""
    column = one.held_out[f"pred_tta_{TIME}"]
    unit = "" if column.unit is None else f" {column.unit}"
    wide = f"sigma_tta_{TIME}"
    widths = np.asarray(one.held_out[wide]) if wide in one.held_out.colnames else np.full(len(column), np.nan)
    return [
        (f"{value:.0f}{f' ± {width:.0f}' if np.isfinite(width) else ''}{unit}",)
        for value, width in zip(np.asarray(column), widths, strict=True)
    ]


def _gallery(one: RunEvaluation, number: int, lines: list[tuple[str, ...]]) -> Gallery:
    assert one.data is not None
    table = with_catalog(one.held_out, one.data)
    stamps = tuple(
        Stamp(stamp(one.data.pixels(int(row))), (str(name), *told))
        for row, name, told in zip(table["row"], table["id"], lines, strict=True)
    )
    caption = (
        "The central square of each image, and the times since the first snapshot that the network finds most "
        "probable, averaged over views, with their probabilities."
        if CLASSES in one.run.targets
        else "The central square of each image, and the time that the network gives it, averaged over views."
    )
    return Gallery(f"observed_mergers-{number}", caption, stamps, _origin(one).label)


def _picture(one: RunEvaluation, number: int) -> Picture:
    times, unit = _times(one)
    quantity = with_unit("time since the first snapshot", unit)
    names = [str(name) for name in one.held_out["id"]]
    figure = probability_panels(_probabilities(one), times, names, quantity, origin=_origin(one))
    caption = (
        "Probability of every class, averaged over views; dashed: the mean time. Networks learned from simulations."
    )
    return Picture(f"observed_mergers-probabilities-{number}", caption, figure)


def _table(one: RunEvaluation, number: int, verdict: TopClasses) -> DataTable:
    times, unit = _times(one)
    places = [
        column
        for place in range(1, verdict.classes.shape[1] + 1)
        for column in (
            Column(f"class {place}", digits=0),
            Column(f"time {place}", unit, 0),
            Column(f"probability {place}", digits=3),
        )
    ]
    columns = (
        Column("image"),
        *places,
        Column("entropy", "nat", 2, hint="0 where one class has it all, ln(classes) where all are alike."),
        Column("mean time", unit, 0, hint="Sum of probability times time."),
        Column("spread", unit, 0, hint="Standard deviation of the time by these probabilities; no error."),
    )
    rows = []
    for row, name in enumerate(one.held_out["id"]):
        told = [
            value
            for k, share in zip(verdict.classes[row].tolist(), verdict.shares[row].tolist(), strict=True)
            for value in (k, float(times[k]), share)
        ]
        sure = [float(values[row]) for values in (verdict.entropy, verdict.mean, verdict.spread)]
        rows.append(Row((str(name), *told, *sure), _origin(one).label))
    note = "Averaged over views. Without truth: no line of this table can be checked."
    return DataTable(f"observed_mergers-{number}", "The most probable times", columns, tuple(rows), note)


def _brightness(one: RunEvaluation, number: int, most: int, seed: int) -> Block:
    if one.run.data is None:
        text = f"The frames of {one.run.name} are not on this disk: how far the images lie from them is not told."
        return Notice(text)
    assert one.data is not None
    table = with_catalog(one.held_out, one.data)
    images = _statistics(one.run, one.data, table["row"])
    frames = _statistics(one.run, one.run.data, _training_rows(one.run, most, seed))
    place = ranks(images, frames)
    pairs = [
        column for name in STATISTICS for column in (Column(name, digits=1), Column(f"frames below, {name}", "%", 1))
    ]
    rows = tuple(
        Row(
            (str(name), *(value for pair in zip(found, 100 * rank, strict=True) for value in map(float, pair))),
            _origin(one).label,
        )
        for name, found, rank in zip(table["id"], images, place, strict=True)
    )
    outside = int(np.sum(((place == 0) | (place == 1)).any(1)))
    note = (
        f"Pixels as the network gets them, 0 to 255, beside those of {len(frames)} training frames: mean, median, "
        f"standard deviation. {outside} of {len(rows)} images lie beyond all of the frames in at least one of the "
        "three. Being within them is no likeness."
    )
    title = "How bright the images are among the frames that were learned from"
    return DataTable(f"observed_mergers-brightness-{number}", title, (Column("image"), *pairs), rows, note)


def _training_rows(run: ReportRun, most: int, seed: int) -> np.ndarray:
    """Return rows of the catalog that were trained on, some at random where there are many."""
    learned = run.split[np.asarray(run.split["role"]) == TRAIN]
    assert run.data is not None
    rows = np.sort(np.asarray(with_catalog(learned, run.data)["row"]))
    return np.random.default_rng(seed).choice(rows, most, replace=False) if len(rows) > most else rows


def _statistics(run: ReportRun, data: PreparedData, rows: np.ndarray) -> np.ndarray:
    seen = functools.partial(Shown.seen, Shown("", run, data))
    return np.array([brightness(seen(int(row))) for row in rows])
