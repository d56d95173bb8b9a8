"""Find the data that a configuration means, and say what it is."""

from __future__ import annotations

from typing import Any

from galexp.dataset.location import MOCK, catalog_kind, find
from galexp.preparation.build import prepare
from galexp.shard.read import PreparedData
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
    """
    path = find(settings)
    if path is not None:
        return PreparedData(path)
    if catalog_kind(settings) == "file" or settings["choices"]["imaging"] not in ("auto", MOCK):
        raise FileNotFoundError(
            f"nothing is prepared for dataset={settings['choices']['dataset']} "
            f"imaging={settings['choices']['imaging']} below {settings['paths']['data']}/; run prepare first"
        )
    return prepare(settings)
