"""Train a network on one side of a split and test it on the other.

Usage: python -m galexp train [--multirun] [group=option ...] [key=value ...]

Opens the prepared data (or makes a mock on the spot), splits it, trains, and writes into
multirun/<study>/<dataset>-<split>-<model>-s<seed>-<hash>/ the predictions, metrics beside simple baselines, figures,
checkpoints and where all of it came from. A finished run is not run again (force=true starts anew);
a broken one goes on.

Keys:
  trainer.lr_find=true     look for a learning rate, draw the loss against it, and train nothing
  model.weights=RUN|FILE   start from a trained network; its head is made anew where it does not fit
  layers.frozen=N          layers, from the image on, that never train
  layers.rates=[0.1,1]     factors on optimizer.lr, from the image to the head

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
from galexp.job.rate import suggest_rate
from galexp.job.train import train_once
from galexp.run.name import study
from galexp.summary.table import show_run
from galexp.terminal import say


def main(command: Command) -> int:
    """Train one run, unless it is finished already, and print what came out."""
    settings = command.settings()
    swept = sweep_parameters(study(settings), command.config_dir)
    if swept:
        say(f"experiment={study(settings)} is a sweep over {', '.join(swept)}: add --multirun for all of it")
    if settings["trainer"]["lr_find"]:
        found = suggest_rate(settings)
        found_line = command.without("trainer.lr_find").with_word("optimizer.lr", f"{found.suggestion:.2g}").line
        say(f"to train with it: {found_line}")
        return 0
    show_run(train_once(settings, command.line), command)
    return 0
