"""Commands of galexp as a user types them, in a folder of a test's own."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
import shutil
from collections.abc import Callable

import pytest
from astropy.table import Table

from galexp.__main__ import main
from galexp.catalog.parquet import read_parquet, write_parquet

TINY = ("size=tiny", "model=small_cnn", "evaluation.bootstrap=20")


@dataclasses.dataclass(frozen=True)
class Shell:
    """Type galexp commands in a folder of the test's own, and see what a user would see."""

    folder: pathlib.Path
    captured: pytest.CaptureFixture[str]
    shelf: pathlib.Path

    def change_catalog(self, change: Callable[[Table, dict[str, object]], object]) -> None:
        """Replace the session's data by a copy with another catalog or manifest."""
        source = (self.folder / "data").resolve() / "xgass-mock-mock-tiny"
        (self.folder / "data").unlink()
        copy = self.folder / "data" / source.name
        copy.mkdir(parents=True)
        (copy / "shards").symlink_to(source / "shards")
        manifest = json.loads((source / "manifest.json").read_text())
        catalog = read_parquet(source / "catalog.parquet")
        change(catalog, manifest)
        write_parquet(catalog, copy / "catalog.parquet")
        (copy / "manifest.json").write_text(json.dumps(manifest))

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Return exit status, standard output and standard error."""
        self.captured.readouterr()
        status = main(list(words))
        return status, *self.captured.readouterr()

    def train(self, *words: str) -> pathlib.Path:
        """Train a tiny network on the mock of the session, without W&B, and return its folder."""
        status, out, _ = self("train", *TINY, "logger=none", *words)
        assert status == 0
        (line,) = [line for line in out.splitlines() if line.startswith("run: ")]
        return self.folder / line.removeprefix("run: ")

    def run_of(self, *words: str) -> pathlib.Path:
        """Return a copy of what :meth:`train` gives for these words; only the first test that asks trains it.

        A broken run does not go on from a copy without a warning: its checkpoint knows where the first one lay.
        """
        kept = self.shelf / hashlib.sha256(repr(words).encode()).hexdigest()
        if not kept.is_dir():
            run = self.train(*words)
            shutil.copytree(run, kept / run.relative_to(self.folder))
            return run
        (metrics,) = kept.rglob("metrics.json")
        return shutil.copytree(metrics.parent, self.folder / metrics.parent.relative_to(kept))

    def refuses(self, *words: str, status: int = 1) -> str:
        """Return the one sentence with which a command is refused."""
        found, _, err = self(*words)
        (sentence,) = err.splitlines()
        assert found == status
        assert sentence.startswith("galexp: ")
        return sentence.removeprefix("galexp: ")
