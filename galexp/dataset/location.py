"""Where prepared data lies, and which of it a configuration means."""

from __future__ import annotations

import copy
import pathlib
from typing import Any

from galexp import __version__
from galexp.shard.manifest import FILE_NAME, read_manifest, recipe_hash

MOCK = "mock"
AUTO = "auto"
SURVEY = "survey"
_CATALOGS = (SURVEY, "file")
_IMAGES = ("sdss", "legacy", "hdf5", "zip", "files", "gray")


def catalog_kind(settings: dict[str, Any]) -> str:
    """Return ``auto``, ``mock``, ``survey`` or, where a table was named, ``file``."""
    catalog = settings["dataset"]["catalog"]
    return catalog if catalog in (AUTO, MOCK, SURVEY) else "file"


def download_folder(settings: dict[str, Any]) -> pathlib.Path:
    """Return where the tables of a survey are downloaded to, ``<data>/.downloads/<dataset>``."""
    return pathlib.Path(settings["paths"]["data"]) / ".downloads" / settings["choices"]["dataset"]


def table_root(settings: dict[str, Any]) -> pathlib.Path:
    """Return the table that the configuration names, or the folder of several; for a survey that of its downloads."""
    if catalog_kind(settings) == SURVEY:
        return download_folder(settings)
    return pathlib.Path(settings["dataset"]["catalog"])


def dataset_options(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the decisions of a dataset on which its rows depend, beyond its tables, targets and names of columns."""
    elsewhere = ("_target_", "catalog", "tables", "targets", "columns")
    return {key: value for key, value in settings["dataset"].items() if key not in elsewhere}


def folder(settings: dict[str, Any], catalog: str, imaging: str) -> pathlib.Path:
    """Return ``<data>/<dataset>-<catalog>-<imaging>``; a mock that is not of the paper's size ends in its size."""
    name = f"{settings['choices']['dataset']}-{catalog}-{imaging}"
    size = settings["choices"]["size"]
    if catalog == MOCK and size != "paper":
        name = f"{name}-{size}"
    return pathlib.Path(settings["paths"]["data"]) / name


def mock_recipe(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what the content of a mock is a function of."""
    dataset = settings["choices"]["dataset"]
    return {"dataset": dataset, "catalog": MOCK, "imaging": MOCK, "mock": settings["mock"], "version": __version__}


def mock_folder(settings: dict[str, Any]) -> pathlib.Path:
    """Return where a mock lies: under its plain name unless a mock of another recipe lies there already."""
    plain = folder(settings, MOCK, MOCK)
    recipe = mock_recipe(settings)
    if not (plain / FILE_NAME).is_file() or _recipe(plain) in (recipe, None):
        return plain
    return plain.with_name(f"{plain.name}-{recipe_hash(recipe)}")


def _recipe(path: pathlib.Path) -> dict[str, Any] | None:
    """Return what a prepared dataset was made from, None where its manifest cannot be read."""
    try:
        return read_manifest(path).recipe
    except ValueError:
        return None


def find(settings: dict[str, Any]) -> pathlib.Path | None:
    """Return the most real prepared data that fits the configuration, None where there is none.

    A survey's catalog comes before a table of the user's, and that before a mock; likewise for images, of which those
    of an imaging of the user's own come last before a mock's.
    """
    wanted = (catalog_kind(settings), settings["choices"]["imaging"])
    found: list[tuple[int, int, pathlib.Path]] = []
    start = f"{settings['choices']['dataset']}-"
    for path in pathlib.Path(settings["paths"]["data"]).glob(f"{start}*/{FILE_NAME}"):
        catalog, _, imaging = path.parent.name.removeprefix(start).partition("-")
        fits = all(want in (AUTO, kind) for want, kind in zip(wanted, (catalog, imaging), strict=True))
        if fits and catalog in _CATALOGS and imaging:
            rank = _IMAGES.index(imaging) if imaging in _IMAGES else len(_IMAGES)
            found.append((_CATALOGS.index(catalog), rank, path.parent))
    if found:
        return min(found)[2]
    mock = mock_folder(settings)
    is_wanted = all(want in (AUTO, MOCK) for want in wanted)
    return mock if is_wanted and (mock / FILE_NAME).is_file() else None


def settled(settings: dict[str, Any], data: pathlib.Path) -> dict[str, Any]:
    """Return settings that say which data was found where they said ``auto``, without a mock's where it is none."""
    settings = copy.deepcopy(settings)
    catalog, _, imaging = data.name.removeprefix(f"{settings['choices']['dataset']}-").partition("-")
    settings["choices"]["imaging"] = MOCK if catalog == MOCK else imaging
    if catalog != MOCK:
        settings |= {"imaging": {}, "mock": {}}
    return settings
