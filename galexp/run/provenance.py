"""Where a run came from: command, code, versions, device, data, time."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import pathlib
import platform
import subprocess
import sys
from typing import Any

PACKAGES = (
    "torch",
    "torchvision",
    "pytorch-lightning",
    "torchmetrics",
    "timm",
    "numpy",
    "astropy",
    "hydra-core",
    "wandb",
)


def versions() -> dict[str, str]:
    """Return the versions of Python, galexp and the libraries that results depend on."""
    found = {name: importlib.metadata.version(name) for name in (*PACKAGES, "galexp")}
    return {"python": platform.python_version(), **found}


def git_revision() -> str | None:
    """Return the revision of the code, with ``-dirty`` where it was changed; None outside a checkout."""
    folder = pathlib.Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or None


def provenance(started: datetime.datetime, **facts: Any) -> dict[str, Any]:
    """Return what is needed to make a run again.

    Args:
        started: When the work began.
        **facts: What the caller knows: hashes of data and split, seed, device.
    """
    return {
        "command": " ".join(["galexp", *sys.argv[1:]]),
        "started": started.isoformat(timespec="seconds"),
        "wall_time_s": round((datetime.datetime.now(datetime.UTC) - started).total_seconds(), 1),
        "git_revision": git_revision(),
        "versions": versions(),
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        **facts,
    }
