"""Measure how fast galexp is on this machine, beside what the same machine does without it.

Usage: python -m galexp benchmark [what=loader|step|augment|startup|environment|render|mergers|search] [key=value ...]

Without what= it measures all of them, which takes about eight minutes on two cores. It reads the data that a training
would (a mock where nothing is prepared, and says so), and writes into multirun/benchmark/ a table and a text with the
machine. What is compared is measured in turns, and given as median, lowest and highest; a busy machine widens them.

Keys:
  what.repeats=N     how often each quantity is measured
  what.strict=true   exit with status 1 where a demand is missed

Examples:
  python -m galexp benchmark
  python -m galexp benchmark what=step model=xresnet34 size=paper
  python -m galexp benchmark what=environment what.tracers=[1000000]
"""

from __future__ import annotations

import pathlib

from galexp.command import Command
from galexp.target import instantiate
from galexp.terminal import say
from galexp.timing.base import Benchmark, Request
from galexp.timing.machine import Machine, describe_machine
from galexp.timing.report import Report, number


def main(command: Command) -> int:
    """Run the benchmarks that are asked for, one after the other, and tell which demands are missed."""
    asked = [_understand(command, what) for what in command.benchmarks]
    machine = describe_machine()
    if machine.load > machine.cores / 4:
        say(f"this machine is busy with something else (load {machine.load}): what follows will scatter", "bold yellow")
    failed = [_run(what, benchmark, request, machine) and benchmark.strict for what, benchmark, request in asked]
    return 1 if any(failed) else 0


def _understand(command: Command, what: str) -> tuple[str, Benchmark, Request]:
    """Compose the configuration of one benchmark: its own recipe first, then the words of the user."""
    benchmark: Benchmark = instantiate(command.settings(f"what={what}")["what"])
    settings = command.settings(f"what={what}", *benchmark.recipe)
    own = [] if command.config_dir is None else ["--config-dir", str(command.config_dir)]
    words = [word for word in command.overrides if word.lstrip("+~").split("=")[0].split(".")[0] != "what"]
    return what, benchmark, Request(settings, [*own, *benchmark.recipe, *words])


def _run(what: str, benchmark: Benchmark, request: Request, machine: Machine) -> bool:
    """Measure, show and write; tell whether a demand is missed."""
    say(f"benchmark {what}", "bold")
    report = Report(what, benchmark.measure(request), machine)
    say(report.shown())
    for note in report.measurement.notes:
        say(note)
    for path in report.write(pathlib.Path(request.settings["paths"]["runs"]) / "benchmark"):
        say(f"  {path}")
    missed = report.measurement.missed
    for row in missed:
        found = f"{number(row.median)} {row.unit}".rstrip()
        say(f"missed: {row.name} is {found}, demanded is {row.demand}", "bold red")
    return bool(missed)
