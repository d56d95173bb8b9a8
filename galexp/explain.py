"""Show what a trained network looks at: Grad-CAM, saliency and integrated gradients, with checks of their honesty.

Usage: python -m galexp explain RUN [RUN ...] [group=option ...] [key=value ...]

RUN is the folder that train printed. Of its held-out galaxies those of the lowest and highest prediction (of classes,
those that it is surest of) and the worst are shown beside their heat maps; with dataset=, imaging= or split= those of
other prepared data, as evaluate has it. Of a class a map shows what speaks for it, of a number what raises and what
lowers the prediction. Results go into RUN/explanations/: figures/, the maps as arrays in maps.npz, attribution.parquet,
the mean profile around the centers of galaxies in profile.parquet, and two checks: how the prediction changes when
pixels are removed in the order of a map (deletion.parquet), and what is left of the maps when the network's layers are
made random (cascade.parquet). The same command again replaces them.

Keys:
  explain.ids=[ID,...]            these galaxies, instead of the extremes and the worst
  explain.show=[extremes,worst]   which galaxies
  explain.count=3                 of each kind
  explain.targets=[NAME,...]      these classes or numbers; all of up to four, of more the two that vary most
  explain.methods=[grad_cam,saliency,integrated_gradients]   the first also makes figures of its own and the profile
  explain.layer=NAME              whose map Grad-CAM is made of; the last feature map
  explain.steps=24                of the path of integrated gradients
  explain.population=256          held-out galaxies, at random, behind the profile; 0 for none
  explain.checked=16              of these, behind the checks; 0 for none
  evaluation.checkpoint=auto|best|last
Of explain. what is not named is as the packaged configuration has it, whatever the run was trained with.

Examples:
  python -m galexp explain multirun/demo/xgass-delta5_q80-xresnet34-s0-0123abcd
  python -m galexp explain RUN explain.ids=[114010,122007] explain.layer=layer3
  python -m galexp explain RUN dataset=xgass explain.methods=[saliency]
"""

from __future__ import annotations

import pathlib

from galexp.command import Command
from galexp.job.explain import explain_run
from galexp.run.directory import RunDirectory
from galexp.terminal import say


def main(command: Command) -> int:
    """Explain every run that was named."""
    for word in command.words:
        folder = explain_run(RunDirectory(pathlib.Path(word)), command)
        say(f"explanation: {folder}")
    return 0
