"""What a report is made of: runs with what lies in their folders, read once, and the data that they were trained on."""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from astropy.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.run.directory import RunDirectory
from galexp.run.history import read_history
from galexp.run.name import computed
from galexp.run.sweep import SweepRecord
from galexp.shard.origin import Origin, least_real
from galexp.shard.read import PreparedData
from galexp.split.base import TEST
from galexp.summary.sweep import groups

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class ReportRun:
    """One finished run; each file is read when it is first asked for, and once."""

    directory: RunDirectory

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.directory.name

    @functools.cached_property
    def settings(self) -> dict[str, Any]:
        """The resolved configuration."""
        return self.directory.settings()

    @property
    def choices(self) -> dict[str, str]:
        """The option that was chosen in each group."""
        return self.settings["choices"]

    @functools.cached_property
    def metrics(self) -> dict[str, Any]:
        """Scores and where they come from; null is NaN."""
        return self.directory.metrics()

    @property
    def galaxies(self) -> Origin:
        """What the galaxies are that it learned from and was tested on."""
        return Origin(self.metrics["data"])

    @property
    def started_on(self) -> Origin | None:
        """What the galaxies are that the weights it started from were learned on; None where it says nothing."""
        before = self.metrics.get("started_from", {}).get("data")
        return Origin(before) if before else None

    @property
    def origin(self) -> Origin:
        """What must be said of its numbers: a mock counts also where its weights alone come from one."""
        return least_real([self.galaxies, self.started_on or self.galaxies])

    @functools.cached_property
    def identity(self) -> str:
        """What it computed, the same for a run of the same data that was trained again in another study.

        How overdensities were measured counts where its split asks for them, since the split then says so.
        """
        what = {key: value for key, value in computed(self.settings).items() if key != "environment"}
        return json.dumps([what, self.metrics["data_sha256"]], sort_keys=True)

    @property
    def targets(self) -> list[str]:
        """What was scored on the held-out side; empty where nothing was."""
        return list(self.metrics.get(TEST, {}))

    @functools.cached_property
    def predictions(self) -> Table:
        """Predictions of validation and test rows."""
        return read_parquet(self.directory.folder / "predictions.parquet")

    @functools.cached_property
    def held_out(self) -> Table:
        """Predictions of the test rows, sorted by ``id``."""
        table = self.predictions[np.asarray(self.predictions["role"]) == TEST]
        table.sort("id")
        return table

    @functools.cached_property
    def history(self) -> dict[str, list[float]]:
        """Columns of ``history.csv``."""
        return read_history(self.directory.folder)

    @functools.cached_property
    def provenance(self) -> dict[str, Any]:
        """Command, revision, versions, device, hashes, time."""
        return self.directory.read_json("provenance.json")

    @functools.cached_property
    def audit(self) -> dict[str, Any]:
        """What the split was audited for."""
        return self.directory.read_json("audit.json")

    @functools.cached_property
    def split(self) -> Table:
        """The role of every row: ``id``, ``sha256``, ``role``."""
        return read_parquet(self.directory.folder / "split.parquet")

    @property
    def data(self) -> PreparedData | None:
        """Its prepared data; None where it is not on this disk, or is no longer what was trained on."""
        return find_data(self.provenance["data_folder"], self.directory.folder, self.metrics["data_sha256"])


def find_data(named: str, beside: pathlib.Path, sha256: str) -> PreparedData | None:
    """Open prepared data as it was used, from where it was named or from any folder above what was made with it.

    Args:
        named: The folder, as it is written down.
        beside: Folder of a run or an evaluation; it may have been moved here with its data.
        sha256: Of the content that was used.

    Returns:
        None where no such folder holds this content.
    """
    for root in (pathlib.Path.cwd(), *beside.absolute().parents):
        if (root / named / "catalog.parquet").is_file():
            data = _opened(root / named)
            if data.manifest.content_sha256 == sha256:
                return data
    return None


@functools.cache
def _opened(folder: pathlib.Path) -> PreparedData:
    return PreparedData(folder)


def with_catalog(table: Table, data: PreparedData) -> Table:
    """Add to predictions the columns of the catalog that they lack, row by row for the same ``id``, and ``row``.

    Args:
        table: With ``id``.
        data: That the predictions are of.

    Returns:
        A copy; ``row`` is the row of the catalog, by which :meth:`PreparedData.pixels` finds the image.

    Raises:
        ValueError: where an ``id`` is not in the catalog.
    """
    row_of = {name: row for row, name in enumerate(data.catalog["id"].tolist())}
    lost = [name for name in table["id"].tolist() if name not in row_of]
    if lost:
        raise ValueError(
            f"{len(lost)} predicted galaxies, such as {lost[0]}, are not in {data.folder}; prepare it again"
        )
    rows = np.array([row_of[name] for name in table["id"].tolist()], dtype=np.int64)
    joined = table.copy()
    for name in data.catalog.colnames:
        if name not in joined.colnames:
            joined[name] = data.catalog[name][rows]
    joined["row"] = rows
    return joined


@dataclasses.dataclass(frozen=True)
class Options:
    """What a user says of a report.

    Args:
        stamps: Galaxies of each kind in a gallery.
        draws: Of every bootstrap; 0 for none.
        seed: Of every bootstrap and of what is picked at random.
        most_rows: Of a table of galaxies on the page; more are sampled there, and all are in its CSV file.
    """

    stamps: int = 6
    draws: int = 1000
    seed: int = 0
    most_rows: int = 20_000


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """Something that a report was asked for and cannot tell of.

    Args:
        path: Folder of a run, or file of a sweep.
        why: In a sentence.
    """

    path: pathlib.Path
    why: str


@dataclasses.dataclass(frozen=True)
class Material:
    """The runs of a report, and what else is known about them.

    Args:
        runs: Finished ones.
        unfinished: Folders of runs that were begun and have no ``metrics.json``.
        options: Of the user.
        sweeps: What the sweeps of the studies that the report is of were going to run.
        left_out: Finished runs that have lost something, and sweeps that cannot be read.
    """

    runs: tuple[ReportRun, ...]
    unfinished: tuple[RunDirectory, ...] = ()
    options: Options = dataclasses.field(default_factory=Options)
    sweeps: tuple[SweepRecord, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    _known: dict[Any, Any] = dataclasses.field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, compute: Callable[[Material], T]) -> T:
        """Compute something that several sections need, and return the same when it is asked for again.

        Args:
            compute: A function of the module that needs it.
        """
        if compute not in self._known:
            self._known[compute] = compute(self)
        found: T = self._known[compute]
        return found

    @functools.cached_property
    def groups(self) -> Mapping[str, list[ReportRun]]:
        """Runs that differ in seed or fold alone, under a name that says in what the others differ."""
        by_folder = {run.directory.folder: run for run in self.runs}
        found = groups([run.directory for run in self.runs])
        return {name: [by_folder[member.folder] for member in members] for name, members in found.items()}

    @property
    def origins(self) -> set[Origin]:
        """What must be said of each run's numbers."""
        return {run.origin for run in self.runs}

    @property
    def origin(self) -> Origin:
        """What a figure of all runs must say: a mock before a simulation before the sky."""
        return least_real(self.origins)
