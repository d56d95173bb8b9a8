"""A small survey that needs no download: a catalog, deterministic images, and the prepared data made from both."""

from __future__ import annotations

import dataclasses
import io
import os
import pathlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from astropy.table import Table
from PIL import Image

from galexp.shard.build import Build
from galexp.shard.read import PreparedData


def image_bytes(identifier: str, side: int = 16, kind: str = "PNG", bands: int = 3) -> bytes:
    """Return noise that is a function of the identifier; gray where it is ``blank``."""
    shape = (side, side, 3) if bands == 3 else (side, side)
    pixels = np.random.default_rng(list(identifier.encode())).integers(0, 256, shape, dtype=np.uint8)
    if identifier == "blank":
        pixels[:] = 36
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format=kind)
    return encoded.getvalue()


@dataclasses.dataclass
class FakeImaging:
    """Give images made from identifiers; fail at one of them, or leave some out."""

    fails_at: str | None = None
    left_out: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    kind: str = "PNG"
    side: int = 16
    planes: int = 3
    name: str = "files"
    is_mock: bool = False
    bands: tuple[str, ...] | None = None
    pixel_scale: float | None = 0.396
    given: list[str] = dataclasses.field(default_factory=list)

    def available(self, catalog: Table) -> np.ndarray:
        return np.ones(len(catalog), dtype=bool)

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        for identifier in map(str, catalog["id"]):
            if identifier == self.fails_at:
                raise ConnectionError("the power went out")
            if identifier not in self.left_out:
                self.given.append(identifier)
                shown = "blank" if identifier in self.blank else identifier
                yield identifier, image_bytes(shown, self.side, self.kind, self.planes)


def make_catalog(rows: int = 10) -> Table:
    """Return identifiers of 64 bits, positions, a target with a gap and a group column."""
    rng = np.random.default_rng(0)
    catalog = Table({"id": [str(1237649770260463687 + row) for row in range(rows)]})
    catalog["metallicity"] = rng.normal(8.9, 0.2, rows)
    catalog["ra"], catalog["dec"] = rng.uniform(0, 360, rows), rng.uniform(-60, 60, rows)
    catalog["group_id"] = rng.integers(-1, max(rows // 4, 1), rows)
    catalog["metallicity"].unit, catalog["ra"].unit, catalog["dec"].unit = "dex", "deg", "deg"
    return catalog


def make_manifest() -> dict[str, object]:
    """Return the fields of a manifest that a build is given."""
    return {
        "dataset": "sdss_metallicity",
        "catalog": "table.csv",
        "imaging": "files",
        "mock": [],
        "drawn_columns": [],
        "counts": {"read": 10},
        "targets": {"metallicity": "dex"},
        "pixel_scale": 0.396,
        "bands": None,
        "versions": {},
    }


def build_data(
    folder: pathlib.Path, catalog: Table | None = None, imaging: FakeImaging | None = None, recipe: int = 0
) -> PreparedData:
    """Build and open prepared data."""
    catalog = make_catalog() if catalog is None else catalog
    progress: Callable[[int], None] = lambda done: None  # noqa: E731
    Build(folder, {"recipe": recipe}).run(catalog, imaging or FakeImaging(), make_manifest(), progress)
    return PreparedData(folder)


@pytest.fixture(name="image_bytes")
def image_bytes_fixture() -> Callable[..., bytes]:
    return image_bytes


@pytest.fixture(name="fake_imaging")
def fake_imaging_fixture() -> type[FakeImaging]:
    return FakeImaging


@pytest.fixture(name="make_catalog")
def make_catalog_fixture() -> Callable[..., Table]:
    return make_catalog


@pytest.fixture(name="build_data")
def build_data_fixture() -> Callable[..., PreparedData]:
    return build_data


@pytest.fixture
def data(tmp_path: pathlib.Path) -> PreparedData:
    return build_data(tmp_path / "prepared")


@pytest.fixture(scope="session")
def real_data() -> pathlib.Path:
    root = os.environ.get("GALEXP_REAL_DATA")
    if not root:
        pytest.skip("GALEXP_REAL_DATA names no folder with sdss_metallicity/catalog.csv and images")
    return pathlib.Path(root)
