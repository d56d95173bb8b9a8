"""The one place that writes to the terminal."""

from __future__ import annotations

import io
import os
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

console = Console(soft_wrap=True, highlight=False)
_JOB = "GALEXP_JOB"


class _Numbered(io.StringIO):
    """Standard output of one of several jobs at a time: whole lines, each after the number of its job, and no bars."""

    def flush(self) -> None:
        """Write the lines that are complete in one piece, so that those of other jobs come before or after."""
        *lines, rest = self.getvalue().split("\n")
        self.seek(0)
        self.truncate()
        self.write(rest)
        sys.stdout.write("".join(f"{_prefix()}{line}\n" for line in lines if line.strip()))
        sys.stdout.flush()


def number_lines(job: int) -> None:
    """From now on write the number of a job before each line, also in the processes that this one starts."""
    os.environ[_JOB] = str(job)
    console.file = _Numbered()


def _prefix() -> str:
    return f"[{os.environ[_JOB]}] " if _JOB in os.environ else ""


def say(message: str, style: str | None = None) -> None:
    """Write one line, taken literally."""
    console.print(message, style=style, markup=False)


def note(message: Warning | str, category: type[Warning], *where: object, **more: object) -> None:
    """Write a warning as a line for people, not as a place in the code; it stands in for ``warnings.showwarning``."""
    sys.stderr.write(f"{_prefix()}note: {message}\n")


def progress_bar(unit: str) -> Progress:
    """Return a bar that counts ``unit``, with the time that is left; it vanishes when it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit))
    times = (TimeElapsedColumn(), TextColumn("·"), TimeRemainingColumn(), TextColumn("left {task.fields[note]}"))
    return Progress(*columns, *times, console=console, transient=True)


if _JOB in os.environ:
    console.file = _Numbered()
