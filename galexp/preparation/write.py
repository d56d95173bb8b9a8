"""Write a selection and its images as prepared data, unless that is what stands there already."""

from __future__ import annotations

import itertools
import pathlib
from collections.abc import Sequence
from typing import Any

from galexp.config import Settings
from galexp.dataset.base import Dataset, Selection
from galexp.run.provenance import versions
from galexp.shard.build import Build, Imaging
from galexp.shard.manifest import FILE_NAME
from galexp.shard.read import PreparedData
from galexp.terminal import progress_bar, say


def is_there(path: pathlib.Path, recipe: dict[str, Any], force: bool) -> bool:
    """Tell whether whole data of this recipe stands there; refuse where it is of another one, unless forced.

    Raises:
        ValueError: naming what differs.
    """
    if not (path / FILE_NAME).is_file():
        return False
    try:
        old = PreparedData(path).manifest.recipe
    except (ValueError, OSError) as error:
        say(f"{error}: preparing it again")
        return False
    differs = [key for key in recipe if (recipe[key] or None) != (old.get(key) or None)]
    if differs and not force:
        changes = ", ".join(f"{key}: {old.get(key)} -> {recipe[key]}" for key in differs)
        raise ValueError(
            f"{path} was prepared from other input ({changes}); "
            "force=true replaces it, paths.data=FOLDER puts the new data elsewhere"
        )
    return not differs


def write(
    settings: Settings,
    dataset: Dataset,
    path: pathlib.Path,
    recipe: dict[str, Any],
    selection: Selection,
    imaging: Imaging,
    **facts: Any,
) -> None:
    """Write shards, catalog and manifest, with a progress bar.

    Args:
        settings: Of the preparation.
        dataset: The survey.
        path: Where the finished data go.
        recipe: What the content is a function of.
        selection: The rows.
        imaging: Their images.
        **facts: Further fields of the manifest: ``catalog`` and, of what was drawn, ``mock`` and ``drawn_columns``.

    Raises:
        ValueError: where no image at all could be had.
        OSError: where the disk is full; finished shards are kept.
    """
    catalog = selection.catalog
    manifest = {
        "dataset": settings["choices"]["dataset"],
        "imaging": imaging.name,
        "mock": [],
        "drawn_columns": [],
        "counts": selection.counts,
        "targets": {target: str(catalog[target].unit or "") for target in dataset.targets},
        "pixel_scale": imaging.pixel_scale,
        "bands": list(imaging.bands) if imaging.bands else None,
        "versions": versions(),
        "sources": catalog.meta.get("sources", {}),
        "origin": str(selection.origin),
        **facts,
    }
    with progress_bar("images") as bar:
        task = bar.add_task(f"preparing {path.name}", total=len(catalog), note="")
        Build(path, recipe).run(catalog, imaging, manifest, lambda done: bar.update(task, completed=done))


def published_counts(dataset: Dataset, counts: dict[str, int]) -> dict[str, int]:
    """Return the published number of rows of each step that was taken, up to the first that could not be."""
    steps = itertools.takewhile(lambda step: "(not applied" not in step, counts)
    return {step: dataset.published[step] for step in steps if step in dataset.published}


def all_but_identifiers(names: Sequence[str]) -> list[str]:
    """Return the columns that say something of an object, those of a catalog without its identifiers."""
    return [name for name in names if name != "id"]
