"""Evaluations below a run: what its network said of galaxies other than its own."""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib
from typing import Any

import numpy as np
from astropy.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.page.material import ReportRun, find_data
from galexp.shard.read import PreparedData
from galexp.split.base import TEST


@dataclasses.dataclass(frozen=True)
class RunEvaluation:
    """One evaluation of a run; each file is read when it is first asked for, and once.

    Args:
        folder: Below ``RUN/evaluations``.
        run: That was evaluated.
    """

    folder: pathlib.Path
    run: ReportRun

    @property
    def name(self) -> str:
        """The folder's own name: data, rows, hash."""
        return self.folder.name

    @functools.cached_property
    def provenance(self) -> dict[str, Any]:
        """Command, data, time."""
        return json.loads((self.folder / "provenance.json").read_text())

    @functools.cached_property
    def held_out(self) -> Table:
        """Predictions of the tested rows."""
        table = read_parquet(self.folder / "predictions.parquet")
        return table[np.asarray(table["role"]) == TEST]

    @functools.cached_property
    def data(self) -> PreparedData | None:
        """The data that was predicted; None where it is not on this disk, or is no longer what was predicted."""
        return find_data(self.provenance["data_folder"], self.folder, self.provenance["data_sha256"])

    def is_unlabeled(self, target: str) -> bool:
        """Tell whether no galaxy has a true value."""
        column = f"true_{target}"
        return column in self.held_out.colnames and not np.isfinite(np.asarray(self.held_out[column])).any()


def evaluations(run: ReportRun) -> list[RunEvaluation]:
    """Return the finished evaluations of a run, by name."""
    folders = sorted(path.parent for path in run.directory.folder.glob("evaluations/[!.]*/provenance.json"))
    return [RunEvaluation(folder, run) for folder in folders if (folder / "predictions.parquet").is_file()]
