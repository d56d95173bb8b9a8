"""What a search tried, and how the objective went with each thing that it searched over."""

from __future__ import annotations

import pathlib

import numpy as np

from galexp.figure.search_trials import search_trials
from galexp.page.content import Block, Column, DataTable, Part, Picture, Prose, Row
from galexp.page.material import Material, ReportRun
from galexp.page.section.base import Section
from galexp.page.words import unique
from galexp.shard.origin import Origin
from galexp.split.base import VAL
from galexp.summary.search import Trial, best_first, measure, read_trials

_MOST_KEYS = 4


class SearchTrials(Section):
    """Show every ``search-*.csv`` that lies beside the runs."""

    order = 65

    def part(self, material: Material) -> Part | None:
        """Read the searches of the studies that the runs belong to."""
        beside = {run.directory.folder.parent: run for run in reversed(material.runs)}
        found = [(path, run) for folder, run in sorted(beside.items()) for path in sorted(folder.glob("search-*.csv"))]
        names = unique([path.stem for path, _ in found])
        blocks = [block for (path, run), name in zip(found, names, strict=True) for block in _blocks(path, name, run)]
        return Part("search_trials", "What was searched over", tuple(blocks)) if blocks else None


def _blocks(path: pathlib.Path, name: str, run: ReportRun) -> list[Block]:
    trials, origin = read_trials(path)
    ranked = best_first(trials)
    keys = list(dict.fromkeys(key for trial in ranked for key in trial.words))
    heading = _heading(run)
    blocks: list[Block] = [Prose(_summary(path, ranked, heading)), _table(name, ranked, keys, heading, origin)]
    complete = [key for key in keys if all(key in trial.words for trial in ranked)][:_MOST_KEYS]
    if complete and ranked[0].objective is not None:
        objective = np.array([np.nan if trial.objective is None else trial.objective for trial in ranked])
        searched = {key: [trial.words[key] for trial in ranked] for key in complete}
        figure = search_trials(objective, searched, f"{heading}, validation rows", origin=origin)
        caption = (
            "Each trial by what was searched over; the lower, the better. Trials that failed are crosses at the foot."
        )
        blocks.append(Picture(name, caption, figure))
    return blocks


def _heading(run: ReportRun) -> str:
    """Return what a search over runs like this one minimizes; runs without validation rows say it by the test rows."""
    scores = run.metrics.get(VAL) or run.metrics["test"]
    return measure(next(iter(scores.values()))["all"]["network"])[1]


def _summary(path: pathlib.Path, ranked: list[Trial], heading: str) -> str:
    done = [trial for trial in ranked if trial.objective is not None]
    if not done:
        return f"{path.name}: none of {len(ranked)} trials came to its end."
    words = ", ".join(f"{key}={value}" for key, value in done[0].words.items())
    return (
        f"{path.name}: {len(done)} of {len(ranked)} trials came to their end. The lowest {heading} on validation rows, "
        f"{done[0].objective:.4f}, is that of {words}. The lowest of many is lower than what the same settings would "
        "reach again; test rows were not looked at for it."
    )


def _table(name: str, ranked: list[Trial], keys: list[str], heading: str, origin: Origin) -> DataTable:
    columns = (
        Column("trial", digits=0),
        Column(heading, hint="Mean over targets, on validation rows; nothing where the trial failed."),
        *(Column(key, digits=6) for key in keys),
        Column("run"),
        Column("why it failed"),
    )
    rows = tuple(
        Row(
            (
                trial.number,
                trial.objective,
                *(_number(trial.words.get(key)) for key in keys),
                pathlib.Path(trial.run).name or None,
                trial.error or None,
            ),
            origin.label,
        )
        for trial in ranked
    )
    return DataTable(name, f"Trials of {name}, best first", columns, rows)


def _number(value: str | None) -> str | float | int | None:
    """Return a number as one, so that a table sorts by its size, and a word as it is."""
    if value is None or value.lstrip("+-").isdigit():
        return None if value is None else int(value)
    try:
        return float(value)
    except ValueError:
        return value
