"""Write WebDataset tars, and find again where each image lies in them."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import pathlib
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import webdataset

from galexp.catalog.read import VALID_ID
from galexp.image.codec import decode, is_blank

_PNG_MAGIC = b"\x89PNG"
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclasses.dataclass(frozen=True)
class Entry:
    """Where one image lies: its shard, the offset [byte] and length [byte] of its data, its hash and what it shows."""

    id: str
    shard: str
    offset: int
    size: int
    sha256: str
    shape: str
    image_is_blank: bool


def write_shard(path: pathlib.Path, samples: Iterable[tuple[str, bytes, Mapping[str, Any]]]) -> list[Entry]:
    """Write one tar of samples and return an entry for each.

    The tar's bytes are a function of the samples alone: no time, no user. It holds ``<id>.jpg`` or ``<id>.png`` with
    the bytes as they came, and ``<id>.json`` with the catalog row.

    Args:
        path: Where to.
        samples: (id, image bytes, catalog row).

    Raises:
        ValueError: for an identifier that a WebDataset key cannot hold, or an image that cannot be decoded.
        OSError: where the disk is full, with what to do.
    """
    entries: list[Entry] = []
    options = {"user": "", "group": "", "mtime": 0, "encoder": False, "compress": False}
    with explained_full_disk(path), path.open("wb") as stream, webdataset.TarWriter(stream, **options) as writer:
        for identifier, image, row in samples:
            writer.write({"__key__": _checked(identifier), _suffix(image): image, "json": _as_json(row)})
            entries.append(_entry(identifier, path.name, image))
    return _with_offsets(path, entries)


@contextlib.contextmanager
def explained_full_disk(path: pathlib.Path) -> Iterator[None]:
    """Say what to do where the disk is full; any other error passes, since the samples have errors of their own.

    Raises:
        OSError: where the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        raise OSError(
            error.errno,
            f"cannot write {path} ({error.strerror or error}); free space or set paths.data=FOLDER, then run prepare "
            "again: finished shards are kept",
        ) from error


def _checked(identifier: str) -> str:
    if not VALID_ID.fullmatch(identifier):
        raise ValueError(f"id {identifier!r} is not made of letters, digits, '_' and '-'; a key ends at its first dot")
    return identifier


def _suffix(image: bytes) -> str:
    return "png" if image.startswith(_PNG_MAGIC) else "jpg"


def _as_json(row: Mapping[str, Any]) -> bytes:
    plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in row.items()}
    gaps = {key: None for key, value in plain.items() if isinstance(value, float) and not np.isfinite(value)}
    return json.dumps({**plain, **gaps}).encode()


def _entry(identifier: str, shard: str, image: bytes) -> Entry:
    pixels = decode(image, identifier)
    shape = "x".join(str(length) for length in pixels.shape)
    return Entry(identifier, shard, -1, len(image), hashlib.sha256(image).hexdigest(), shape, is_blank(pixels))


def _with_offsets(path: pathlib.Path, entries: list[Entry]) -> list[Entry]:
    with tarfile.open(path) as tar:
        images = [member for member in tar if not member.name.endswith(".json")]
    offsets = {member.name.rsplit(".", 1)[0]: member.offset_data for member in images}
    return [dataclasses.replace(entry, offset=offsets[entry.id]) for entry in entries]


def file_sha256(path: pathlib.Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
