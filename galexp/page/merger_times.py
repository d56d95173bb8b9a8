"""Held-out frames of mergers with their true and predicted times, whether classes or a number were learned."""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.page.material import Material, ReportRun, with_catalog

if TYPE_CHECKING:
    from astropy.table import Table
    from jaxtyping import Float

CLASSES, TIME = "snapshot_class", "simulation_time"
_MOST_LETTERS = 50
METHODS = {"network": "pred_", "network_tta": "pred_tta_"}


@dataclasses.dataclass(frozen=True)
class Frames:
    """The held-out frames of one run.

    Attributes:
        true: Time since the first snapshot [unit].
        predicted: Method -> predicted time likewise.
        interval: Between two snapshots [unit]; NaN where a number was learned and the data is not on this disk.
        unit: Of the times.
        catalog: The frames' columns in the same order, such as ``simulation``; None where the data is not on this disk.
    """

    true: Float[np.ndarray, " frame"]
    predicted: dict[str, Float[np.ndarray, " frame"]]
    interval: float
    unit: str
    catalog: Table | None

    def errors(self, method: str) -> Float[np.ndarray, " frame"]:
        """Return predicted minus true time."""
        return self.predicted[method] - self.true


def tells_time(run: ReportRun) -> bool:
    """Tell whether a run learned the time of mergers, in classes of known width or as a number."""
    return (CLASSES in run.targets and "class_width" in run.metrics) or TIME in run.targets


def frames_of(run: ReportRun) -> Frames:
    """Return the held-out frames of a run that :func:`tells_time`.

    Classes become times by their width. A number is counted from the first snapshot of the frames at hand, as a class
    is, so that both share an axis.
    """
    catalog = with_catalog(run.held_out, run.data) if run.data is not None else None
    target = CLASSES if CLASSES in run.targets and "class_width" in run.metrics else TIME
    table = run.held_out
    true = np.asarray(table[f"true_{target}"], dtype=np.float64)
    predicted = {method: np.asarray(table[f"{infix}{target}"]) for method, infix in METHODS.items()}
    if target == CLASSES:
        width = float(run.metrics["class_width"])
        times = {method: width * values for method, values in predicted.items()}
        return Frames(width * true, times, width, str(run.metrics.get("class_unit", "")), catalog)
    first = float(np.nanmin(true))
    shifted = {method: values - first for method, values in predicted.items()}
    interval = math.nan
    if catalog is not None and "snapshot_interval" in catalog.colnames:
        interval = float(np.nanmedian(catalog["snapshot_interval"]))
    unit = table[f"true_{target}"].unit
    return Frames(true - first, shifted, interval, str(unit) if unit is not None else "", catalog)


def described(run: ReportRun) -> str:
    """Say in a few words what distinguishes a run from others on mergers: network, split, side, what was learned."""
    learned = f"{len(run.settings['task']['classes'])} classes" if CLASSES in run.targets else "a number"
    choices, side = run.choices, run.settings["datamodule"]["image_size"]
    return f"{choices['model']}, split={choices['split']}, {side} px, {learned}"


def timed_groups(material: Material) -> dict[str, list[ReportRun]]:
    """Return the groups of runs that tell the time, under short names of their own."""
    timed = {name: members for name, members in material.groups.items() if all(map(tells_time, members))}
    short = {name: described(members[0]) for name, members in timed.items()}
    taken: collections.Counter[str] = collections.Counter()
    found: dict[str, list[ReportRun]] = {}
    for name, members in timed.items():
        taken[short[name]] += 1
        differs = name.partition(" ")[2]
        more = f", {differs}" if 0 < len(differs) <= _MOST_LETTERS else f" ({taken[short[name]]})"
        is_alone = list(short.values()).count(short[name]) == 1
        found[short[name] if is_alone else short[name] + more] = members
    return found


def joined(frames: Sequence[Frames], method: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the true and predicted times of the frames of several runs, one after the other."""
    true = np.concatenate([one.true for one in frames])
    return true, np.concatenate([one.predicted[method] for one in frames])
