"""Show what can be chosen in each group, and what is prepared on this disk.

Usage: python -m galexp list [GROUP ...] [--markdown] [key=value ...]

Of the group model it also shows how large each network is, and what an image more in the batch costs in training. With
--markdown this table alone is written as Markdown.

Examples:
  python -m galexp list
  python -m galexp list split
  python -m galexp list model dataset=gz2
  python -m galexp list model model=timm model.name=convnext_tiny datamodule.image_size=224
"""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

from galexp.command import Command
from galexp.config import UsageError, choices, nearest
from galexp.shard.manifest import FILE_NAME, read_manifest
from galexp.shard.origin import Origin
from galexp.terminal import say

if TYPE_CHECKING:
    from galexp.summary.models import ModelTable

_SHOWN = {Origin.OBSERVED: "observed", Origin.SIMULATION: "SIMULATION"}


def main(command: Command) -> int:
    """List groups, all or those named, and prepared data."""
    words = command.words
    groups = choices([command.config_dir] if command.config_dir else [])
    for word in words:
        if word not in groups:
            raise UsageError(f"unknown group {word!r}; {nearest(word, groups)}")
    if command.markdown:
        say(_models(command).markdown())
        return 0
    for group in words or sorted(groups):
        say(group, "bold")
        for option, description in groups[group].items():
            say(f"  {group}={option:<20} {description}")
    if "model" in words:
        _models(command).show()
    if not words:
        _list_prepared(pathlib.Path(command.settings()["paths"]["data"]))
    return 0


def _models(command: Command) -> ModelTable:
    """Measure the models; torch and timm, which nothing else here needs, are imported for it alone."""
    from galexp.summary.models import model_table

    return model_table(command)


def _list_prepared(data: pathlib.Path) -> None:
    say(f"prepared in {data}/", "bold")
    found = sorted(data.glob(f"*-*/{FILE_NAME}"))
    for path in found:
        try:
            manifest = read_manifest(path.parent)
        except ValueError as error:
            say(f"  {path.parent.name:<36} {error}")
            continue
        kind = "MOCK " + " and ".join(manifest.mock) if manifest.mock else _SHOWN[manifest.kind]
        shapes = ", ".join(manifest.image_shapes)
        say(f"  {path.parent.name:<36} {manifest.counts['written']:>7,} galaxies  {shapes}  {kind}")
    if not found:
        say("  nothing yet: python -m galexp prepare, or train, which makes a mock on the spot")
