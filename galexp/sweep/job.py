"""One job of a sweep, in this process or in another one."""

from __future__ import annotations

import dataclasses
import math
import os
import pathlib
import traceback
import warnings

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from galexp import terminal
from galexp.config import RankError, is_ours, settings
from galexp.job.train import train_once
from galexp.run.directory import RunDirectory
from galexp.run.sweep import Point, SweepRecord
from galexp.split.base import VAL
from galexp.summary.search import measure
from galexp.sweep.cluster import is_first_task, log_file, name_first_machine
from galexp.sweep.note import Note
from galexp.sweep.record import update
from galexp.terminal import say


def job(composed: DictConfig, notes: pathlib.Path, record: SweepRecord) -> float | None:
    """Train one point of a sweep and note what became of it.

    Args:
        composed: The configuration of the point.
        notes: Folder that every machine of the sweep sees.
        record: Of the sweep; its file is brought up to date at the end.

    Returns:
        What a search goes by; None where there is no search, or the job failed.
    """
    chosen = HydraConfig.get().runtime.choices
    number = int(HydraConfig.get().job.num)
    if chosen["hydra/launcher"] != "basic":
        terminal.number_lines(number)
        warnings.showwarning = terminal.note
    note = Note(number, list(HydraConfig.get().overrides.task), log_file())
    if is_first_task():
        say(f"job {number}: {' '.join(note.words)}", "bold")
        note.write(notes)
    note = dataclasses.replace(_trained(composed, note, record, f"{notes.parent.name}-{number}"), ended=True)
    if is_first_task():
        note.write(notes)
        update(record.path, notes)
    return note.objective


def _trained(composed: DictConfig, note: Note, record: SweepRecord, token: str) -> Note:
    name_first_machine()
    try:
        point = settings(composed)
        line = record.line_of(Point(tuple(note.words)))
        run = train_once({**point, "force": point["force"] and token}, line)
        objective = validation_error(run) if record.sweeper != "basic" else None
        return dataclasses.replace(note, folder=str(run.folder), objective=objective)
    except KeyboardInterrupt as error:
        # What submitit raises to end a job that it has queued again must reach submitit.
        if isinstance(error.__cause__, SystemExit) and "SUBMITIT_EXECUTOR" in os.environ:
            raise error.__cause__ from error
        raise
    except Exception as error:
        is_sentence = is_ours(error) or isinstance(error, RankError)
        say(str(error) if is_sentence else traceback.format_exc(), "red")
        return dataclasses.replace(note, error=f"{type(error).__name__}: {brief(error)}")


def brief(error: BaseException) -> str:
    r"""Return an error as one line: its first, and its last where there are several.

    Example:
        >>> brief(ValueError("rank 1 failed:\n  somewhere\nKeyError: 3"))
        'rank 1 failed: ... KeyError: 3'
    """
    lines = str(error).strip().splitlines() or [""]
    return lines[0] if len(lines) == 1 else f"{lines[0]} ... {lines[-1].strip()}"


def validation_error(run: RunDirectory) -> float:
    """Return the mean over targets of what the network is measured by on the validation rows.

    That is RMSE over scatter, of classes the logarithmic loss.

    Test rows are never looked at: a search chooses, and what is chosen on test rows cannot be tested on them.

    Raises:
        ValueError: where there are no validation rows, or the network gave no numbers on them.
    """
    scores = run.metrics().get(VAL)
    if not scores:
        raise ValueError(f"{run.folder} has no validation rows, on which a search chooses; raise split.val_fraction")
    errors = [samples["all"]["network"][measure(samples["all"]["network"])[0]] for samples in scores.values()]
    mean = sum(errors) / len(errors)
    if not math.isfinite(mean):
        raise ValueError(f"the error on the validation rows of {run.folder} is {mean}; the network gives no numbers")
    return mean
