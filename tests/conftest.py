"""A small survey that needs no download: a catalog, deterministic images, and the prepared data made from both."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import io
import os
import pathlib
import resource
import signal
from collections.abc import Callable, Iterator

import h5py
import numpy as np
import pytest
import torch
from astropy.table import Table
from command_line import TINY, Shell
from hydra_once import read_and_put_together_once
from PIL import Image

from galexp.__main__ import main
from galexp.shard.build import Build
from galexp.shard.read import PreparedData

# Networks of tests are too small for a second thread, and the other core has tests of its own.
os.environ |= {"WANDB_MODE": "offline", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
torch.set_num_threads(1)
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage from here on, and leave out what was imported and collected: it stays to the end.

    Hypothesis asks for what refers to an object, which is not told of what is left out, and so is imported before.
    """
    importlib.import_module("hypothesis")
    gc.freeze()
    gc.enable()


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


def write_deepgalaxy(
    path: pathlib.Path,
    ratios: tuple[tuple[str, str], ...] = (("0.25", "0.5"), ("1", "1")),
    cameras: int = 2,
    snapshots: int = 5,
    side: int = 16,
    dtype: str = "float16",
) -> pathlib.Path:
    """Write frames of simulated mergers in the published layout: groups, dimensions, types and times are DeepGalaxy's.

    Two disks of light approach each other until they are one; cameras see them at other angles.
    """
    y, x = np.mgrid[:side, :side] / side - 0.5
    with h5py.File(path, "w") as file:
        for size, mass in ratios:
            group = file.create_group(f"s_{size}_m_{mass}")
            for camera in range(cameras):
                frames = np.zeros((snapshots, side, side, 1), dtype=np.float64)
                for number in range(snapshots):
                    apart = 0.3 * (1 - number / snapshots)
                    angle = camera + 0.1 * number
                    shift = apart * np.cos(angle), apart * np.sin(angle)
                    first = np.exp(-((x - shift[0]) ** 2 + (y - shift[1]) ** 2) / 0.01)
                    second = float(mass) * np.exp(-((x + shift[0]) ** 2 + (y + shift[1]) ** 2) / (0.01 * float(size)))
                    frames[number, :, :, 0] = (first + second) / (1 + float(mass))
                stored = np.rint(frames * 255) if dtype == "uint8" else frames
                group[f"images_camera_{camera:02d}"] = stored.astype(dtype)
                group[f"t_myr_camera_{camera:02d}"] = 12.5 + 5.0 * np.arange(snapshots)
    return path


@pytest.fixture(name="write_deepgalaxy", scope="session")
def write_deepgalaxy_fixture() -> Callable[..., pathlib.Path]:
    return write_deepgalaxy


@pytest.fixture(name="image_bytes", scope="session")
def image_bytes_fixture() -> Callable[..., bytes]:
    return image_bytes


@pytest.fixture(name="fake_imaging", scope="session")
def fake_imaging_fixture() -> type[FakeImaging]:
    return FakeImaging


@pytest.fixture(name="make_catalog", scope="session")
def make_catalog_fixture() -> Callable[..., Table]:
    return make_catalog


@pytest.fixture(name="build_data", scope="session")
def build_data_fixture() -> Callable[..., PreparedData]:
    return build_data


@contextlib.contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(name="files_of_at_most", scope="session")
def files_of_at_most_fixture() -> Callable[[int], contextlib.AbstractContextManager[None]]:
    return files_of_at_most


@pytest.fixture
def data(tmp_path: pathlib.Path) -> PreparedData:
    return build_data(tmp_path / "prepared")


@pytest.fixture(scope="session")
def real_data() -> pathlib.Path:
    root = os.environ.get("GALEXP_REAL_DATA")
    if not root:
        pytest.skip("GALEXP_REAL_DATA names no folder with sdss_metallicity/catalog.csv and images")
    return pathlib.Path(root)


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_works() -> None:
    """Let SIGINT interrupt also where the tests were started in the background, by a shell that has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _compose_once() -> Iterator[None]:
    with read_and_put_together_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def _wandb_at_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what W&B stages and caches out of the user's folders."""
    home = tmp_path_factory.mktemp("wandb")
    os.environ |= {f"WANDB_{name}_DIR": str(home) for name in ("DATA", "CACHE", "CONFIG")}


def thin_forests(patch: pytest.MonkeyPatch) -> None:
    """Let the random forests beside a network have few trees: they take longer than a tiny network to train."""
    for module in ("regression", "classification"):
        patch.setattr(f"galexp.evaluation.baseline.{module}.TREES", 10)


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Return a folder in which one tiny run was trained, on a mock; tests read it and change nothing."""
    folder = tmp_path_factory.mktemp("workplace")
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        thin_forests(patch)
        words = ["split=delta5_q80", "trainer.log_every_n_steps=1", "seed=3"]
        assert main(["train", *TINY, *words]) == 0
    return folder


@pytest.fixture(scope="session")
def trained(workplace: pathlib.Path) -> pathlib.Path:
    """Return the folder of the tiny run; tests read it and change nothing."""
    (run,) = (workplace / "multirun" / "adhoc").iterdir()
    return run


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def shell(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shelf: pathlib.Path
) -> Shell:
    """Return a command line in an empty folder, which draws no contact sheets and plants small forests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("galexp.preparation.build.write_pictures", lambda data, dataset: None)
    thin_forests(monkeypatch)
    return Shell(tmp_path, capsys, shelf)


@pytest.fixture
def desk(shell: Shell, workplace: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Return a command line in a folder with the session's mock in it, which draws no figures."""
    (shell.folder / "data").symlink_to(workplace / "data")
    for verb in ("train", "evaluate"):
        monkeypatch.setattr(f"galexp.job.{verb}.run_figures", lambda *facts: {})
    return shell
