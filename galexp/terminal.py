"""The one place that writes to the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

console = Console(soft_wrap=True, highlight=False)


def say(message: str, style: str | None = None) -> None:
    """Write one line, taken literally."""
    console.print(message, style=style, markup=False)


def progress_bar(unit: str) -> Progress:
    """Return a bar that counts ``unit``, with the time that is left; it vanishes when it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit))
    times = (TimeElapsedColumn(), TextColumn("·"), TimeRemainingColumn(), TextColumn("left {task.fields[note]}"))
    return Progress(*columns, *times, console=console, transient=True)
