"""Plan a sweep, run it, and say what came of it."""

from __future__ import annotations

import hashlib
import pathlib

from galexp import world
from galexp.command import Command
from galexp.config import UsageError
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin
from galexp.summary.search import Trial, measure, show_trials
from galexp.summary.sweep import show_sweep
from galexp.sweep.launch import LOST, hidden_folder, launch
from galexp.sweep.note import Note
from galexp.sweep.plan import Plan, make_plan
from galexp.sweep.record import begin, forget
from galexp.sweep.same import refuse_same_runs
from galexp.terminal import say


def main(command: Command) -> int:
    """Run one job per point; a failed job is listed, the others run, and the exit status tells."""
    if world.is_launched():
        raise UsageError("a sweep starts the processes of its jobs itself; type it without torchrun")
    plan = make_plan(command)
    refuse_same_runs(plan)
    swept = ", ".join(plan.values()) or "one point"
    jobs = f"{plan.count()} job{'s' * (plan.count() != 1)}"
    say(f"search over {swept}" if plan.is_search else f"sweep over {swept}: {jobs}")
    record = begin(plan)
    try:
        with hidden_folder(plan) as folder:
            notes, stopped = launch(plan, record, folder)
    except UsageError:
        forget(record)
        raise
    except KeyboardInterrupt:
        if plan.launcher == "submitit_slurm":
            say("jobs that SLURM has been given go on; scancel ends them")
        raise
    _show_finished(plan, notes)
    return int(_show_failed(plan, notes, stopped))


def _show_finished(plan: Plan, notes: list[Note]) -> None:
    finished = [note for note in notes if note.folder]
    if plan.is_search and finished:
        _show_search(plan, notes, finished)
        finished = [min(finished, key=lambda note: (note.objective, note.number))]
    if finished:
        show_sweep([RunDirectory(pathlib.Path(folder)) for folder in dict.fromkeys(note.folder for note in finished)])


def _show_search(plan: Plan, notes: list[Note], finished: list[Note]) -> None:
    metrics = RunDirectory(pathlib.Path(finished[0].folder)).metrics()
    _, heading = measure(next(iter(metrics["test"].values()))["all"]["network"])
    searched = list(plan.values())
    trials = [
        Trial(note.number, _values(note.words, searched), note.objective, note.folder, note.error) for note in notes
    ]
    fixed = "".join(sorted(str(word.input_line) for word in plan.overrides.values()))
    name = f"search-{hashlib.sha256(fixed.encode()).hexdigest()[:8]}.csv"
    show_trials(trials, pathlib.Path(finished[0].folder).parent / name, Origin(metrics["data"]), heading)
    say("the best of them on the held-out galaxies, which no trial was chosen by:")


def _values(words: list[str], keys: list[str]) -> dict[str, str]:
    return {key: value for key, _, value in (word.partition("=") for word in words) if key in keys}


def _show_failed(plan: Plan, notes: list[Note], stopped: str) -> bool:
    """List what failed, what was lost and what never began; tell whether there is any of it."""
    failed = [note for note in notes if not note.folder]
    for note in failed:
        log = f"; its log: {note.log}" if note.log else ""
        say(f"failed: {' '.join(note.words)}: {note.error or LOST}{log}", "bold red")
    left = max(plan.count() - len(notes), 0)
    if stopped:
        say(f"the launcher gave up: {stopped}", "bold red")
    if left:
        say(f"{left} of {plan.count()} jobs never began", "bold red")
    if stopped or left or not all(note.ended for note in notes):
        say("the same command goes on from what was finished")
    return bool(failed or stopped or left or not notes)
