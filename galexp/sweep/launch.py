"""Hand the jobs of a sweep to Hydra, and bring back what came of them, whatever happens to the launcher."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import pathlib
import shutil
import uuid
import warnings
from collections.abc import Iterator

from hydra.core.global_hydra import GlobalHydra

from galexp.config import UsageError, with_hydra
from galexp.run.sweep import SweepRecord
from galexp.sweep.cluster import patience
from galexp.sweep.job import brief, job
from galexp.sweep.note import Note, read_notes
from galexp.sweep.plan import Plan
from galexp.sweep.record import update
from galexp.terminal import say

LOST = "it ended without a word: killed, out of memory, its machine lost, or gone down with another job's process"
_QUEUE = "submitit_slurm"


def launch(plan: Plan, record: SweepRecord, folder: pathlib.Path) -> tuple[list[Note], str]:
    """Run all jobs of a sweep and return their notes, and why the launcher gave up, if it did.

    Args:
        plan: What is run.
        record: Its file, which the jobs and the end of them bring up to date.
        folder: For notes, and what launchers write.

    Raises:
        UsageError: where a point cannot be composed, before any job starts.
    """
    notes = folder / "notes"
    notes.mkdir(parents=True)
    if plan.sweeper == "optuna":
        _quiet_optuna()
    is_submitit = plan.launcher.startswith("submitit")
    if is_submitit:
        say(f"the jobs write into {os.path.relpath(folder)}/.submitit/*/*.out")
    stopped = ""
    try:
        with with_hydra(plan.words), patience() if is_submitit else contextlib.nullcontext():
            hydra = GlobalHydra.instance().hydra
            assert hydra is not None
            hydra.multirun("config", functools.partial(job, notes=notes, record=record), plan.hydra_words(folder))
    except Exception as error:
        found = read_notes(notes)
        if os.environ.get("GALEXP_TRACEBACK") or (isinstance(error, UsageError) and not found):
            raise
        stopped = "" if _is_exhausted(error) else f"{type(error).__name__}: {brief(error).split('. ')[0]}"
    update(record.path, notes, LOST)
    return read_notes(notes), stopped


def _is_exhausted(error: Exception) -> bool:
    """Tell whether a grid has no point left: its sampler then stops the study, which Hydra's sweeper refuses."""
    return isinstance(error, RuntimeError) and "`Study.stop` is supposed to be invoked" in str(error)


@contextlib.contextmanager
def hidden_folder(plan: Plan) -> Iterator[pathlib.Path]:
    """Give a folder below ``paths.runs``, which every machine sees, for notes and what launchers write.

    It is removed at the end, unless jobs that were handed to a queue still need it, or a failed job's log is in it.
    """
    folder = plan.runs / ".sweeps" / uuid.uuid4().hex[:8]
    folder.mkdir(parents=True)
    try:
        yield folder
    except BaseException as error:
        if not (isinstance(error, KeyboardInterrupt) and plan.launcher == _QUEUE):
            _remove(folder)
        raise
    has_logs = (folder / ".submitit").is_dir()
    if not has_logs or all(note.ended and not note.error for note in read_notes(folder / "notes")):
        _remove(folder)


def _remove(folder: pathlib.Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()


def _quiet_optuna() -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*declarative_base.*")
        import optuna
    optuna.logging.set_verbosity(logging.WARNING)
