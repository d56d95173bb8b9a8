"""What a sweep is going to run and how far it has come, in a file beside its runs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
import uuid
from collections.abc import Sequence

from galexp.command import Command
from galexp.run.directory import RunDirectory

_LEFT_OUT = ("hydra.", "hydra/launcher=", "force=")


@dataclasses.dataclass(frozen=True)
class Point:
    """One job of a sweep.

    Args:
        words: Its overrides.
        run: Folder of its run, from the file of the sweep on, once that is finished.
        error: Why the last try failed, in a line.
        objective: What a search goes by.
        jobs: How many jobs it is of; a search may choose a point again.
    """

    words: tuple[str, ...]
    run: str = ""
    error: str = ""
    objective: float | None = None
    jobs: int = 1


@dataclasses.dataclass(frozen=True)
class SweepRecord:
    """A sweep on disk: ``sweep-<hash8>.json`` in the folder of its study.

    The hash is of the words that say what is run, so that the same sweep finds its file again, whoever launches it.

    Args:
        folder: Of the study.
        words: As they were typed.
        config_dir: The user's own configuration folder, or nothing.
        launcher: What starts the jobs.
        sweeper: What chooses the points.
        jobs: How many there are to be.
        points: Those that are known: all of them, or the trials of a search so far.
    """

    folder: pathlib.Path
    words: tuple[str, ...]
    config_dir: str
    launcher: str
    sweeper: str
    jobs: int
    points: tuple[Point, ...] = ()

    @property
    def path(self) -> pathlib.Path:
        """The file."""
        kept = [*(word for word in self.words if not word.lstrip("+~").startswith(_LEFT_OUT)), self.config_dir]
        return self.folder / f"sweep-{hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:8]}.json"

    @property
    def line(self) -> str:
        """The command that completes the sweep, as it is typed into a shell; what is finished is not run again."""
        return self._line([word for word in self.words if not word.startswith("force=")], is_sweep=True)

    def line_of(self, point: Point) -> str:
        """Return the command that runs one point, as its run keeps it; a launcher starts jobs of sweeps alone."""
        return self._line(point.words, is_sweep=self.launcher != "basic")

    def _line(self, words: Sequence[str], is_sweep: bool) -> str:
        folder = pathlib.Path(self.config_dir) if self.config_dir else None
        return Command("train", [], list(words), folder, multirun=is_sweep).line

    def finished(self, point: Point) -> bool:
        """Tell whether the run of a point is there and came to its end."""
        return bool(point.run) and RunDirectory(self.folder / point.run).is_finished

    @property
    def jobs_finished(self) -> int:
        """How many jobs have come to their end."""
        return sum(point.jobs for point in self.points if self.finished(point))

    @property
    def jobs_unknown(self) -> int:
        """How many jobs have not begun, and are not known yet; 0 but of a search."""
        return max(self.jobs - sum(point.jobs for point in self.points), 0)

    def with_points(self, changed: Sequence[Point]) -> SweepRecord:
        """Return the record with what is now known of some points; those that are new to it come last."""
        known = {point.words: point for point in (*self.points, *changed)}
        return dataclasses.replace(self, points=tuple(known.values()))

    def write(self) -> None:
        """Write the file whole or not at all."""
        content = {**dataclasses.asdict(self), "folder": None}
        partial = self.folder / f".{self.path.name}.{uuid.uuid4().hex[:8]}.part"
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps({key: value for key, value in content.items() if value is not None}, indent=2))
        partial.rename(self.path)


def read_sweep(path: pathlib.Path) -> SweepRecord:
    """Read the file of a sweep.

    Raises:
        ValueError: where it holds something else.
    """
    try:
        content = json.loads(path.read_text())
        points = tuple(Point(**{**point, "words": tuple(point["words"])}) for point in content.pop("points"))
        return SweepRecord(folder=path.parent, points=points, **{**content, "words": tuple(content["words"])})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{path} holds no sweep ({' '.join(str(error).split())}); remove it, and type the sweep again"
        ) from error


def read_sweeps(folder: pathlib.Path) -> tuple[SweepRecord, ...]:
    """Read what all sweeps have left in the folder of a study, or in the studies below a folder.

    Raises:
        ValueError: where a file of that name holds something else.
    """
    return tuple(map(read_sweep, sweep_files(folder)))


def sweep_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Return the files of all sweeps in the folder of a study, or in the studies below a folder, sorted."""
    return sorted((*folder.glob("sweep-*.json"), *folder.glob("*/sweep-*.json")))
