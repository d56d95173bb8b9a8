"""Searches below a run: whose likes were looked for, by what, and how alike they are."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np

from galexp.catalog.parquet import read_parquet
from galexp.page.material import ReportRun, find_data
from galexp.run.directory import RunDirectory
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from astropy.table import Table

    from galexp.shard.read import PreparedData


@dataclasses.dataclass(frozen=True)
class RunSearch:
    """One search by a run; each file is read when it is first asked for, and once.

    Args:
        directory: Below ``RUN/search``.
        run: Whose network it is.
    """

    directory: RunDirectory
    run: ReportRun

    @property
    def name(self) -> str:
        """The folder's own name: data, features, hash."""
        return self.directory.name

    @functools.cached_property
    def metrics(self) -> dict[str, Any]:
        """What was found, and how good it is; null is NaN."""
        return self.directory.metrics()

    @functools.cached_property
    def neighbors(self) -> Table:
        """Every query with its neighbors by every method."""
        return read_parquet(self.directory.folder / "neighbors.parquet")

    @property
    def galaxies(self) -> Origin:
        """What the galaxies are that were searched."""
        return Origin(self.metrics["galaxies"])

    @property
    def origin(self) -> Origin:
        """What must be said of its numbers: a mock counts also where the network alone learned from one."""
        return Origin(self.metrics["data"])

    @functools.cached_property
    def searched(self) -> str:
        """The name of the data that was searched."""
        return pathlib.PurePath(self.directory.read_json("provenance.json")["data_folder"]).name

    @functools.cached_property
    def data(self) -> PreparedData | None:
        """The data that was searched; None where it is not on this disk, or is no longer what was searched."""
        told = self.directory.read_json("provenance.json")
        return find_data(told["data_folder"], self.directory.folder, told["data_sha256"])

    @property
    def interpolation(self) -> np.ndarray | None:
        """Images between four galaxies [row, column, side, side, band]; None where there are none."""
        path = self.directory.folder / "interpolation.npy"
        return np.load(path) if path.is_file() else None

    @property
    def map(self) -> str:
        """The page of its map."""
        return (self.directory.folder / "map.html").read_text(encoding="utf-8")


def searches(run: ReportRun) -> list[RunSearch]:
    """Return the finished searches by a run, by name."""
    folders = sorted(path.parent for path in run.directory.folder.glob("search/[!.]*/metrics.json"))
    return [RunSearch(RunDirectory(folder), run) for folder in folders]
