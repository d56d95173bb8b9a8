"""Turn a catalog and its images into shards that training reads.

Usage: python -m galexp prepare [key=value ...]

Reads the survey's tables (or draws a mock, or simulates mergers), applies its cuts, finds or renders an image for each
row, and writes data/<dataset>-<catalog>-<imaging>/ with WebDataset shards, catalog.parquet, manifest.json and a contact
sheet, preview.png. Typed again it does
nothing; after an interruption it goes on; what was prepared before stays until the new data is whole. Where a
publication gives the number of rows of a step and ours differs, both are shown.

Keys:
  dataset.catalog=FILE|FOLDER|survey|mock   a CSV, FITS, VOTable, ECSV or Parquet table; a folder with the survey's
                              tables under their published names; downloaded (kept in data/.downloads); or drawn
  dataset=mergers quality=tiny|demo|good    mergers simulated here (each is kept in data/.simulations)
  export=FILE.hdf5            of simulated mergers: their frames in DeepGalaxy's own layout, too
  dataset.tables.NAME=FILE    a further table of a survey that has several
  tracers=file tracers.path=FILE   galaxies among which overdensities are measured; tracers=nsa downloads them
  imaging=files imaging.root=FOLDER   images named {id}.jpg, {id}.png or {id}.fits (imaging=gray: in one band)
  imaging=zip imaging.path=FILE       the same in a zip, which stays packed
  imaging=hdf5                        frames of the HDF5 file that dataset=mergers is read from
  imaging=sdss|legacy                 cutouts at ra and dec, fetched once and kept in data/.downloads
  imaging=mock                rendered: from a drawn catalog, or from the rows of a real one, which is a mock, too
  imaging.retry_failed=true           ask again for cutouts that could not be had
  dataset.columns.NAME=COLUMN   where your table names a column otherwise (id, metallicity, ...)
  verify=true   hash every shard and image again instead
  force=true    replace data that was prepared from other input

Examples:
  python -m galexp prepare dataset=xgass size=demo
  python -m galexp prepare dataset=sdss_metallicity dataset.catalog=table.csv imaging=files imaging.root=images
  python -m galexp prepare dataset=alfalfa dataset.catalog=tables dataset.stellar_mass=durbala2020 imaging=sdss
  python -m galexp prepare dataset=xgass dataset.catalog=xGASS_representative_sample.fits imaging=mock
  python -m galexp prepare dataset=mergers quality=demo
  python -m galexp prepare dataset=sdss_metallicity imaging=files verify=true
"""

from __future__ import annotations

from typing import Any

from galexp.command import Command
from galexp.dataset.location import find
from galexp.preparation.build import prepare
from galexp.preparation.made import check_export, export
from galexp.preparation.open import announce
from galexp.preparation.preview import PREVIEW
from galexp.shard.read import PreparedData
from galexp.terminal import say


def main(command: Command) -> int:
    """Prepare, or verify, the data of one configuration."""
    settings = command.settings()
    if settings["verify"]:
        return verify(settings)
    check_export(settings)
    data = prepare(settings)
    skipped = [step for step in data.manifest.counts if "(not applied" in step]
    for step, count in data.manifest.counts.items():
        if step not in skipped:
            published = data.manifest.published_counts.get(step, count)
            differs = f"  (published: {published:,})" if published != count else ""
            say(f"{count:>10,}  {step}{differs}", "yellow" if differs else None)
    if skipped:
        say(f"{len(skipped)} cuts were not applied, since the table lacks their columns:")
        say(f"  {'; '.join(step.split(' (not')[0] for step in skipped)}")
    announce(data)
    say(f"look at {data.folder / PREVIEW}")
    if settings["export"]:
        export(settings)
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
