"""Build a prepared dataset in a partial folder, shard by shard, and rename it when it is whole."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from astropy.table import Table

from galexp.catalog.parquet import write_parquet
from galexp.shard.manifest import FILE_NAME, Manifest, ShardFile, recipe_hash
from galexp.shard.write import Entry, explained_full_disk, file_sha256, write_shard

IMAGES_PER_SHARD = 512
_WHERE = ("shard", "offset", "size")


class Imaging(Protocol):
    """Whatever gives pixels for the rows of a catalog."""

    name: str
    bands: tuple[str, ...] | None
    pixel_scale: float | None

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, bytes) row by row, leaving out what cannot be had."""


@dataclasses.dataclass
class Build:
    """One dataset under construction.

    Args:
        folder: Where the finished dataset goes; what stands there stays until the new one is whole.
        recipe: The configuration that the content is a function of: finished shards are kept only for the same one.
    """

    folder: pathlib.Path
    recipe: dict[str, Any]

    @property
    def partial(self) -> pathlib.Path:
        """The folder that is written to; it has the recipe in its name, so that two recipes never meet in it."""
        return self.folder.parent / f".{self.folder.name}-{recipe_hash(self.recipe)}.partial"

    def run(self, catalog: Table, imaging: Imaging, manifest: dict[str, Any], progress: Callable[[int], None]) -> None:
        """Write shards, catalog and manifest, then put them in place of whatever stood there.

        Args:
            catalog: Rows that have images; column ``id`` first.
            imaging: Where the bytes come from.
            manifest: The fields of :class:`Manifest` that are known already.
            progress: Called with the number of rows done.

        Raises:
            ValueError: where no image at all could be had.
            OSError: where the disk is full; finished shards are kept.
        """
        (self.partial / "shards").mkdir(parents=True, exist_ok=True)
        entries = self._write_shards(catalog, imaging, progress)
        if not entries:
            raise ValueError(f"none of {len(catalog)} rows has a readable image; {self.folder} is left as it was")
        finished = _join(catalog, entries)
        manifest = {**manifest, "counts": {**manifest["counts"], "written": len(finished)}}
        if finished["image_is_blank"].any():
            manifest["counts"]["of these blank, quarantined"] = int(np.sum(finished["image_is_blank"]))
        with explained_full_disk(self.partial / "catalog.parquet"):
            write_parquet(finished, self.partial / "catalog.parquet")
        shards = [_shard_file(self.partial / "shards" / name) for name in dict.fromkeys(finished["shard"].tolist())]
        described = Manifest(
            **manifest,
            recipe=self.recipe,
            units={name: str(finished[name].unit or "") for name in finished.colnames},
            image_shapes=_image_shapes(entries),
            shards=shards,
            content_sha256=content_hash(finished),
        )
        with explained_full_disk(self.partial / FILE_NAME):
            described.write(self.partial)
        self._replace()

    def _write_shards(self, catalog: Table, imaging: Imaging, progress: Callable[[int], None]) -> list[Entry]:
        entries: list[Entry] = []
        for number, start in enumerate(range(0, len(catalog), IMAGES_PER_SHARD)):
            rows = catalog[start : start + IMAGES_PER_SHARD]
            path = self.partial / "shards" / f"{self.folder.name}-{number:06d}.tar"
            written = _finished(path, rows)
            if written is None:
                written = write_shard(path, _samples(rows, imaging, start, progress))
                _write_journal(path, rows, written)
            entries.extend(written)
            progress(start + len(rows))
        return entries

    def _replace(self) -> None:
        for journal in (self.partial / "shards").glob("*.json"):
            journal.unlink()
        old = self.folder.with_name(f".{self.folder.name}.old")
        if self.folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            self.folder.rename(old)
        self.partial.rename(self.folder)
        for leftover in (old, *self.folder.parent.glob(f".{self.folder.name}-????????.partial")):
            shutil.rmtree(leftover, ignore_errors=True)


def recover(folder: pathlib.Path) -> None:
    """Put back what stood in a folder, where a build was killed between taking it away and replacing it."""
    old = folder.with_name(f".{folder.name}.old")
    if old.exists() and not folder.exists():
        old.rename(folder)


def _finished(path: pathlib.Path, rows: Table) -> list[Entry] | None:
    """Return the entries of a shard that an interrupted build finished for the same rows."""
    journal = path.with_suffix(".json")
    if not journal.is_file():
        return None
    kept = json.loads(journal.read_text())
    is_whole = path.is_file() and file_sha256(path) == kept["sha256"]
    return [Entry(**fields) for fields in kept["entries"]] if is_whole and kept["rows"] == _rows_hash(rows) else None


def _write_journal(path: pathlib.Path, rows: Table, entries: list[Entry]) -> None:
    whole, part = path.with_suffix(".json"), path.with_suffix(".part")
    described = {"rows": _rows_hash(rows), "sha256": file_sha256(path)}
    with explained_full_disk(whole):
        part.write_text(json.dumps({**described, "entries": [dataclasses.asdict(entry) for entry in entries]}))
    part.rename(whole)


def _rows_hash(rows: Table) -> str:
    return hashlib.sha256("\n".join(str(tuple(row)) for row in rows).encode()).hexdigest()


def _samples(
    rows: Table, imaging: Imaging, start: int, progress: Callable[[int], None]
) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    row_of = {str(identifier): number for number, identifier in enumerate(rows["id"])}
    for identifier, image in imaging.images(rows):
        progress(start + row_of[identifier])
        yield identifier, image, dict(zip(rows.colnames, rows[row_of[identifier]], strict=True))


def _join(catalog: Table, entries: list[Entry]) -> Table:
    row_of = {str(identifier): number for number, identifier in enumerate(catalog["id"])}
    joined = catalog[[row_of[entry.id] for entry in entries]]
    for field in ("shard", "offset", "size", "sha256", "image_is_blank"):
        joined[field] = [getattr(entry, field) for entry in entries]
    joined["offset"].unit = joined["size"].unit = "byte"
    return joined


def _image_shapes(entries: list[Entry]) -> dict[str, int]:
    shapes, counts = np.unique([entry.shape for entry in entries], return_counts=True)
    return {str(shape): int(count) for shape, count in zip(shapes, counts, strict=True)}


def _shard_file(path: pathlib.Path) -> ShardFile:
    return ShardFile(path.name, path.stat().st_size, file_sha256(path))


def content_hash(catalog: Table) -> str:
    """Return a hash of all that a catalog says, image hashes included, in order of identifier; not of where it lies."""
    order = np.argsort(catalog["id"], kind="stable")
    digest = hashlib.sha256()
    for name in sorted(set(catalog.colnames) - set(_WHERE)):
        digest.update(f"{name} {np.asarray(catalog[name])[order].tolist()}\n".encode())
    return digest.hexdigest()
