"""Folders that are there whole or not at all."""

from __future__ import annotations

import contextlib
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

from galexp.run.directory import RunDirectory


@contextlib.contextmanager
def whole(target: RunDirectory, settings: dict[str, Any]) -> Iterator[RunDirectory]:
    """Give a begun folder beside another one, whose place it takes when all is written.

    What stood there before is lost only then; of what breaks off nothing is left.

    Args:
        target: Where the folder is to be.
        settings: Resolved; they are written into it.
    """
    partial = RunDirectory(target.folder.with_name(f".{target.name}.partial"))
    try:
        partial.start(settings, anew=True)
        yield partial
        replace_folder(target.folder, partial.folder)
    finally:
        shutil.rmtree(partial.folder, ignore_errors=True)


def replace_folder(folder: pathlib.Path, partial: pathlib.Path) -> None:
    """Put a whole folder in place of the one that was there, if one was.

    Args:
        folder: Its place.
        partial: The whole one, beside it.
    """
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
