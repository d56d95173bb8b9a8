"""Repeated trainings: each once, and what they come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.page.content import Measured

if TYPE_CHECKING:
    from galexp.page.material import ReportRun


def distinct(runs: Sequence[ReportRun]) -> list[ReportRun]:
    """Return runs of different data, settings or seeds; of one that was trained in two studies, the first."""
    found: dict[str, ReportRun] = {}
    for run in runs:
        found.setdefault(run.identity, run)
    return list(found.values())


def mean_and_spread(values: Sequence[float]) -> Measured:
    """Return mean and standard deviation, ddof 1; no error for a single value.

    Example:
        >>> mean_and_spread([1.0, 3.0]).value, round(mean_and_spread([1.0, 3.0]).error, 3)
        (2.0, 1.414)
    """
    numbers = np.asarray(values, dtype=np.float64)
    return Measured(float(numbers.mean()), float(numbers.std(ddof=1)) if len(numbers) > 1 else math.nan)


def differs_in(group: str, *told: str) -> str:
    """Return in what a group differs from others of its dataset, split and model, less what is told elsewhere.

    The way to measure overdensities is always told by its name.

    Args:
        group: Name, as of :attr:`galexp.page.material.Material.groups`.
        *told: Keys that are told elsewhere.

    Example:
        >>> differs_in("xgass-delta5_q80-small_cnn environment.column=log_one_plus_delta5_code optimizer.lr=0.1")
        'optimizer.lr=0.1'
    """
    left_out = ("environment.", "split.column=", "split.missing=", *(f"{key}=" for key in told))
    return " ".join(word for word in group.split(" ")[1:] if not word.startswith(left_out))
