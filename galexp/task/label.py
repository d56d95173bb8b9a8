"""From a column of the catalog to the class of each galaxy: by whole numbers, or by intervals with names."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from galexp.config import nearest
from galexp.split.base import TRAIN

if TYPE_CHECKING:
    from jaxtyping import Float

Intervals = Mapping[str, Any]
SUFFIX = "_class"
PROBABILITY = "prob"
"""Before the name of a class, in the columns of its probability."""

_MOST_CLASSES = 1000


def interval_classes(values: Float[np.ndarray, " galaxy"], intervals: Intervals) -> Float[np.ndarray, " galaxy"]:
    """Return the number of the interval that each value lies in, low < value < high.

    Args:
        values: Of a column.
        intervals: Name -> [low, high], in the order of the classes; null is no bound.

    Returns:
        0, 1, ...; NaN where a value is NaN, or in no interval: between two of them, say, or just on a bound.

    Raises:
        ValueError: for fewer than two intervals, an interval that is empty or no pair, or two that overlap.

    Example:
        >>> interval_classes(np.array([-1.0, 0.0, 0.7]), {"poor": [None, -0.5], "rich": [0.5, None]}).tolist()
        [0.0, nan, 1.0]
    """
    bounds = _bounds(intervals)
    classes = np.full(len(values), np.nan)
    for number, (low, high) in enumerate(bounds.values()):
        classes[(values > low) & (values < high)] = number
    return classes


def _bounds(intervals: Intervals) -> dict[str, tuple[float, float]]:
    if len(intervals) < 2:
        raise ValueError(f"task.classes names {', '.join(intervals) or 'none'}; a classification needs two or more")
    bounds: dict[str, tuple[float, float]] = {}
    for name, pair in intervals.items():
        is_pair = isinstance(pair, list | tuple) and len(pair) == 2
        if not is_pair or not all(end is None or _is_number(end) for end in pair):
            raise ValueError(f"task.classes.{name} is {pair!r}; expected [low, high], two numbers, null for no bound")
        low, high = (
            end if value is None else float(value) for value, end in zip(pair, (-math.inf, math.inf), strict=True)
        )
        if not low < high:
            raise ValueError(f"task.classes.{name} is {list(pair)}, which holds no number; put the lower bound first")
        bounds[name] = low, high
    for (first, a), (second, b) in itertools.combinations(bounds.items(), 2):
        if max(a[0], b[0]) < min(a[1], b[1]):
            raise ValueError(
                f"the classes {first} {list(a)} and {second} {list(b)} overlap; set task.classes.{first} and "
                f"task.classes.{second} so that no value lies in both"
            )
    return bounds


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_classes(task: Mapping[str, Any]) -> None:
    """Refuse classes that no column could hold, before there is one.

    Args:
        task: Resolved settings; those of a task without ``classes`` are not looked at.

    Raises:
        ValueError: for other than one target, fewer than two names, a name that comes twice, what is neither names nor
            intervals, or as :func:`interval_classes` does.
    """
    if "classes" not in task:
        return
    targets, classes = task["targets"], task["classes"]
    if len(targets) != 1:
        raise ValueError(f"a classification has one target, task.targets has {list(targets)}; name the one")
    if isinstance(classes, Mapping):
        _bounds(classes)
    elif classes is not None and not isinstance(classes, list | tuple):
        raise ValueError(
            f"task.classes is {classes!r}; expected names, such as [no, yes], or intervals, such as "
            "{poor: [null, -0.5], rich: [0.5, null]}"
        )
    elif classes is not None and len(set(map(str, classes))) < max(len(classes), 2):
        raise ValueError(f"task.classes is {list(classes)}; expected two or more names, each of them once")


def settled_classes(task: dict[str, Any], catalog: Table) -> dict[str, Any]:
    """Return the settings of a task with its classes named: where they are null, by the numbers that the column holds.

    Args:
        task: Resolved settings; those of a task without ``classes`` come back as they are.
        catalog: With the target.

    Raises:
        ValueError: where a column that is to be the class itself holds other than whole numbers from 0, or as
            :func:`check_classes` does.
    """
    check_classes(task)
    if "classes" not in task or task["classes"] is not None or task["targets"][0] not in catalog.colnames:
        return task
    values = _whole_numbers(np.asarray(catalog[task["targets"][0]], dtype=np.float64), task["targets"][0])
    number = int(np.nanmax(values)) + 1
    if not 2 <= number <= _MOST_CLASSES:
        raise ValueError(
            f"{task['targets'][0]} goes up to {number - 1}, which makes {number} classes; expected 2 to "
            f"{_MOST_CLASSES}; name intervals: task.classes={{low: [null, X], high: [X, null]}}"
        )
    return {**task, "classes": [str(value) for value in range(number)]}


def _whole_numbers(values: np.ndarray, name: str) -> np.ndarray:
    known = values[np.isfinite(values)]
    if not len(known) or np.any(known < 0) or np.any(known != np.round(known)):
        example = f", such as {known[(known < 0) | (known != np.round(known))][0]:g}" if len(known) else ""
        raise ValueError(
            f"{name} is no class: it does not hold whole numbers from 0{example}; name intervals of it: "
            f"'task.classes={{low: [null, X], high: [X, null]}}'"
        )
    return values


def class_names(task: Mapping[str, Any]) -> list[str]:
    """Return the names of the classes of a settled task."""
    return [str(name) for name in task["classes"]]


def truth_columns(task: Mapping[str, Any]) -> list[str]:
    """Return the names of the columns that hold the truth: the targets, or the class made of one."""
    if isinstance(task.get("classes"), Mapping):
        return [task["targets"][0] + SUFFIX]
    return list(task["targets"])


def add_labels(catalog: Table, task: Mapping[str, Any]) -> None:
    """Add the column of classes to a catalog, in place, where a task makes them of intervals.

    Raises:
        ValueError: as :func:`interval_classes` does, or where a class by number is beyond the names given.
    """
    if "classes" not in task or task["targets"][0] not in catalog.colnames:
        return
    (target,), (label,) = task["targets"], truth_columns(task)
    values = np.asarray(catalog[target], dtype=np.float64)
    if isinstance(task["classes"], Mapping):
        catalog[label] = interval_classes(values, task["classes"])
        return
    number = len(task["classes"])
    if np.nanmax(_whole_numbers(values, target)) >= number:
        raise ValueError(
            f"{target} goes up to {np.nanmax(values):g} and task.classes names {number}: 0 to {number - 1}"
        )


def labeled(settings: dict[str, Any], catalog: Table) -> dict[str, Any]:
    """Return settings whose classes have names, and add the column of classes to the catalog, in place.

    Args:
        settings: The resolved configuration; one without classes comes back as it is.
        catalog: Of prepared data.

    Raises:
        ValueError: as :func:`settled_classes` and :func:`add_labels` do, or where the width of a class cannot be had.
    """
    settings = {**settings, "task": settled_classes(settings["task"], catalog)}
    fault = width_fault(settings["task"], catalog)
    if fault is not None:
        others = nearest(str(settings["task"]["width_column"]), catalog.colnames)
        raise ValueError(f"{fault}; name a column with the width of a class, or null ({others})")
    add_labels(catalog, settings["task"])
    return settings


def width_fault(task: Mapping[str, Any], catalog: Table) -> str | None:
    """Say why the width of a class cannot be had of a catalog; None where it can, or where none is asked for."""
    column = task.get("width_column")
    if column is None:
        return None
    if column not in catalog.colnames:
        return f"task.width_column is {column!r}, which the catalog lacks"
    widths = np.asarray(catalog[column])
    if not np.issubdtype(widths.dtype, np.number) or not np.any(widths > 0):
        return f"task.width_column is {column!r}, which holds no number above 0"
    return None


def refuse_empty_classes(task: Mapping[str, Any], catalog: Table, roles: np.ndarray) -> None:
    """Refuse a classification in which nothing can be learned of a class.

    Raises:
        ValueError: naming the class without a member among the training rows.
    """
    if "classes" not in task:
        return
    (label,) = truth_columns(task)
    found = np.asarray(catalog[label], dtype=np.float64)[roles == TRAIN]
    empty = [name for number, name in enumerate(class_names(task)) if not np.any(found == number)]
    if empty:
        members = {name: int(np.sum(found == number)) for number, name in enumerate(class_names(task))}
        counted = ", ".join(f"{name} {count}" for name, count in members.items() if count) or "none"
        raise ValueError(
            f"no training row is in class {', '.join(empty[:5])} (there are: {counted}); change task.classes or "
            "the split"
        )
