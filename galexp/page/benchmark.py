"""What ``galexp benchmark`` measured beside the runs of a report."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pathlib

    from galexp.page.material import ReportRun


def benchmark_file(run: ReportRun, what: str) -> pathlib.Path:
    """Return where a benchmark writes its table, beside the study of a run; whether it is there or not.

    Args:
        run: Whose study it is.
        what: Was measured, as in ``benchmark what=loader``.
    """
    return run.directory.folder.absolute().parents[1] / "benchmark" / f"{what}.csv"


def benchmark_rows(run: ReportRun, what: str) -> list[dict[str, str]]:
    """Return the rows of a benchmark; none where it was not run.

    Args:
        run: As of :func:`benchmark_file`.
        what: Likewise.
    """
    path = benchmark_file(run, what)
    if not path.is_file():
        return []
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))
