"""Time what a user waits for after typing a command: the help, and the first step of a training."""

from __future__ import annotations

import dataclasses
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from galexp.terminal import say
from galexp.timing.base import Benchmark, Measurement, Request
from galexp.timing.data import opened
from galexp.timing.measure import Row, at_most, seconds
from galexp.timing.probe import PARTS

NOTES = (
    "Each is a new process, from its start to its end, or to the end of its first training step; the data were "
    "prepared before. The first one of each kind may find less in the system's page cache, as what ran before left it.",
    "Imports: until all modules are loaded and the settings composed. Opening: find, open, split. Decoding: all images "
    "into the cache. Network and trainer: until training begins.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Startup(Benchmark):
    """Start new processes of galexp.

    Args:
        most_help_seconds: What the help is demanded to take at most [s].
        most_train_seconds: Likewise a training, until its first step is done [s].
    """

    most_help_seconds: float
    most_train_seconds: float

    def measure(self, request: Request) -> Measurement:
        """Measure both in turns."""
        data = opened(request.settings)
        helps: list[float] = []
        trainings: list[list[float]] = []
        for turn in range(1 + self.warm_up + self.repeats):
            say(f"start {turn + 1} of {1 + self.warm_up + self.repeats}")
            helps.append(seconds(lambda: _galexp(["--help"])))
            trainings.append(first_step(request.words))
        return Measurement(self._rows(helps, trainings), NOTES, data.origin)

    def _rows(self, helps: list[float], trainings: list[list[float]]) -> list[Row]:
        """Lay out the first of each kind, then those after the warm-up, with the parts of a training [s]."""
        before, counted = 1 + self.warm_up, trainings[1 + self.warm_up :]
        train = "train, to its first step"
        rows = [
            Row("--help, first", "s", helps[:1]),
            Row("--help", "s", helps[before:], before, at_most(self.most_help_seconds)),
            Row(f"{train}, first", "s", [sum(trainings[0])]),
            Row(train, "s", [sum(parts) for parts in counted], before, at_most(self.most_train_seconds)),
        ]
        return rows + [Row(f"  {part}", "s", [times[i] for times in counted], before) for i, part in enumerate(PARTS)]


def first_step(words: Sequence[str]) -> list[float]:
    """Start a training in a new process, end it at its first step, and return how long each part took [s].

    Args:
        words: Of its command line.

    Raises:
        ValueError: where it ended before.
    """
    with tempfile.TemporaryDirectory() as folder:
        noted = pathlib.Path(folder) / "noted.json"
        probe = [
            "datamodule._target_=galexp.timing.probe.decoded",
            "+callback.first_step._target_=galexp.timing.probe.FirstStep",
            f"+callback.first_step.path='{noted}'",
            f"paths.runs='{folder}/runs'",
        ]
        started = time.time()
        _galexp(["train", *words, *probe])
        if not noted.is_file():
            raise ValueError("the training ended before its first step; type the same words after train to see why")
        moments = [started, *(json.loads(noted.read_text())[part] for part in PARTS)]
    return [after - before for before, after in itertools.pairwise(moments)]


def _galexp(words: Sequence[str]) -> None:
    """Run a command in a process of its own.

    Raises:
        ValueError: with the last line that it wrote, where it failed.
    """
    done = subprocess.run([sys.executable, "-m", "galexp", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.splitlines() or ["nothing"])[-1].removeprefix("galexp: ")
        raise ValueError(f"galexp {words[0]} ended with status {done.returncode}: {said}")
