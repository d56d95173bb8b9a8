"""An explanation of a network: what it was asked, what came out, and the files that hold it."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table

from galexp.attribution.heat import enlarged
from galexp.catalog.parquet import read_parquet, write_parquet
from galexp.shard.origin import Origin

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8

MAPS, METRICS = "maps.npz", "metrics.json"
_TABLES = ("attribution", "profile", "deletion", "cascade")


@dataclasses.dataclass(frozen=True)
class Gallery:
    """The galaxies that are looked at, and their maps.

    Args:
        ids: Of the galaxies, each once.
        kinds: Why they are looked at, such as ``surest gas_rich`` -> places among the galaxies.
        images: As the network sees them.
        targets: Names of the outputs that are explained.
        values: What the network says: probabilities of classes, numbers in their unit.
        truth: The same of the truth: 1 of the true class and 0 of others; NaN where it is not known.
        maps: Method -> signed maps, of the layer's size for Grad-CAM and else of the image's.
    """

    ids: list[str]
    kinds: dict[str, list[int]]
    images: UInt8[np.ndarray, "galaxy height width band"]
    targets: list[str]
    values: Float[np.ndarray, "galaxy target"]
    truth: Float[np.ndarray, "galaxy target"]
    maps: dict[str, Float[np.ndarray, "galaxy target map_height map_width"]]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the images [pixel]."""
        return self.images.shape[1], self.images.shape[2]


@dataclasses.dataclass(frozen=True)
class Explanation:
    """All that is known of one.

    Args:
        gallery: Galaxies to look at.
        facts: What ``metrics.json`` says: data, run, layer, methods, and what the checks came to.
        attribution: Every map in numbers, as :func:`galexp.attribution.table.attribution_table` makes it.
        profile: Where the attribution lies in the population; None where there is none.
        deletion: Curves of images taken apart and put together; None where nothing was checked.
        cascade: Likeness of maps while the network is made random; None likewise.
        examples: Maps at each stage of that [stage, galaxy, height, width]; None likewise.
        example_images: Of these galaxies.
    """

    gallery: Gallery
    facts: Mapping[str, Any]
    attribution: Table
    profile: Table | None = None
    deletion: Table | None = None
    cascade: Table | None = None
    examples: np.ndarray | None = None
    example_images: np.ndarray | None = None

    @property
    def origin(self) -> Origin:
        """What the galaxies are."""
        return Origin(self.facts["data"])

    @property
    def methods(self) -> list[str]:
        """That were asked for; the first also made the profile."""
        return list(self.gallery.maps)

    def save(self, folder: pathlib.Path) -> None:
        """Write everything but the figures into a folder.

        ``maps.npz`` holds, in the order of the galaxies: ``id``, ``target``, ``image`` (uint8), ``value``, ``truth``
        and, for each method, ``<method>`` (float32, galaxy x target x height x width, as large as the layer's map) and,
        where that is another size, ``<method>_full`` (as large as the image); ``example`` and ``example_image`` of the
        check by random layers.
        ``attribution.parquet`` has a row a kind, galaxy, method and target.

        Args:
            folder: That is there.
        """
        arrays: dict[str, Any] = {"id": np.array(self.gallery.ids, dtype=str), "target": np.array(self.gallery.targets)}
        arrays |= {"image": self.gallery.images, "value": self.gallery.values, "truth": self.gallery.truth}
        for method, maps in self.gallery.maps.items():
            arrays[method] = np.asarray(maps, dtype=np.float32)
            if maps.shape[-2:] != self.gallery.size:
                arrays[f"{method}_full"] = enlarged(maps, *self.gallery.size)
        if self.examples is not None:
            arrays |= {"example": self.examples.astype(np.float32), "example_image": self.example_images}
        np.savez_compressed(folder / MAPS, **arrays)
        for name in _TABLES:
            if (table := getattr(self, name)) is not None:
                write_parquet(table, folder / f"{name}.parquet")


def load(folder: pathlib.Path) -> Explanation:
    """Read an explanation back from its folder.

    Args:
        folder: What ``explain`` wrote.

    Raises:
        ValueError: where a file is missing or cannot be read.
    """
    try:
        facts = json.loads((folder / METRICS).read_text())
        with (folder / MAPS).open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = dict(stored)
        attribution = read_parquet(folder / "attribution.parquet")
        tables = {name: _table(folder / f"{name}.parquet") for name in _TABLES[1:]}
        ids = arrays["id"].tolist()
        place = {name: number for number, name in enumerate(ids)}
        kinds = {kind: [place[name] for name in names] for kind, names in facts["shown"].items()}
        maps = {method: arrays[method] for method in facts["methods"]}
        own = (ids, kinds, arrays["image"], arrays["target"].tolist(), arrays["value"], arrays["truth"], maps)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"{folder} holds no whole explanation ({reason}); run explain again") from error
    return Explanation(Gallery(*own), facts, attribution, **tables, **_examples(arrays))


def _table(path: pathlib.Path) -> Table | None:
    return read_parquet(path) if path.is_file() else None


def _examples(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray | None]:
    return {"examples": arrays.get("example"), "example_images": arrays.get("example_image")}
