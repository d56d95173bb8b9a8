"""Which galaxies are searched in, and which ones look for their likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.catalog.parquet import read_parquet
from galexp.job.evaluate import roles_of
from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.target import instantiate

if TYPE_CHECKING:
    from galexp.run.directory import RunDirectory
    from galexp.shard.read import PreparedData


def gallery_rows(run: RunDirectory, settings: dict[str, Any], data: PreparedData, changed: set[str]) -> np.ndarray:
    """Return the rows that are searched in: those that the run learned from, or what other data has.

    Of other data it is all that show anything, or the side that the split which is named does not hold out.

    Args:
        run: Whose network it is.
        settings: Of the run, with the words of the command.
        data: That is searched.
        changed: Groups that the command names.

    Raises:
        ValueError: where none is left.
    """
    shows = ~np.asarray(data.catalog["image_is_blank"], dtype=bool)
    if not changed:
        before = read_parquet(run.folder / "split.parquet")
        role_before = dict(zip(before["id"].tolist(), before["role"].tolist(), strict=True))
        roles = np.array([role_before.get(name, UNUSED) for name in data.catalog["id"].tolist()])
        shows &= np.isin(roles, (TRAIN, VAL))
    elif "split" in changed:
        shows &= np.isin(instantiate(settings["split"]).assign(data.catalog), (TRAIN, VAL))
    if not shows.any():
        raise ValueError(f"the gallery is empty: no galaxy of {data.folder} is left to search in; name other data")
    return np.flatnonzero(shows)


def held_out_rows(run: RunDirectory, settings: dict[str, Any], data: PreparedData, changed: set[str]) -> np.ndarray:
    """Return the rows that look for their likes where no query is named: never one that the network learned from.

    Args:
        run: Whose network it is.
        settings: Of the run, with the words of the command.
        data: That is searched.
        changed: Groups that the command names.

    Raises:
        ValueError: where none is left.
    """
    return np.flatnonzero(roles_of(run, settings, data, changed) == TEST)
