"""Read a prepared dataset by offset: any image of any shard, in any order."""

from __future__ import annotations

import hashlib
import os
import pathlib

import numpy as np
from astropy.table import Table

from galexp.catalog.parquet import read_parquet
from galexp.image.codec import decode
from galexp.shard.build import content_hash
from galexp.shard.manifest import Manifest, read_manifest
from galexp.shard.origin import Origin
from galexp.shard.write import file_sha256


class PreparedData:
    """A prepared dataset on disk: its manifest, its catalog, and the image of each row.

    Opening checks that every shard has the length that the manifest gives.

    Args:
        folder: What ``prepare`` wrote.

    Raises:
        FileNotFoundError: where the folder holds no prepared dataset, or its catalog or a shard is missing.
        ValueError: where the catalog cannot be read, or a shard is shorter or longer than it was written.
    """

    def __init__(self, folder: str | pathlib.Path) -> None:
        self.folder = pathlib.Path(folder)
        self.manifest: Manifest = read_manifest(folder)
        self.catalog: Table = _read_catalog(self.folder / "catalog.parquet")
        self._open_shards: dict[str, int] = {}
        for shard in self.manifest.shards:
            _check_length(self.folder / "shards" / shard.name, shard.size)

    def __len__(self) -> int:
        return len(self.catalog)

    @property
    def origin(self) -> Origin:
        """What its galaxies are: a mock where anything was drawn or rendered, a simulation, or observed."""
        return self.manifest.kind

    def image(self, row: int) -> bytes:
        """Return the bytes of one row's image, as they came."""
        shard, offset, size = (self.catalog[name][row] for name in ("shard", "offset", "size"))
        if shard not in self._open_shards:
            self._open_shards[shard] = os.open(self.folder / "shards" / shard, os.O_RDONLY)
        return os.pread(self._open_shards[shard], int(size), int(offset))

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_open_shards": {}}

    def __del__(self) -> None:
        for opened in self.__dict__.get("_open_shards", {}).values():
            os.close(opened)

    def pixels(self, row: int) -> np.ndarray:
        """Return the decoded image of one row, (height, width, band), 8 bits.

        Raises:
            ValueError: where the bytes are no longer an image.
        """
        name = f"{self.catalog['id'][row]} in {self.folder / 'shards' / str(self.catalog['shard'][row])}"
        return decode(self.image(row), name)

    def problems(self) -> list[str]:
        """Re-hash the catalog, every shard and every image; return a sentence for each that is not what was written."""
        found = []
        if content_hash(self.catalog) != self.manifest.content_sha256:
            found.append(f"{self.folder / 'catalog.parquet'} does not have the hash of the manifest")
        for shard in self.manifest.shards:
            path = self.folder / "shards" / shard.name
            if file_sha256(path) != shard.sha256:
                found.append(f"{path} does not have the hash of the manifest")
        for row, written in enumerate(self.catalog["sha256"]):
            if hashlib.sha256(self.image(row)).hexdigest() != written:
                found.append(f"image {self.catalog['id'][row]} does not have the hash of the catalog")
        return found


def _read_catalog(path: pathlib.Path) -> Table:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; run prepare again")
    try:
        return read_parquet(path)
    except (ValueError, OSError) as error:
        raise ValueError(f"{path} cannot be read ({error}); run prepare again") from error


def _check_length(path: pathlib.Path, size: int) -> None:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; run prepare again")
    if path.stat().st_size != size:
        raise ValueError(
            f"{path} has {path.stat().st_size} bytes, the manifest says {size}: it was cut or changed; "
            "run prepare again"
        )
