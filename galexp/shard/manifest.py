"""What a prepared dataset says of itself: ``manifest.json``."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
from typing import Any

from galexp.shard.origin import Origin

FILE_NAME = "manifest.json"


@dataclasses.dataclass(frozen=True)
class ShardFile:
    """One tar of a prepared dataset: its name below ``shards/``, its length in bytes and its hash."""

    name: str
    size: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Manifest:
    """Describe a prepared dataset.

    Args:
        dataset: The survey.
        catalog: ``survey``, ``mock`` or the path that was read.
        imaging: Where the pixels came from.
        mock: Which parts were drawn rather than measured: ``catalog``, ``images``, neither or both.
        drawn_columns: The columns that were drawn rather than measured.
        counts: Rows after every step of the selection, in order.
        targets: Name of each target and its unit.
        units: Unit of every column.
        pixel_scale: [arcsec/pixel], None where it is not known.
        bands: Names of the bands, None where they are not known.
        image_shapes: How many images there are of each ``height x width x band``.
        recipe: The configuration that the content is a function of.
        versions: Of the libraries that wrote it.
        shards: The files.
        content_sha256: Hash of every column of the catalog, image hashes included.
        sources: Of a mock: where each relation comes from, and whether it was checked against the text.
        published_counts: The number of rows that a publication gives for a step, where it gives one.
        origin: ``observed``, ``mock`` or ``simulation``.
        simulations: Of each that was run here: its drifts of energy and momentum, how it ended, its disks' heights.
        drawn_counts: Of images rendered from a survey's rows: in how many rows each column of the renderer was drawn.
    """

    dataset: str
    catalog: str
    imaging: str
    mock: list[str]
    drawn_columns: list[str]
    counts: dict[str, int]
    targets: dict[str, str]
    units: dict[str, str]
    pixel_scale: float | None
    bands: list[str] | None
    image_shapes: dict[str, int]
    recipe: dict[str, Any]
    versions: dict[str, str]
    shards: list[ShardFile]
    content_sha256: str
    sources: dict[str, str] = dataclasses.field(default_factory=dict)
    published_counts: dict[str, int] = dataclasses.field(default_factory=dict)
    origin: str = Origin.OBSERVED
    simulations: dict[str, dict[str, float]] = dataclasses.field(default_factory=dict)
    drawn_counts: dict[str, int] = dataclasses.field(default_factory=dict)

    @property
    def kind(self) -> Origin:
        """What the galaxies are: a mock where any part was drawn or rendered, whatever the rest is."""
        return Origin.MOCK if self.mock else Origin(self.origin)

    def write(self, folder: pathlib.Path) -> None:
        """Write ``manifest.json`` into a folder."""
        (folder / FILE_NAME).write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n")


def read_manifest(folder: str | pathlib.Path) -> Manifest:
    """Read the manifest of a prepared dataset.

    Raises:
        FileNotFoundError: where the folder holds no prepared dataset.
        ValueError: where the manifest is not what this version writes.
    """
    path = pathlib.Path(folder) / FILE_NAME
    if not path.is_file():
        raise FileNotFoundError(f"{folder} holds no prepared dataset ({FILE_NAME} is missing); run prepare")
    try:
        fields = json.loads(path.read_text())
        return Manifest(**{**fields, "shards": [ShardFile(**shard) for shard in fields["shards"]]})
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} cannot be read ({error}); run prepare with force=true") from error


def recipe_hash(recipe: dict[str, Any]) -> str:
    """Return eight hexadecimal digits that stand for a recipe."""
    return hashlib.sha256(json.dumps(recipe, sort_keys=True, default=str).encode()).hexdigest()[:8]
