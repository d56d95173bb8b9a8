"""Evaluate a trained run, on its own test rows or on any prepared data and split.

Usage: python -m galexp evaluate RUN [RUN ...] [group=option ...] [key=value ...]

RUN is the folder that train printed. Without further words its own held-out rows are predicted again. With dataset=,
imaging=, split= or environment= the same network meets other galaxies: all of them, or the test side of the split that
is named. Galaxies that the network learned from are never counted. Rows without a measured target are predicted and
not scored. Results go into RUN/evaluations/. Several runs of one task that meet the same galaxies also make an
ensemble: the mean of their predictions, and how far they differ.

Keys:
  evaluation.checkpoint=auto|best|last   auto is the best on validation, or the last where there is none
  evaluation.bootstrap=1000              draws behind the error of the RMSE
  transform=none                         without averaging over views

Examples:
  python -m galexp evaluate multirun/demo/xgass-delta5_q80-xresnet34-s0-0123abcd
  python -m galexp evaluate RUN evaluation.checkpoint=last
  python -m galexp evaluate RUN mock.seed=1
  python -m galexp evaluate RUN dataset=sdss_metallicity imaging=files
  python -m galexp evaluate multirun/wu2020_alfalfa/* dataset=xgass
"""

from __future__ import annotations

import pathlib

from galexp.command import Command
from galexp.job.evaluate import evaluate_run
from galexp.run.directory import RunDirectory
from galexp.summary.ensemble import show_together


def main(command: Command) -> int:
    """Evaluate every run that was named."""
    evaluations = [evaluate_run(RunDirectory(pathlib.Path(word)), command) for word in command.words]
    if len(evaluations) > 1:
        show_together(evaluations)
    return 0
