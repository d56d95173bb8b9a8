"""The table that ends a search: its trials, best first."""

from __future__ import annotations

import csv
import dataclasses
import pathlib
from collections.abc import Mapping

from rich import box
from rich.table import Table

from galexp.shard.origin import Origin
from galexp.terminal import console, say

_SHOWN = 10
_HEAD, _TAIL = ("trial", "objective", "data"), ("run", "error")


@dataclasses.dataclass(frozen=True)
class Trial:
    """One point that a search tried.

    Args:
        number: Of the job, from 0.
        words: Key -> value of what is searched over.
        objective: Mean over targets of what ``measure`` names, on the validation rows; None where the job failed.
        run: Folder of its run, where it finished.
        error: Why it failed.
    """

    number: int
    words: dict[str, str]
    objective: float | None
    run: str
    error: str


def measure(scores: Mapping[str, float]) -> tuple[str, str]:
    """Return key and heading of what a search minimizes, from the scores of a network.

    Example:
        >>> measure({"accuracy": 0.8, "log_loss": 0.5})
        ('log_loss', 'log loss')
    """
    return ("log_loss", "log loss") if "log_loss" in scores else ("normalized_rmse", "RMSE/scatter")


def best_first(trials: list[Trial]) -> list[Trial]:
    """Return the trials in the order of their objective; those that failed come last."""
    return sorted(trials, key=lambda trial: (trial.objective is None, trial.objective or 0.0, trial.number))


def show_trials(trials: list[Trial], path: pathlib.Path, origin: Origin, heading: str) -> None:
    """Print the ten best trials, and write all of them to a CSV file."""
    ranked = best_first(trials)
    console.print(trials_table(ranked, origin, heading))
    write_trials(ranked, path, origin)
    rest = len(ranked) - _SHOWN
    say(f"{f'{rest} more and ' if rest > 0 else ''}all digits in {path}")


def trials_table(ranked: list[Trial], origin: Origin, heading: str) -> Table:
    """Lay out the ten best trials with what was searched over."""
    done = sum(trial.objective is not None for trial in ranked)
    title = f"{done} of {len(ranked)} {origin.word}trials, best first: {heading} on validation rows, mean over targets"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("trial", justify="right", no_wrap=True)
    table.add_column(heading, justify="right", no_wrap=True)
    keys = list(dict.fromkeys(key for trial in ranked for key in trial.words))
    for key in keys:
        table.add_column(key, justify="right", overflow="fold")
    for trial in ranked[:_SHOWN]:
        objective = "failed" if trial.objective is None else f"{trial.objective:.4f}"
        table.add_row(str(trial.number), objective, *(_short(trial.words.get(key, "")) for key in keys))
    return table


def _short(value: str) -> str:
    """Return four digits of a number, and a word as it is."""
    try:
        return value if value.lstrip("+-").isdigit() else f"{float(value):.4g}"
    except ValueError:
        return value


def write_trials(ranked: list[Trial], path: pathlib.Path, origin: Origin) -> None:
    """Write all trials as a table: trial, objective, data, what was searched over, run, error."""
    rows = [
        {"trial": trial.number, "objective": trial.objective, "data": str(origin)}
        | {**trial.words, "run": trial.run, "error": trial.error}
        for trial in ranked
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [*(name for name in names if name not in _TAIL), *_TAIL])
        writer.writeheader()
        writer.writerows(rows)


def read_trials(path: pathlib.Path) -> tuple[list[Trial], Origin]:
    """Read a table of :func:`write_trials`: the trials in its order, and what their galaxies are.

    Raises:
        ValueError: where the file is no such table, or holds no trial.
    """
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    missing = [name for name in (*_HEAD, *_TAIL) if not rows or name not in rows[0]]
    if missing:
        raise ValueError(f"{path} has no trial or no column {missing[0]!r}; search again, or remove it")
    fixed = {*_HEAD, *_TAIL}
    trials = [
        Trial(
            int(row["trial"]),
            {key: value for key, value in row.items() if key not in fixed and value},
            float(row["objective"]) if row["objective"] else None,
            row["run"],
            row["error"],
        )
        for row in rows
    ]
    return trials, Origin(rows[0]["data"])
