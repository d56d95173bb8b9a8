"""Whether a finished run still has what a report reads of it."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from typing import Any

import pyarrow.parquet as pq

from galexp.run.directory import RunDirectory
from galexp.run.history import HISTORY

_SETTINGS = (
    *("choices", "seed", "split", "task", "model", "datamodule", "trainer", "optimizer", "environment", "dataset"),
)
_CHOICES = ("dataset", "split", "model", "task", "environment")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "metrics.json": ("data", "data_sha256", "counts"),
    "audit.json": ("data_name", "data_sha256", "hash", "counts", "label_shift"),
    "provenance.json": (
        *("command", "data_folder", "data_sha256", "git_revision", "machine", "versions", "wall_time_s"),
    ),
}
_COLUMNS = {"predictions.parquet": ("id", "role"), "split.parquet": ("id", "sha256", "role")}
_REMEDY = "train it anew with force=true, or move it away"


def reason_against(run: RunDirectory) -> str:
    """Return why a finished run cannot be told of, in a sentence; empty where it can.

    Args:
        run: To be looked at; tables are opened and not read through.
    """
    try:
        settings = run.settings()
    except ValueError as error:
        return str(error)
    lacking = [*_lacking(settings, _SETTINGS), *_lacking(settings.get("choices", {}), _CHOICES)]
    if lacking:
        return f"resolved.yaml has no {', '.join(lacking)}, as runs of another version of galexp; {_REMEDY}"
    if not (run.folder / HISTORY).is_file():
        return f"{HISTORY} is missing; {_REMEDY}"
    reasons = [_against_json(run.folder / name, keys) for name, keys in _KEYS.items()]
    reasons += [_against_table(run.folder / name, columns) for name, columns in _COLUMNS.items()]
    return next(filter(None, reasons), "")


def _lacking(content: Any, keys: tuple[str, ...]) -> list[str]:
    return [key for key in keys if not isinstance(content, Mapping) or key not in content]


def _against_json(path: pathlib.Path, keys: tuple[str, ...]) -> str:
    if not path.is_file():
        return f"{path.name} is missing; {_REMEDY}"
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        return f"{path.name} cannot be read ({' '.join(str(error).split())}); {_REMEDY}"
    lacking = _lacking(content, keys)
    return (
        f"{path.name} has no {', '.join(lacking)}, as runs of another version of galexp; {_REMEDY}" if lacking else ""
    )


def _against_table(path: pathlib.Path, columns: tuple[str, ...]) -> str:
    if not path.is_file():
        return f"{path.name} is missing; {_REMEDY}"
    try:
        names = pq.read_schema(path).names
    except (ValueError, OSError) as error:
        return f"{path.name} cannot be read ({' '.join(str(error).split())}); {_REMEDY}"
    lacking = [name for name in columns if name not in names]
    return f"{path.name} has no column {', '.join(lacking)}; {_REMEDY}" if lacking else ""
