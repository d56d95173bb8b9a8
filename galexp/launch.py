"""Whether and how a run starts: what is finished, and what the process needs."""

from __future__ import annotations

import ctypes
import sys

from galexp.run.directory import RunDirectory
from galexp.shard.read import PreparedData
from galexp.terminal import say

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST = 2**31 - 1


def is_done(run: RunDirectory, data: PreparedData, force: bool) -> bool:
    """Tell whether a run is finished and may be skipped.

    Raises:
        ValueError: where it was trained on other data than what is prepared now.
    """
    if force or not (run.is_finished or run.last_checkpoint.is_file()):
        return False
    if run.read_json("audit.json")["data_sha256"] != data.manifest.content_sha256:
        raise ValueError(f"{run.folder} was trained on other data than {data.folder} holds now; force=true trains anew")
    if run.is_finished:
        say("this run is finished (force=true starts anew)")
    else:
        say("this run was interrupted: it goes on from its last epoch (force=true starts anew)")
    return run.is_finished


def keep_freed_memory() -> None:
    """Let the C library keep freed memory instead of returning it; fresh pages slow training on a CPU."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST)
            libc.mallopt(_M_TRIM_THRESHOLD, _LARGEST)
