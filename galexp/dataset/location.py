"""Where prepared data lies, and which of it a configuration means."""

from __future__ import annotations

import copy
import pathlib
from typing import Any

from hydra.utils import get_class

from galexp import __version__
from galexp.config import UsageError
from galexp.nbody.frames import RENDERING
from galexp.nbody.snapshots import PHYSICS
from galexp.shard.manifest import FILE_NAME, read_manifest, recipe_hash
from galexp.shard.origin import Origin

MOCK, SIMULATION = str(Origin.MOCK), str(Origin.SIMULATION)
AUTO = "auto"
SURVEY = "survey"
_CATALOGS = (SURVEY, "file")
_IMAGES = ("sdss", "legacy", "hdf5", "zip", "files", "gray")


def catalog_kind(settings: dict[str, Any]) -> str:
    """Return ``auto``, ``mock``, ``simulation``, ``survey`` or, where a table was named, ``file``."""
    catalog = settings["dataset"]["catalog"]
    return catalog if catalog in (AUTO, MOCK, SIMULATION, SURVEY) else "file"


def made(settings: dict[str, Any]) -> str:
    """Return what galexp itself makes of a dataset where nothing of it is at hand, ``mock`` or ``simulation``."""
    return str(get_class(settings["dataset"]["_target_"]).made)


def is_made(settings: dict[str, Any]) -> bool:
    """Tell whether the catalog is one that galexp makes.

    Raises:
        UsageError: for a simulation of a dataset that is drawn, and the other way round.
    """
    kind, made_here = catalog_kind(settings), made(settings)
    if kind in {MOCK, SIMULATION} - {made_here}:
        name = settings["choices"]["dataset"]
        raise UsageError(f"dataset.catalog={kind} of {name}: galexp makes a {made_here} of it; give {made_here}")
    return kind in (AUTO, made_here)


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


def made_recipe(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what the content of a mock, or of a simulation, is a function of."""
    head = {"dataset": settings["choices"]["dataset"], "catalog": made(settings), "version": __version__}
    if made(settings) == SIMULATION:
        return {**head, "quality": settings["quality"], "physics": PHYSICS, "rendering": RENDERING}
    return {**head, "imaging": settings["imaging"], "mock": settings["mock"]}


def made_folder(settings: dict[str, Any]) -> pathlib.Path:
    """Return where a mock or a simulation lies: under its plain name unless one of another recipe lies there already.

    A simulation has its quality in the place of the imaging.
    """
    imaging = settings["choices"]["quality"] if made(settings) == SIMULATION else MOCK
    plain = folder(settings, made(settings), imaging)
    recipe = made_recipe(settings)
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
    of an imaging of the user's own come last before those rendered from its rows. Data that were prepared without
    labels, for prediction alone, are found only where their catalog or imaging is named, or no label is asked for.
    """
    wanted = (catalog_kind(settings), settings["choices"]["imaging"])
    found: list[tuple[int, int, pathlib.Path]] = []
    start = f"{settings['choices']['dataset']}-"
    for path in pathlib.Path(settings["paths"]["data"]).glob(f"{start}*/{FILE_NAME}"):
        catalog, _, imaging = path.parent.name.removeprefix(start).partition("-")
        fits = all(want in (AUTO, kind) for want, kind in zip(wanted, (catalog, imaging), strict=True))
        if fits and catalog in _CATALOGS and imaging and (wanted != (AUTO, AUTO) or _serves(settings, path.parent)):
            rank = _IMAGES.index(imaging) if imaging in _IMAGES else len(_IMAGES) + (imaging == MOCK)
            found.append((_CATALOGS.index(catalog), rank, path.parent))
    if found:
        return min(found)[2]
    made_here = made_folder(settings)
    is_wanted = all(want in (AUTO, made(settings)) for want in wanted)
    return made_here if is_wanted and (made_here / FILE_NAME).is_file() else None


def _serves(settings: dict[str, Any], path: pathlib.Path) -> bool:
    """Tell whether prepared data have labels, where any are asked for; what cannot be read is left to be refused."""
    try:
        return bool(read_manifest(path).targets) or not settings["dataset"]["targets"]
    except ValueError:
        return True


def origin(settings: dict[str, Any], path: pathlib.Path) -> Origin:
    """Return what prepared data are, or what they will be where galexp has yet to make them."""
    try:
        return read_manifest(path).kind
    except (FileNotFoundError, ValueError):
        return Origin(made(settings))


def settled(settings: dict[str, Any], data: pathlib.Path) -> dict[str, Any]:
    """Return settings that say which data was found where they said ``auto``, without what others are made from."""
    settings = copy.deepcopy(settings)
    catalog, _, imaging = data.name.removeprefix(f"{settings['choices']['dataset']}-").partition("-")
    settings["choices"]["imaging"] = catalog if catalog in (MOCK, SIMULATION) else imaging
    if settings["choices"]["imaging"] != MOCK:
        settings |= {"imaging": {}, "mock": {}}
    if catalog != SIMULATION and "quality" in settings:
        settings["quality"] = {}
    return settings
