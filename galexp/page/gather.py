"""Find the runs that a report is asked for: single ones, those of a study, or all below a folder."""

from __future__ import annotations

import hashlib
import os
import pathlib
from collections.abc import Iterator, Sequence

from galexp.page.material import Material, Options, ReportRun
from galexp.run.directory import RunDirectory

FOLDER = "report"


def gather(words: Sequence[str], options: Options) -> Material:
    """Open the runs below some folders, each once.

    Args:
        words: Folders of runs, of studies, or of several studies.
        options: Of the report.

    Raises:
        FileNotFoundError: where a folder is not there, holds no run, or a finished run has lost its predictions.
        ValueError: for an evaluation, which is told with its run.
    """
    found = list(dict.fromkeys(folder for word in words for folder in _runs_of(pathlib.Path(word))))
    runs = [RunDirectory(folder) for folder in found]
    lost = [run.folder for run in runs if run.is_finished and not (run.folder / "predictions.parquet").is_file()]
    if lost:
        raise FileNotFoundError(
            f"{lost[0]} has lost its predictions.parquet; train it anew with force=true, or move it away"
        )
    finished = tuple(ReportRun(run) for run in runs if run.is_finished)
    return Material(finished, tuple(run for run in runs if not run.is_finished), options)


def _runs_of(folder: pathlib.Path) -> list[pathlib.Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; give that of a run, or of a study such as multirun/demo")
    if folder.parent.name == "evaluations":
        raise ValueError(f"{folder} is an evaluation; give its run, {folder.parent.parent}, whose report tells of it")
    found = [folder] if _is_run(folder) else sorted(_runs_below(folder))
    if not found:
        raise FileNotFoundError(
            f"no run lies in {folder}; give the folder of a run (it has a resolved.yaml) or a study"
        )
    return found


def _is_run(folder: pathlib.Path) -> bool:
    return (folder / "resolved.yaml").is_file()


def _runs_below(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yield runs one level down, and two where a folder is a study."""
    for child in folder.iterdir():
        if child.is_dir() and _is_run(child):
            yield child
        elif child.is_dir() and not child.name.startswith("."):
            yield from (run for run in child.iterdir() if run.is_dir() and _is_run(run))


def report_folder(words: Sequence[str], material: Material) -> pathlib.Path:
    """Return where a report goes: beside the runs that it is of.

    Of one folder it is ``report`` in it; of several ``report-<hash>`` in the folder that they share, so that a report
    of two runs leaves that of their study alone.
    """
    if len(set(words)) == 1:
        return pathlib.Path(words[0]) / FOLDER
    folders = [run.directory.folder for run in material.runs] + [run.folder for run in material.unfinished]
    shared = pathlib.Path(os.path.commonpath([folder.absolute().parent for folder in folders]))
    names = "\n".join(sorted(str(folder.absolute().relative_to(shared)) for folder in folders))
    return shared / f"{FOLDER}-{hashlib.sha256(names.encode()).hexdigest()[:8]}"
