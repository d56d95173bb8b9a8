"""Where a job works: which data it reads, which folder it writes, and whether anything is left to do."""

from __future__ import annotations

import dataclasses
from typing import Any

from galexp.dataset.location import settled
from galexp.preparation.open import announce, open_data
from galexp.run.directory import RunDirectory
from galexp.run.name import run_folder, run_hash
from galexp.shard.origin import Origin, least_real
from galexp.shard.read import PreparedData
from galexp.task.label import labeled
from galexp.terminal import say
from galexp.transform.unlabeled import open_beside


@dataclasses.dataclass(frozen=True)
class Job:
    """One training: its settings, with what ``auto`` found, its data and its run."""

    settings: dict[str, Any]
    data: PreparedData
    run: RunDirectory

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.run.is_finished and not self.is_anew

    @property
    def is_anew(self) -> bool:
        """Whether what an earlier run left is to be removed: with ``force``, once for each job that is put in a queue.

        A job of a sweep that is begun again by its queue has a text for ``force`` that its run was begun with.
        """
        force = self.settings["force"]
        return bool(force) and not (isinstance(force, str) and self.run.was_begun_with(force))

    def announce(self) -> None:
        """Say which data is read and where the run lies."""
        announce(self.data)
        say(f"run: {self.run.folder}")

    def announce_state(self) -> None:
        """Say whether the run was begun before."""
        if self.is_finished:
            say("this run is finished (force=true starts anew)")
        elif self.run.last_checkpoint.is_file() and not self.is_anew:
            say("this run was interrupted: it goes on from its last checkpoint (force=true starts anew)")

    def check(self) -> None:
        """Refuse to go on with what is not the same run any more.

        Raises:
            ValueError: where the data or the saved settings are others than the run began with.
        """
        run = self.run
        if self.is_anew or not (run.is_finished or run.last_checkpoint.is_file()):
            return
        run.check_unedited()
        if run.read_json("audit.json")["data_sha256"] != self.data.manifest.content_sha256:
            raise ValueError(
                f"{run.folder} was trained on other data than {self.data.folder} holds now; force=true trains anew"
            )

    def identity(self) -> dict[str, str]:
        """Return what a run must still agree with when it is gone on with."""
        name = self.data.folder.name
        sha256 = self.data.manifest.content_sha256
        return {"data_sha256": sha256, "data_name": name, "run_hash": run_hash(self.settings, name)}


def place(settings: dict[str, Any]) -> Job:
    """Find, or make, the data of a job and the folder of its run."""
    data = open_data(settings)
    settings = labeled(settled(settings, data.folder), data.catalog)
    return Job(settings, data, RunDirectory(run_folder(settings, data.folder.name, _origin(settings, data))))


def _origin(settings: dict[str, Any], data: PreparedData) -> Origin:
    """Return what must be said of all that is learned from, images without labels included."""
    beside = settings["datamodule"].get("unlabeled")
    return least_real([data.origin, *([open_beside(beside, data).origin] if beside else [])])
