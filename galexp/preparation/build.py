"""Build the data of a configuration: from a mock, or from a table and a folder of images."""

from __future__ import annotations

import fcntl
import pathlib
from typing import Any

import numpy as np

from galexp import __version__
from galexp.config import instantiate
from galexp.dataset.base import Dataset, Selection
from galexp.dataset.location import MOCK, catalog_kind, folder, mock_folder, mock_recipe
from galexp.run.provenance import versions
from galexp.shard.build import Build, recover
from galexp.shard.manifest import FILE_NAME
from galexp.shard.read import PreparedData
from galexp.shard.write import file_sha256
from galexp.terminal import progress_bar, say


def prepare(settings: dict[str, Any]) -> PreparedData:
    """Build the data of one configuration unless it is there already.

    Raises:
        ValueError: for input that cannot be used, or where other data stands in the place and force is not set.
    """
    dataset: Dataset = instantiate(settings["dataset"])
    is_mock = catalog_kind(settings) != "file"
    path = mock_folder(settings) if is_mock else folder(settings, "file", settings["choices"]["imaging"])
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        recover(path)
        build = _mock if is_mock else _from_files
        build(settings, dataset, path)
    return PreparedData(path)


def _mock(settings: dict[str, Any], dataset: Dataset, path: pathlib.Path) -> None:
    if settings["choices"]["imaging"] not in ("auto", MOCK):
        raise ValueError("a mock catalog has no images in files; give dataset.catalog=FILE, or imaging=mock")
    recipe = mock_recipe(settings)
    if _is_there(path, recipe, settings["force"]):
        return
    options = settings["mock"]
    catalog = dataset.draw(options["objects"], options["seed"], options["stripping"])
    say(f"rendering {len(catalog):,} mock galaxies")
    counts = {"drawn": len(catalog)}
    _build(settings, dataset, path, recipe, Selection(catalog, counts), mock=["catalog", "images"])


def _from_files(settings: dict[str, Any], dataset: Dataset, path: pathlib.Path) -> None:
    if settings["choices"]["imaging"] in ("auto", MOCK):
        raise ValueError("a catalog of your own needs its images: give imaging=files imaging.root=FOLDER")
    selection = dataset.read(settings["dataset"]["catalog"])
    imaging = instantiate(settings["imaging"])
    has_image = imaging.available(selection.catalog)
    counts = {**selection.counts, "with an image": int(np.sum(has_image))}
    recipe = {
        "dataset": settings["choices"]["dataset"],
        "catalog_sha256": file_sha256(pathlib.Path(settings["dataset"]["catalog"])),
        "columns": settings["dataset"]["columns"],
        "pixel_scale": imaging.pixel_scale,
        "images_sha256": imaging.fingerprint(selection.catalog[has_image]),
        "version": __version__,
    }
    if selection.ignored:
        say(f"columns that {dataset.name} does not know are left out: {', '.join(selection.ignored)}")
    if not _is_there(path, recipe, settings["force"]):
        _build(settings, dataset, path, recipe, Selection(selection.catalog[has_image], counts), mock=[])


def _is_there(path: pathlib.Path, recipe: dict[str, Any], force: bool) -> bool:
    """Tell whether whole data of this recipe stands there; refuse where it is of another one, unless forced."""
    if not (path / FILE_NAME).is_file():
        return False
    try:
        old = PreparedData(path).manifest.recipe
    except (ValueError, OSError) as error:
        say(f"{error}: preparing it again")
        return False
    differs = [key for key in recipe if recipe[key] != old.get(key)]
    if differs and not force:
        changes = ", ".join(f"{key}: {old.get(key)} -> {recipe[key]}" for key in differs)
        raise ValueError(
            f"{path} was prepared from other input ({changes}); "
            "force=true replaces it, paths.data=FOLDER puts the new data elsewhere"
        )
    return not differs


def _build(
    settings: dict[str, Any],
    dataset: Dataset,
    path: pathlib.Path,
    recipe: dict[str, Any],
    selection: Selection,
    mock: list[str],
) -> None:
    imaging = instantiate(settings["imaging"])
    catalog = selection.catalog
    manifest = {
        "dataset": settings["choices"]["dataset"],
        "catalog": settings["dataset"]["catalog"] if not mock else MOCK,
        "imaging": imaging.name,
        "mock": mock,
        "drawn_columns": [name for name in catalog.colnames if name != "id"] if "catalog" in mock else [],
        "counts": selection.counts,
        "targets": {target: str(catalog[target].unit or "") for target in dataset.targets},
        "pixel_scale": imaging.pixel_scale,
        "bands": list(imaging.bands) if imaging.bands else None,
        "versions": versions(),
        "sources": catalog.meta.get("sources", {}),
    }
    with progress_bar("images") as bar:
        task = bar.add_task(f"preparing {path.name}", total=len(catalog), note="")
        Build(path, recipe).run(catalog, imaging, manifest, lambda done: bar.update(task, completed=done))
