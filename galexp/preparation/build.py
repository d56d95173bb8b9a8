"""Build the data of a configuration: from a survey's tables and images, or from what galexp makes itself."""

from __future__ import annotations

import fcntl
import pathlib

from galexp.config import Settings
from galexp.dataset import location
from galexp.dataset.base import Dataset
from galexp.dataset.location import catalog_kind
from galexp.preparation.made import make
from galexp.preparation.observed import observe
from galexp.preparation.preview import write_pictures
from galexp.shard.build import recover
from galexp.shard.read import PreparedData
from galexp.target import instantiate


def prepare(settings: Settings) -> PreparedData:
    """Build the data of one configuration unless it is there already, and the pictures that show it.

    Raises:
        ValueError: for input that cannot be used, or where other data stands in the place and force is not set.
        ServiceError: where a table of the survey cannot be downloaded.
        OSError: where the disk is full.
    """
    dataset: Dataset = instantiate(settings["dataset"])
    while True:
        path = _place(settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _place(settings) != path:
                continue
            recover(path)
            (make if location.is_made(settings) else observe)(settings, dataset, path)
            data = PreparedData(path)
            write_pictures(data, dataset)
            return data


def _place(settings: Settings) -> pathlib.Path:
    """Return where the data go; for a mock it depends on what others have made of another recipe by now."""
    if location.is_made(settings):
        return location.made_folder(settings)
    return location.folder(settings, catalog_kind(settings), settings["choices"]["imaging"])
