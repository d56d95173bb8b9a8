"""A survey's tables, and images of their rows from wherever they are: observed, or rendered from the rows."""

from __future__ import annotations

import pathlib
from typing import Any, Protocol

import numpy as np
from astropy.table import Table

from galexp import __version__
from galexp.config import Settings
from galexp.dataset import location
from galexp.dataset.base import Dataset, Selection
from galexp.dataset.location import AUTO, MOCK, SURVEY, catalog_kind
from galexp.dataset.tables import MAIN, download_tables
from galexp.mock.imaging import MockImaging
from galexp.mock.seen import with_appearance
from galexp.preparation.surroundings import fingerprints, with_surroundings
from galexp.preparation.write import is_there, published_counts, write
from galexp.shard.build import Imaging
from galexp.shard.origin import Origin
from galexp.shard.write import file_sha256
from galexp.target import instantiate
from galexp.terminal import say


class ObservedImaging(Imaging, Protocol):
    """Imaging that has pixels for some rows of a catalog: from files, an archive or a service."""

    def available(self, catalog: Table) -> np.ndarray:
        """Tell which rows have an image, or may have one."""

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of what the images of these rows are a function of."""


def observe(settings: Settings, dataset: Dataset, path: pathlib.Path) -> None:
    """Read, or download, a survey's tables, find or render an image for each row, and write both.

    Raises:
        ValueError: for tables that cannot be used, or where other data stands in the place and force is not set.
        ServiceError: where a table of the survey cannot be downloaded.
    """
    if settings["choices"]["imaging"] == AUTO:
        raise ValueError(
            "a catalog of your own needs its images: give imaging=files imaging.root=FOLDER, imaging=zip "
            "imaging.path=FILE, or imaging=sdss to fetch them (mergers: imaging=hdf5); imaging=mock renders them from "
            "the rows, which is a mock"
        )
    if catalog_kind(settings) == SURVEY:
        download_tables(dataset.tables, location.download_folder(settings), instantiate(settings["services"]))
    selection = dataset.read(location.table_root(settings))
    if selection.ignored:
        say(f"columns that {dataset.name} does not know are left out: {', '.join(selection.ignored)}")
    build = _rendered if settings["choices"]["imaging"] == MOCK else _photographed
    build(settings, dataset, path, selection)


def _photographed(settings: Settings, dataset: Dataset, path: pathlib.Path, selection: Selection) -> None:
    imaging: ObservedImaging = instantiate(settings["imaging"])
    has_image = np.asarray(imaging.available(selection.catalog))
    pixels = imaging.fingerprint(selection.catalog[has_image])
    recipe = {**_recipe(settings, dataset), "pixel_scale": imaging.pixel_scale, "images_sha256": pixels}
    if is_there(path, recipe, settings["force"]):
        return
    selection = with_surroundings(settings, selection)
    counts = {**selection.counts, "with an image": int(np.sum(has_image))}
    selection = Selection(selection.catalog[has_image], counts, origin=selection.origin)
    write(settings, dataset, path, recipe, selection, imaging, **_source(settings, dataset, selection))


def _rendered(settings: Settings, dataset: Dataset, path: pathlib.Path, selection: Selection) -> None:
    """Render every row from what its catalog says of it, and draw what it does not say."""
    pixels = {"imaging": settings["imaging"], "mock_seed": settings["mock"]["seed"], "targets": dataset.targets}
    recipe = {**_recipe(settings, dataset), **pixels}
    if is_there(path, recipe, settings["force"]):
        return
    catalog, drawn = with_appearance(selection.catalog, settings["mock"]["seed"], dataset.targets)
    selection = with_surroundings(
        settings, Selection(catalog, selection.counts, parent=selection.parent, origin=Origin.MOCK)
    )
    say(f"rendering {len(catalog):,} galaxies of {dataset.name} from their catalog; nobody has seen these pixels")
    columns = [name for name, count in drawn.items() if count]
    imaging: MockImaging = instantiate(settings["imaging"])
    facts: dict[str, Any] = {"mock": ["images"], "drawn_columns": columns, "drawn_counts": drawn}
    facts |= _source(settings, dataset, selection)
    write(settings, dataset, path, recipe, selection, imaging, **facts)


def _source(settings: Settings, dataset: Dataset, selection: Selection) -> dict[str, Any]:
    """Return what the manifest says of a survey's tables."""
    counts = published_counts(dataset, selection.counts)
    return {"catalog": settings["dataset"]["catalog"], "published_counts": counts}


def _recipe(settings: Settings, dataset: Dataset) -> dict[str, Any]:
    """Return what the rows of observed data are a function of."""
    files = dataset.locate(location.table_root(settings))
    hashes = {key: tables_sha256(path) for key, path in files.items()}
    return {
        "dataset": settings["choices"]["dataset"],
        "catalog_sha256": hashes.pop(MAIN),
        "tables_sha256": hashes,
        "columns": settings["dataset"]["columns"],
        "options": location.dataset_options(settings),
        "surroundings": fingerprints(settings),
        "version": __version__,
    }


def tables_sha256(path: pathlib.Path) -> str:
    """Return the hash of a table; of a folder of images that stands for one, nothing, since the images are hashed."""
    return file_sha256(path) if path.is_file() else ""
