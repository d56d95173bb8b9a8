"""Keep the file of a sweep up to date: before the first job begins, and whenever one has ended."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
from collections import Counter

from galexp.run.name import study
from galexp.run.sweep import Point, SweepRecord, read_sweep
from galexp.sweep.note import Note, read_notes
from galexp.sweep.plan import Plan


def begin(plan: Plan) -> SweepRecord:
    """Write down what a sweep is going to run, with what earlier tries of the same sweep have finished.

    With ``force`` nothing that was finished counts. Where points go to several studies the first one's holds the file.
    """
    record = SweepRecord(
        folder=plan.runs / study(plan.settings),
        words=tuple(plan.words),
        config_dir=str(plan.config_dir or ""),
        launcher=plan.launcher,
        sweeper=plan.sweeper,
        jobs=int(plan.first.hydra.sweeper.get("n_trials", 0)) if plan.is_search else plan.count(),
    )
    points = [Point(words) for words in plan.points()]
    if record.path.is_file() and not plan.settings["force"]:
        known = {point.words: point for point in read_sweep(record.path).points}
        points = [known.get(point.words, point) for point in points] if points else list(known.values())
    record = record.with_points(points)
    record.write()
    return record


def update(path: pathlib.Path, notes: pathlib.Path, lost: str = "") -> None:
    """Write down what has become of the jobs that have ended; one process at a time, on whichever machine.

    Args:
        path: The file of the sweep.
        notes: Folder of the jobs' notes; where it is gone nobody waits for them any more.
        lost: What is said of jobs that never ended, once no more can; empty while they may be at work.
    """
    if not notes.is_dir():
        return
    with (notes / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        ended = [note for note in read_notes(notes) if note.ended or lost]
        jobs = Counter(tuple(note.words) for note in ended)
        read_sweep(path).with_points([_point(note, path.parent, lost, jobs) for note in ended]).write()


def _point(note: Note, study_folder: pathlib.Path, lost: str, jobs: Counter[tuple[str, ...]]) -> Point:
    run = os.path.relpath(note.folder, study_folder) if note.folder else ""
    error = note.error if note.ended else lost
    words = tuple(note.words)
    return Point(words, run, error, note.objective, jobs[words])


def forget(record: SweepRecord) -> None:
    """Remove the file of a sweep of which nothing can be run, unless an earlier try has finished something."""
    if not any(record.finished(point) for point in record.points):
        record.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            record.folder.rmdir()
