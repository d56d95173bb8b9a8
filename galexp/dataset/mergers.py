"""Mergers of two disk galaxies, simulated and seen by many cameras: the data of DeepGalaxy (Cai et al. 2020)."""

from __future__ import annotations

import dataclasses
import pathlib
import types
from collections.abc import Mapping, Sequence

import numpy as np
from astropy.table import Row, Table

from galexp.dataset.base import Column, Dataset, Selection
from galexp.dataset.by_hand import ByHand
from galexp.dataset.location import SURVEY
from galexp.dataset.tables import MAIN, PublishedTable
from galexp.dataset.unlabeled import is_unlabeled, read_unlabeled
from galexp.image.hdf5 import FrameSeries, MergerFrames, frames_origin, read_series
from galexp.shard.origin import Origin

SUFFIXES = (".hdf5", ".h5")
FILES = tuple(f"output_bw_{side}.hdf5" for side in (512, 1024, 2048, 256))
PUBLISHED = 36 * 14 * 71
DOWNLOAD = (
    "fetch one file by hand: output_bw_512.hdf5 (2 GB) from edu.nl/guvv4, output_bw_1024.hdf5 (6.1 GB) from "
    "edu.nl/r6eh8 or output_bw_2048.hdf5 (14 GB) from edu.nl/ppnam (ask at github.com/maxwelltsai/DeepGalaxy where "
    "these short links have gone); put it where you like under this name, and give "
    "dataset.catalog=FOLDER/output_bw_512.hdf5 imaging=hdf5"
)


class Mergers(Dataset):
    """Frames of simulated mergers: 36 simulations, 14 cameras, 71 snapshots, 35,784 images.

    The catalog comes from the HDF5 file that holds the frames (``imaging=hdf5`` takes them from there, too). One row a
    frame: its simulation and camera, on which honest splits go, its time, its class and the two ratios. A zip file or a
    folder of images alone, such as observed mergers, is a catalog without targets.

    Args:
        catalog: The HDF5 file; or images without labels; or a table with these columns and ``imaging=files``.
        targets: ``simulation_time``, ``snapshot_class``, ``size_ratio``, ``mass_ratio``.
        columns: As in :class:`Dataset`; a table's alone, an HDF5 file has fixed names.
    """

    name = "mergers"
    identifiers = ()
    columns = (
        Column("simulation", (), "", "name of the simulation", text=True),
        Column("simulation_time", (), "Myr", "time since the start of the simulation"),
        Column("snapshot_class", (), "", "number of the snapshot, 0 for the first: time / interval minus its minimum"),
        Column("snapshot_interval", (), "Myr", "time between two snapshots, the median of the simulation's own times"),
        Column("camera", (), "", "number of the camera"),
        Column("size_ratio", (), "", "size of one galaxy over the other's"),
        Column("mass_ratio", (), "", "mass of one galaxy over the other's"),
        Column(
            "has_merged", (), "", "whether both bulges are one at the end; else the last class is the end of the run"
        ),
    )
    photometry = ()
    published: Mapping[str, int] = types.MappingProxyType({"read": PUBLISHED})
    across = 10
    made = Origin.SIMULATION
    tables = (PublishedTable(MAIN, FILES, (ByHand(FILES[0], DOWNLOAD),)),)

    def __init__(self, catalog: str, targets: Sequence[str], columns: Mapping[str, str] | None = None) -> None:
        super().__init__(catalog, targets, columns)
        self.ignored_targets: list[str] = []
        if is_unlabeled(catalog, self.tables):
            self.ignored_targets, self.targets = self.targets, []

    def locate(self, path: str | pathlib.Path) -> dict[str, pathlib.Path]:
        """Return the file of the frames, or the table, or what holds images alone."""
        return {MAIN: pathlib.Path(path)} if is_unlabeled(path, self.tables) else super().locate(path)

    def shown(self, catalog: Table) -> tuple[list[int], list[str], str]:
        """Return ten snapshots of each of the first four simulations, as the last camera saw them, and their times."""
        if "simulation" not in catalog.colnames:
            return super().shown(catalog)
        rows: list[int] = []
        camera = catalog["camera"].max()
        for name in np.unique(catalog["simulation"])[:4]:
            one = np.flatnonzero((catalog["simulation"] == name) & (catalog["camera"] == camera))
            one = one[np.argsort(catalog["simulation_time"][one])]
            rows += one[np.linspace(0, len(one) - 1, min(self.across, len(one))).astype(int)].tolist()
        last = catalog["snapshot_class"].max()
        return rows, [_caption(catalog[row], last) for row in rows], f"as camera {camera} saw them"

    def read(self, path: str | pathlib.Path) -> Selection:
        """Read the rows of an HDF5 file, the names of images without labels, or a table.

        Where a file bears a published name the number of its frames is compared with the published one.

        Raises:
            FileNotFoundError: where there is nothing at the path; the message says how to get it.
            ValueError: for a file that is no whole HDF5 or has not the layout of DeepGalaxy, and as
                :meth:`Dataset.read` and ``read_unlabeled`` say.
            UsageError: for a target that is no column.
        """
        if not pathlib.Path(path).exists():
            raise FileNotFoundError(f"there is no {path}; {DOWNLOAD}")
        file = self.locate(path)[MAIN]
        self.published = {"read": PUBLISHED} if file.name in FILES else {}
        if is_unlabeled(path, self.tables):
            return read_unlabeled(path, self.tables, self.ignored_targets)
        if file.suffix.lower() not in SUFFIXES:
            return dataclasses.replace(super().read(path), origin=Origin.SIMULATION)
        series, others = read_series(file)
        catalog = _frames(series)
        if frames_origin(file):
            catalog.meta["sources"]["frames"] = frames_origin(file)
        self._check_targets(catalog, catalog, file)
        return Selection(catalog, {"read": len(catalog)}, others, origin=Origin.SIMULATION)


def _caption(frame: Row, last: int) -> str:
    """Return the simulation and time of a frame; the last of a pair that has not merged is but the end of the run."""
    is_end = "has_merged" in frame.colnames and frame["snapshot_class"] == last and not frame["has_merged"]
    return f"{frame['simulation']}\n{frame['simulation_time']:.0f} Myr{', end of run' * bool(is_end)}"


def merger_frames(path: str, downloads: str) -> MergerFrames:
    """Return the frames of the file that the catalog comes from.

    Args:
        path: The file, a folder that holds it under its published name, or ``survey`` for that of the downloads.
        downloads: The folder with a folder of downloads for each survey.

    Raises:
        ValueError: for a folder without the file.
    """
    place = pathlib.Path(downloads) / Mergers.name if path == SURVEY else pathlib.Path(path)
    file = Mergers.tables[0].in_folder(place) if place.is_dir() else place
    if file is None:
        raise ValueError(f"{place} holds no {' or '.join(FILES)} to take frames from; give imaging.path=FILE.hdf5")
    return MergerFrames(str(file))


def _frames(series: Sequence[FrameSeries]) -> Table:
    lengths = [len(one.times) for one in series]
    catalog = Table({"id": [identifier for one in series for identifier in one.identifiers]})
    catalog["simulation"] = np.repeat([one.simulation for one in series], lengths)
    catalog["simulation_time"] = np.concatenate([one.times for one in series])
    catalog["snapshot_class"] = np.concatenate([one.classes for one in series])
    for name in ("interval", "camera", "size_ratio", "mass_ratio"):
        ours = "snapshot_interval" if name == "interval" else name
        catalog[ours] = np.repeat([getattr(one, name) for one in series], lengths)
    if all(one.has_merged is not None for one in series):
        catalog["has_merged"] = np.repeat([one.has_merged for one in series], lengths)
    stored = ", ".join(sorted({one.dtype for one in series}))
    scale = "as they are" if stored == "uint8" else "as round(255 v) in 8 bits, with an error of at most 1/510"
    catalog.meta["sources"] = {"images": f"{stored} frames, kept {scale}"}
    return described(catalog)


def described(catalog: Table) -> Table:
    """Return a catalog of frames whose columns have the units and descriptions of :class:`Mergers`."""
    for column in Mergers.columns:
        if column.name in catalog.colnames:
            catalog[column.name].unit, catalog[column.name].description = column.unit or None, column.description
    return catalog
