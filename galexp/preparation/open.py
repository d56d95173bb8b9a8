"""Find the data that a configuration means, and say what it is."""

from __future__ import annotations

import pathlib
from typing import Any

from galexp.dataset.location import MOCK, catalog_kind, find
from galexp.preparation.build import prepare
from galexp.shard.read import PreparedData
from galexp.shard.write import file_sha256
from galexp.terminal import say


def announce(data: PreparedData) -> None:
    """Say which data is used, and loudly where it is a mock."""
    if data.is_mock:
        say(
            f"MOCK DATA: the {' and the '.join(data.manifest.mock)} of {data.folder} are drawn, not observed",
            "bold yellow",
        )
    say(f"data: {data.folder}, {len(data):,} galaxies")


def open_data(settings: dict[str, Any]) -> PreparedData:
    """Open the most real data that has been prepared; where there is none, make the mock on the spot.

    Raises:
        FileNotFoundError: where nothing fits and it cannot be a mock.
        ValueError: where it was prepared from another table than the one that is named, or is a mock and must not be.
    """
    path = find(settings)
    if path is not None:
        data = PreparedData(path)
        _check_table(settings, data)
        if data.is_mock:
            _check_mock(settings)
        return data
    if catalog_kind(settings) == "file" or settings["choices"]["imaging"] not in ("auto", MOCK):
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
            f"{asked} needs observed data and there is only a mock below {settings['paths']['data']}/; prepare "
            f"dataset={settings['choices']['dataset']}, or set allow_mock=true"
        )


def _check_table(settings: dict[str, Any], data: PreparedData) -> None:
    table = pathlib.Path(settings["dataset"]["catalog"])
    is_here = catalog_kind(settings) == "file" and table.is_file()
    if is_here and file_sha256(table) != data.manifest.recipe["catalog_sha256"]:
        raise ValueError(f"{data.folder} was prepared from another table than {table}; run prepare first")
