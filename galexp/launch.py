"""Whether and how a run starts: what is finished, what is allowed, and what the process needs."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from galexp.run.directory import CHECKPOINTS, RunDirectory
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


def check_mock(settings: dict[str, Any], data: PreparedData) -> None:
    """Refuse a mock where the experiment does not allow one.

    Raises:
        ValueError: with what to prepare.
    """
    if data.is_mock and not settings["allow_mock"]:
        experiment = settings["choices"]["experiment"]
        raise ValueError(
            f"{f'experiment={experiment}' if experiment else 'allow_mock=false'} needs observed data and {data.folder} "
            f"is a mock; prepare dataset={settings['choices']['dataset']}, or set allow_mock=true"
        )


def check_checkpoint(which: str, has_val: bool) -> None:
    """Refuse before training what could not be evaluated after it.

    Raises:
        ValueError: for an unknown checkpoint, or the best one where there are no validation rows to find it by.
    """
    if which not in CHECKPOINTS:
        raise ValueError(f"evaluation.checkpoint is {which!r}; choose {', '.join(CHECKPOINTS)}")
    if which == "best" and not has_val:
        raise ValueError("evaluation.checkpoint=best needs validation rows and there are none; choose last or auto")


def keep_freed_memory() -> None:
    """Let the C library keep freed memory instead of returning it; fresh pages slow training on a CPU."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST)
            libc.mallopt(_M_TRIM_THRESHOLD, _LARGEST)
