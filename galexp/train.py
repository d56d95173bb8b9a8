"""Train a network on one side of a split and test it on the other.

Usage: python -m galexp train [--multirun] [group=option ...] [key=value ...]

Opens the prepared data (or makes a mock on the spot), splits it, trains, and writes into
multirun/<study>/<dataset>-<split>-<model>-s<seed>-<hash>/ the predictions, metrics beside simple baselines, figures,
checkpoints and where all of it came from. A finished run is not run again (force=true starts anew);
a broken one goes on.

Options:
  --multirun, -m   one run for every combination of comma-separated values, and a table over all of them

Examples:
  python -m galexp train dataset=xgass split=delta5_q80 model=xresnet34
  python -m galexp train dataset=xgass split=delta5_q80 model=xresnet34 experiment=demo
  python -m galexp train --multirun split=random,delta5_q80,delta5_q20 seed=0,1,2 experiment=demo
  python -m galexp train model=timm model.name=convnext_tiny trainer.max_epochs=20 optimizer=adamw
"""

from __future__ import annotations

from galexp.command import Command
from galexp.config import sweep_parameters
from galexp.job.train import train_once
from galexp.page.table import show_run
from galexp.run.name import study
from galexp.terminal import say


def main(command: Command) -> int:
    """Train one run, unless it is finished already, and print what came out."""
    settings = command.settings()
    swept = sweep_parameters(study(settings), command.config_dir)
    if swept:
        say(f"experiment={study(settings)} is a sweep over {', '.join(swept)}: add --multirun for all of it")
    show_run(train_once(settings))
    return 0
