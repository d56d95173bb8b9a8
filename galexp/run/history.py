"""The course of training, read back."""

from __future__ import annotations

import csv
import pathlib

HISTORY = "history.csv"


def read_history(folder: str | pathlib.Path) -> dict[str, list[float]]:
    """Return the columns of a run's ``history.csv`` as numbers, NaN where an epoch has none.

    Args:
        folder: Of the run.

    Raises:
        FileNotFoundError: where the run has none.
    """
    with (pathlib.Path(folder) / HISTORY).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {name: [float(row[name] or "nan") for row in rows] for name in (rows[0] if rows else {})}
