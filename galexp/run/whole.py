"""Folders that are there whole or not at all."""

from __future__ import annotations

import contextlib
import glob
import pathlib
import shutil
import time
import uuid
from collections.abc import Iterator
from typing import Any

from galexp.run.directory import RunDirectory

_LEFT_SECONDS = 86400.0  # after which a begun folder is what a killed process left


@contextlib.contextmanager
def whole(target: RunDirectory, settings: dict[str, Any]) -> Iterator[RunDirectory]:
    """Give a begun folder of a run's kind that takes the place of another one; see :func:`replacing`.

    Args:
        target: Where the folder is to be.
        settings: Resolved; they are written into it.
    """
    with replacing(target.folder) as folder:
        begun = RunDirectory(folder)
        begun.start(settings, anew=True)
        yield begun


@contextlib.contextmanager
def replacing(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """Give an empty folder beside another one, whose place it takes when all is written.

    What stood there before is lost only then; of what breaks off nothing is left. Of two processes that write the same
    at once the later one's stays.

    Args:
        folder: Where it is to be.
    """
    partial = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.partial")
    for left in folder.parent.glob(f".{glob.escape(folder.name)}.????????.partial"):
        if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        yield partial
        _replace(folder, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _replace(folder: pathlib.Path, partial: pathlib.Path) -> None:
    old = partial.with_suffix(".old")
    try:
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
