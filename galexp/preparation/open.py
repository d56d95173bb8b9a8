"""Find the data that a configuration means, and say what it is."""

from __future__ import annotations

import pathlib
from typing import Any

from galexp.dataset.base import Dataset
from galexp.dataset.location import (
    AUTO,
    MOCK,
    SIMULATION,
    catalog_kind,
    dataset_options,
    find,
    is_made,
    made,
)
from galexp.dataset.tables import MAIN
from galexp.preparation.build import prepare
from galexp.shard.origin import Origin
from galexp.shard.read import PreparedData
from galexp.shard.write import file_sha256
from galexp.target import instantiate
from galexp.terminal import say


def announce(data: PreparedData) -> None:
    """Say which data is used, and loudly where it is a mock."""
    if data.origin is Origin.MOCK:
        say(
            f"MOCK DATA: the {' and the '.join(data.manifest.mock)} of {data.folder} are drawn, not observed",
            "bold yellow",
        )
    if data.origin is Origin.SIMULATION:
        say(f"SIMULATION: the galaxies of {data.folder} are simulated, not observed", "bold yellow")
    say(f"data: {data.folder}, {len(data):,} galaxies")


def open_data(settings: dict[str, Any]) -> PreparedData:
    """Open the most real data that has been prepared; where there is none, make a mock or a simulation on the spot.

    Raises:
        FileNotFoundError: where nothing fits and galexp cannot make it.
        ValueError: where it was prepared from another table than the one that is named, or is made by galexp and must
            not be.
    """
    path = find(settings)
    if path is not None:
        data = PreparedData(path)
        if data.origin is Origin.MOCK or data.manifest.catalog == SIMULATION:
            _check_mock(settings)
        if data.manifest.catalog not in (MOCK, SIMULATION):
            _check_table(settings, data)
        return data
    if not is_made(settings) or settings["choices"]["imaging"] not in (AUTO, made(settings)):
        raise FileNotFoundError(
            f"nothing is prepared for dataset={settings['choices']['dataset']} "
            f"imaging={settings['choices']['imaging']} below {settings['paths']['data']}/; run prepare first"
        )
    _check_mock(settings)
    return prepare(settings)


def _check_mock(settings: dict[str, Any]) -> None:
    if not settings["allow_mock"]:
        experiment = settings["choices"].get("experiment")
        asked = f"experiment={experiment}" if experiment else "allow_mock=false"
        raise ValueError(
            f"{asked} needs observed data and there is only a {made(settings)} below {settings['paths']['data']}/; "
            f"prepare dataset={settings['choices']['dataset']}, or set allow_mock=true"
        )


def _check_table(settings: dict[str, Any], data: PreparedData) -> None:
    """Refuse data that was prepared from other tables than those that are named, or by other decisions."""
    recipe = data.manifest.recipe
    for key, value in dataset_options(settings).items():
        prepared = recipe.get("options", {}).get(key, value)
        if prepared != value:
            raise ValueError(
                f"{data.folder} was prepared with dataset.{key}={prepared}, not {value}; run prepare with force=true, "
                "or keep both with paths.data=FOLDER"
            )
    if catalog_kind(settings) != "file" or not pathlib.Path(settings["dataset"]["catalog"]).exists():
        return
    dataset: Dataset = instantiate(settings["dataset"])
    hashes = {MAIN: recipe["catalog_sha256"], **recipe.get("tables_sha256", {})}
    for key, path in dataset.locate(settings["dataset"]["catalog"]).items():
        if path.is_file() and file_sha256(path) != hashes.get(key):
            raise ValueError(f"{data.folder} was prepared from another table than {path}; run prepare first")
