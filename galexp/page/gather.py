"""Find the runs that a report is asked for: single ones, those of a study, or all below a folder."""

from __future__ import annotations

import hashlib
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

from galexp.page.check import reason_against
from galexp.page.material import LeftOut, Material, Options, ReportRun
from galexp.run.directory import RunDirectory
from galexp.run.sweep import SweepRecord, read_sweep, sweep_files

FOLDER = "report"
T = TypeVar("T")


def gather(words: Sequence[str], options: Options) -> Material:
    """Open the runs below some folders, each once, and the sweeps of the studies among these folders.

    A finished run that has lost a file, and a sweep that cannot be read, are left out with the reason.

    Args:
        words: Folders of runs, of studies, or of several studies.
        options: Of the report.

    Raises:
        FileNotFoundError: where a folder is not there, or holds neither a run nor a sweep.
        ValueError: for an evaluation, which is told with its run.
    """
    folders = _once(pathlib.Path(word).resolve() for word in words)
    found = [RunDirectory(folder) for folder in _once(run for folder in folders for run in _runs_of(folder))]
    sweeps = [_sweep(path) for path in _once(path for folder in folders for path in sweep_files(folder))]
    runs = [_opened(run) for run in found if run.is_finished]
    return Material(
        tuple(run for run in runs if isinstance(run, ReportRun)),
        tuple(run for run in found if not run.is_finished),
        options,
        tuple(sweep for sweep in sweeps if isinstance(sweep, SweepRecord)),
        tuple(lost for lost in (*runs, *sweeps) if isinstance(lost, LeftOut)),
    )


def _once(items: Iterator[T]) -> list[T]:
    return list(dict.fromkeys(items))


def _opened(run: RunDirectory) -> ReportRun | LeftOut:
    why = reason_against(run)
    return LeftOut(run.folder, why) if why else ReportRun(run)


def _sweep(path: pathlib.Path) -> SweepRecord | LeftOut:
    try:
        return read_sweep(path)
    except (ValueError, OSError) as error:
        return LeftOut(path, str(error))


def _runs_of(folder: pathlib.Path) -> list[pathlib.Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder; give that of a run, or of a study such as multirun/demo")
    if folder.parent.name == "evaluations":
        raise ValueError(f"{folder} is an evaluation; give its run, {folder.parent.parent}, whose report tells of it")
    found = [folder] if _is_run(folder) else sorted(_runs_below(folder))
    if not found and not sweep_files(folder):
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
    paths = [run.directory.folder for run in material.runs] + [run.folder for run in material.unfinished]
    paths += [sweep.path for sweep in material.sweeps] + [lost.path for lost in material.left_out]
    shared = pathlib.Path(os.path.commonpath([path.parent for path in paths]))
    names = "\n".join(sorted(str(path.relative_to(shared)) for path in paths))
    return shared / f"{FOLDER}-{hashlib.sha256(names.encode()).hexdigest()[:8]}"
