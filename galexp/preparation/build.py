"""Build the data of a configuration: from a mock, or from a survey's tables and images from wherever they are."""

from __future__ import annotations

import fcntl
import itertools
import pathlib
from typing import Any, Protocol

import numpy as np
from astropy.table import Table

from galexp import __version__
from galexp.config import instantiate
from galexp.dataset import location
from galexp.dataset.base import Dataset, Selection
from galexp.dataset.location import AUTO, MOCK, SURVEY, catalog_kind
from galexp.dataset.tables import MAIN, download_tables
from galexp.preparation.surroundings import fingerprints, with_surroundings
from galexp.run.provenance import versions
from galexp.shard.build import Build, Imaging, recover
from galexp.shard.manifest import FILE_NAME
from galexp.shard.read import PreparedData
from galexp.shard.write import file_sha256
from galexp.terminal import progress_bar, say


class ObservedImaging(Imaging, Protocol):
    """Imaging that has pixels for some rows of a catalog: from files, an archive or a service."""

    def available(self, catalog: Table) -> np.ndarray:
        """Tell which rows have an image, or may have one."""

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of what the images of these rows are a function of."""


def prepare(settings: dict[str, Any]) -> PreparedData:
    """Build the data of one configuration unless it is there already.

    Raises:
        ValueError: for input that cannot be used, or where other data stands in the place and force is not set.
        ServiceError: where a table of the survey cannot be downloaded.
    """
    dataset: Dataset = instantiate(settings["dataset"])
    kind = catalog_kind(settings)
    is_mock = kind in (AUTO, MOCK)
    path = (
        location.mock_folder(settings) if is_mock else location.folder(settings, kind, settings["choices"]["imaging"])
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        recover(path)
        build = _mock if is_mock else _observed
        build(settings, dataset, path)
    return PreparedData(path)


def _mock(settings: dict[str, Any], dataset: Dataset, path: pathlib.Path) -> None:
    if settings["choices"]["imaging"] not in (AUTO, MOCK):
        raise ValueError("a mock catalog has mock images only; give dataset.catalog=FILE|survey, or imaging=mock")
    recipe = location.mock_recipe(settings)
    if _is_there(path, recipe, settings["force"]):
        return
    options = settings["mock"]
    catalog = dataset.draw(options["objects"], options["seed"], options["stripping"])
    say(f"rendering {len(catalog):,} mock galaxies")
    counts = {"drawn": len(catalog)}
    imaging = instantiate(settings["imaging"])
    _build(settings, dataset, path, recipe, Selection(catalog, counts), imaging, mock=["catalog", "images"])


def _observed(settings: dict[str, Any], dataset: Dataset, path: pathlib.Path) -> None:
    if settings["choices"]["imaging"] in (AUTO, MOCK):
        raise ValueError(
            "a catalog of your own needs its images: give imaging=files imaging.root=FOLDER, imaging=zip "
            "imaging.path=FILE, or imaging=sdss to fetch them (mergers: imaging=hdf5)"
        )
    if catalog_kind(settings) == SURVEY:
        download_tables(dataset.tables, location.download_folder(settings), instantiate(settings["services"]))
    selection = dataset.read(location.table_root(settings))
    imaging: ObservedImaging = instantiate(settings["imaging"])
    has_image = np.asarray(imaging.available(selection.catalog))
    recipe = _recipe(settings, dataset, imaging, selection.catalog[has_image])
    if selection.ignored:
        say(f"columns that {dataset.name} does not know are left out: {', '.join(selection.ignored)}")
    if _is_there(path, recipe, settings["force"]):
        return
    selection = with_surroundings(settings, selection)
    counts = {**selection.counts, "with an image": int(np.sum(has_image))}
    selection = Selection(selection.catalog[has_image], counts)
    _build(settings, dataset, path, recipe, selection, imaging, mock=[])


def _recipe(settings: dict[str, Any], dataset: Dataset, imaging: ObservedImaging, catalog: Table) -> dict[str, Any]:
    """Return what the content of observed data is a function of."""
    files = dataset.locate(location.table_root(settings))
    hashes = {key: tables_sha256(path) for key, path in files.items()}
    return {
        "dataset": settings["choices"]["dataset"],
        "catalog_sha256": hashes.pop(MAIN),
        "tables_sha256": hashes,
        "columns": settings["dataset"]["columns"],
        "options": location.dataset_options(settings),
        "surroundings": fingerprints(settings),
        "pixel_scale": imaging.pixel_scale,
        "images_sha256": imaging.fingerprint(catalog),
        "version": __version__,
    }


def tables_sha256(path: pathlib.Path) -> str:
    """Return the hash of a table; of a folder of images that stands for one, nothing, since the images are hashed."""
    return file_sha256(path) if path.is_file() else ""


def _is_there(path: pathlib.Path, recipe: dict[str, Any], force: bool) -> bool:
    """Tell whether whole data of this recipe stands there; refuse where it is of another one, unless forced."""
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


def _build(
    settings: dict[str, Any],
    dataset: Dataset,
    path: pathlib.Path,
    recipe: dict[str, Any],
    selection: Selection,
    imaging: Imaging,
    mock: list[str],
) -> None:
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
        "published_counts": {} if mock else published_counts(dataset, selection.counts),
    }
    with progress_bar("images") as bar:
        task = bar.add_task(f"preparing {path.name}", total=len(catalog), note="")
        Build(path, recipe).run(catalog, imaging, manifest, lambda done: bar.update(task, completed=done))


def published_counts(dataset: Dataset, counts: dict[str, int]) -> dict[str, int]:
    """Return the published number of rows of each step that was taken, up to the first that could not be."""
    steps = itertools.takewhile(lambda step: "(not applied" not in step, counts)
    return {step: dataset.published[step] for step in steps if step in dataset.published}
