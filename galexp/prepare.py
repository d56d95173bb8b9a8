"""Turn a catalog and its images into shards that training reads.

Usage: python -m galexp prepare [key=value ...]

Reads the survey's table (or draws a mock), applies its cuts, finds or renders an image for each row, and writes
data/<dataset>-<catalog>-<imaging>/ with WebDataset shards, catalog.parquet and manifest.json. Typed again it does
nothing; after an interruption it goes on; what was prepared before stays until the new data is whole.

Keys:
  dataset.catalog=FILE|mock   a CSV, FITS, VOTable, ECSV or Parquet table, or a drawn one
  imaging=files imaging.root=FOLDER   images named {id}.jpg, {id}.png or {id}.fits
  dataset.columns.NAME=COLUMN   where your table names a column otherwise (id, metallicity, ...)
  verify=true   hash every shard and image again instead
  force=true    replace data that was prepared from other input

Examples:
  python -m galexp prepare dataset=xgass size=demo
  python -m galexp prepare dataset=sdss_metallicity dataset.catalog=table.csv imaging=files imaging.root=images
  python -m galexp prepare dataset=sdss_metallicity imaging=files verify=true
"""

from __future__ import annotations

from typing import Any

from galexp.command import Command
from galexp.dataset.location import find
from galexp.preparation.build import prepare
from galexp.preparation.open import announce
from galexp.shard.read import PreparedData
from galexp.terminal import say


def main(command: Command) -> int:
    """Prepare, or verify, the data of one configuration."""
    settings = command.settings()
    if settings["verify"]:
        return verify(settings)
    data = prepare(settings)
    skipped = [step for step in data.manifest.counts if "(not applied" in step]
    for step, count in data.manifest.counts.items():
        if step not in skipped:
            say(f"{count:>10,}  {step}")
    if skipped:
        say(f"{len(skipped)} cuts were not applied, since the table lacks their columns:")
        say(f"  {'; '.join(step.split(' (not')[0] for step in skipped)}")
    announce(data)
    return 0


def verify(settings: dict[str, Any]) -> int:
    """Hash shards and images again and say what differs."""
    path = find(settings)
    if path is None:
        raise FileNotFoundError(f"nothing is prepared for {settings['choices']['dataset']}; run prepare without verify")
    data = PreparedData(path)
    problems = data.problems()
    for problem in problems:
        say(problem)
    if not problems:
        say(f"{path}: {len(data.manifest.shards)} shards and {len(data):,} images are what was written")
    return 1 if problems else 0
