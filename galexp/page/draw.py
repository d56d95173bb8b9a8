"""Draw the pictures of a report, by several processes: that is where most of its time goes."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import sys
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from galexp.config import is_ours
from galexp.page.content import Gallery, Picture
from galexp.page.files import write_picture

Drawn = Picture | Gallery

_MOST_PROCESSES = 4
_FEWEST = 4  # pictures, below which a second process is not worth its start
_share: tuple[Sequence[Drawn], pathlib.Path] = ((), pathlib.Path())


def draw(blocks: Sequence[Drawn], folder: pathlib.Path) -> list[list[pathlib.Path]]:
    """Write pictures and galleries as files; see :func:`galexp.page.files.write_picture`.

    Figures cannot be sent to another process, which therefore is a fork of this one; where the system does not fork
    safely, as macOS does not, this one draws them all.

    Args:
        blocks: To be written.
        folder: Where to.

    Returns:
        The files of each.

    Raises:
        ValueError: as of a single one.
    """
    processes = min(_MOST_PROCESSES, len(os.sched_getaffinity(0))) if sys.platform == "linux" else 1
    if processes < 2 or len(blocks) < _FEWEST:
        return [write_picture(block, folder) for block in blocks]
    context = multiprocessing.get_context("fork")
    with warnings.catch_warnings():
        # Libraries keep threads, which are not in the fork; no picture asks them for anything.
        warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)
        with ProcessPoolExecutor(processes, context, _take, (blocks, folder)) as pool:
            drawn = list(pool.map(_draw, range(len(blocks))))
    for found in drawn:
        if isinstance(found, Exception):
            raise found  # from here, as the sentence of ours that it is
    return [found for found in drawn if isinstance(found, list)]


def _take(blocks: Sequence[Drawn], folder: pathlib.Path) -> None:
    global _share
    _share = blocks, folder


def _draw(place: int) -> list[pathlib.Path] | Exception:
    """Return what was written, or the sentence that refuses it."""
    blocks, folder = _share
    try:
        return write_picture(blocks[place], folder)
    except (ValueError, OSError) as error:
        if is_ours(error):
            return error
        raise
