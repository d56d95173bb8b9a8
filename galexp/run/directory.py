"""The folder of a run: its files by name, whether it is finished, and a lock against a second process."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import fcntl
import functools
import io
import json
import math
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

from omegaconf import OmegaConf
from yaml import YAMLError

from galexp.run.name import run_hash

_FORCE = ".force"
_COMMAND = "command.txt"
_EDITED = "put back what it said, or train other settings as a run of their own"
CHECKPOINTS = ("auto", "best", "last")


@functools.lru_cache(maxsize=512)
def _parsed(text: str) -> Any:
    """Parse a configuration once: a report asks for the same one many times, and YAML is slow."""
    return OmegaConf.to_container(OmegaConf.load(io.StringIO(text)))


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """A run on disk.

    ``metrics.json`` is written last: a run that has it is finished.

    Args:
        folder: Of the run.
    """

    folder: pathlib.Path

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.folder.name

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end."""
        return (self.folder / "metrics.json").is_file()

    @property
    def figures(self) -> pathlib.Path:
        """Where figures go."""
        return self.folder / "figures"

    @property
    def last_checkpoint(self) -> pathlib.Path:
        """The state that training can go on from."""
        return self.folder / "checkpoints" / "last.ckpt"

    def checkpoint(self, which: str) -> pathlib.Path:
        """Return the file of ``best``, ``last``, or ``auto`` (best where there is one).

        Raises:
            ValueError: for another word.
            FileNotFoundError: where it is not there.
        """
        best = self.folder / "checkpoints" / "best.ckpt"
        path = {"best": best, "last": self.last_checkpoint, "auto": best if best.is_file() else self.last_checkpoint}
        if which not in path:
            raise ValueError(f"evaluation.checkpoint is {which!r}; choose {', '.join(CHECKPOINTS)}")
        if not path[which].is_file():
            raise FileNotFoundError(f"{path[which]} is missing; train the run first, or set evaluation.checkpoint")
        return path[which]

    def start(self, settings: dict[str, Any], anew: bool) -> None:
        """Make the folder and write ``resolved.yaml``; with ``anew`` remove what an earlier run left."""
        for path in self.folder.glob("checkpoints/.*.part"):
            path.unlink()
        if anew:
            for path in self.folder.glob("*"):
                if path.name != ".lock":
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.figures.mkdir(parents=True, exist_ok=True)
        partial = self.folder / ".resolved.yaml.part"
        saved = {key: bool(value) if key == "force" else value for key, value in settings.items()}
        OmegaConf.save(OmegaConf.create(saved), partial)
        partial.rename(self.folder / "resolved.yaml")
        if isinstance(settings.get("force"), str):
            (self.folder / _FORCE).write_text(settings["force"])

    def keep_command(self, line: str) -> None:
        """Write down what was typed, before anything can break off."""
        (self.folder / _COMMAND).write_text(f"{line}\n")

    @property
    def command(self) -> str:
        """The command that began it, or went on with it last, as typed into a shell; empty where none was kept."""
        path = self.folder / _COMMAND
        return path.read_text().strip() if path.is_file() else ""

    @property
    def is_held(self) -> bool:
        """Whether a process is at work in it."""
        path = self.folder / ".lock"
        if not path.is_file():
            return False
        with path.open() as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def was_begun_with(self, force: str) -> bool:
        """Tell whether it was begun anew by the job of a sweep that has this text for ``force``."""
        path = self.folder / _FORCE
        return path.is_file() and path.read_text() == force

    def settings(self) -> dict[str, Any]:
        """Read ``resolved.yaml``.

        Raises:
            FileNotFoundError: where the folder holds no run.
            ValueError: where the file cannot be read.
        """
        path = self.folder / "resolved.yaml"
        if not path.is_file():
            raise FileNotFoundError(f"{self.folder} holds no run (resolved.yaml is missing); give the folder of a run")
        try:
            settings = copy.deepcopy(_parsed(path.read_text(encoding="utf-8")))
        except (YAMLError, OSError) as error:
            raise ValueError(f"{path} cannot be read ({' '.join(str(error).split())}); {_EDITED}") from error
        if not isinstance(settings, dict):
            raise ValueError(f"{path} holds a {type(settings).__name__} instead of keys; {_EDITED}")
        return {str(key): value for key, value in settings.items()}

    def check_unedited(self) -> None:
        """Refuse a run whose ``resolved.yaml`` describes another than the one that was trained.

        Raises:
            ValueError: where it was edited in what a run computes.
        """
        begun = self.read_json("audit.json")
        try:
            is_same = run_hash(self.settings(), begun["data_name"]) == begun["run_hash"]
        except (AttributeError, KeyError, TypeError):
            is_same = False
        if not is_same:
            raise ValueError(f"{self.folder / 'resolved.yaml'} was edited since this run began; {_EDITED}")

    def write_json(self, name: str, content: Any) -> None:
        """Write a JSON file whole or not at all; what is not finite becomes null."""
        partial = self.folder / f".{name}.part"
        partial.write_text(json.dumps(_finite(content), indent=2, allow_nan=False) + "\n")
        partial.rename(self.folder / name)

    def read_json(self, name: str) -> Any:
        """Read a JSON file.

        Raises:
            FileNotFoundError: where the run has none.
        """
        path = self.folder / name
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; train the run first, or anew with force=true")
        return json.loads(path.read_text())

    def metrics(self) -> dict[str, Any]:
        """Read ``metrics.json``; null becomes NaN."""
        return json.loads((self.folder / "metrics.json").read_text(), object_hook=_nan_for_null)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run for this process.

        Raises:
            ValueError: where another process holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ValueError(
                    f"another process is at work in {self.folder}; wait for it or change the seed"
                ) from error
            yield


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def _nan_for_null(content: dict[str, Any]) -> dict[str, Any]:
    return {key: math.nan if value is None else value for key, value in content.items()}
