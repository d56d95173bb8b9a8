"""Frames of simulated mergers in the HDF5 layout of DeepGalaxy."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import pathlib
import re
from typing import TYPE_CHECKING

import h5py
import numpy as np

from galexp.image.codec import encode_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from astropy.table import Table
    from jaxtyping import Bool, Float, Integer, UInt8

_SIMULATION = re.compile(r"s_(\d+(?:\.\d+)?)_m_(\d+(?:\.\d+)?)")
_CAMERA = re.compile(r"images_camera_(\d{2})")
LAYOUT = "groups s_SIZE_m_MASS with images_camera_CC of (snapshot, N, N, 1) and t_myr_camera_CC of (snapshot,)"
CHUNK_CACHE = 2**28
_UNEVEN = 0.25


@dataclasses.dataclass(frozen=True)
class FrameSeries:
    """What one camera saw of one simulation.

    Args:
        simulation: Name of the group, such as ``s_0.25_m_0.5``.
        size_ratio: Of the two galaxies.
        mass_ratio: Of the two galaxies.
        camera: Its number.
        times: Since the start of the simulation [Myr], rising.
        shape: Of the frames: (snapshot, height, width, 1).
        dtype: Of their pixels: ``uint8``, or floating point in [0, 1].
        has_merged: Whether the two galaxies are one at the end; ``None`` where the file does not say.
    """

    simulation: str
    size_ratio: float
    mass_ratio: float
    camera: int
    times: Float[np.ndarray, " snapshot"]
    shape: tuple[int, ...]
    dtype: str
    has_merged: bool | None = None

    @property
    def images(self) -> str:
        """Where the frames lie in the file."""
        return f"{self.simulation}/images_camera_{self.camera:02d}"

    @property
    def interval(self) -> float:
        """The time between snapshots [Myr], the median of the differences."""
        return float(np.median(np.diff(self.times)))

    @property
    def identifiers(self) -> list[str]:
        """One a frame, as :func:`frame_identifiers` says."""
        return frame_identifiers(self.size_ratio, self.mass_ratio, self.camera, len(self.times))

    @property
    def classes(self) -> Integer[np.ndarray, " snapshot"]:
        """Number of each snapshot, int(t / interval) minus its minimum; a snapshot that is left out leaves a gap.

        It is summed from the rounded steps, so that no rounding of a time puts two snapshots into one class.
        """
        steps = np.rint(np.diff(self.times) / self.interval).astype(np.int64)
        return np.concatenate([[0], np.cumsum(steps)])


def frame_identifiers(size_ratio: float, mass_ratio: float, camera: int, count: int) -> list[str]:
    """Return the ids of the frames that a camera took of a simulation; they have no dot.

    Example:
        >>> frame_identifiers(0.25, 0.5, camera=3, count=2)
        ['s025_m050_c03_t000', 's025_m050_c03_t001']
    """
    start = f"s{_digits(size_ratio)}_m{_digits(mass_ratio)}_c{camera:02d}"
    return [f"{start}_t{frame:03d}" for frame in range(count)]


def _digits(ratio: float) -> str:
    """Return a ratio without its dot, with two decimals or more: 0.25 is ``025``, 1 is ``100``, 0.333 is ``0333``."""
    units, _, decimals = str(ratio).partition(".")
    return f"{units}{decimals:0<2}"


def read_series(path: str | pathlib.Path) -> tuple[list[FrameSeries], tuple[str, ...]]:
    """Return every camera of every simulation in a file, in order, and the names of the groups that are none.

    Raises:
        ValueError: where the file is not there or no whole HDF5, or has not the layout of DeepGalaxy; the message says
            what was found where.
    """
    with _opened(pathlib.Path(path)) as file:
        names = [name for name in file if _SIMULATION.fullmatch(name) and isinstance(file[name], h5py.Group)]
        if not names:
            found = ", ".join(list(file)[:5]) or "nothing"
            raise ValueError(f"{path} holds no simulation: found {found}; expected {LAYOUT}")
        series = [one for name in names for one in _cameras(file[name], f"{path}: {name}")]
        others = tuple(name for name in file if name not in names)
    series = sorted(series, key=lambda one: one.identifiers[0])
    for one, other in itertools.pairwise(series):
        if one.identifiers[0] == other.identifiers[0]:
            raise ValueError(f"{path}: {one.simulation} and {other.simulation} are one simulation; keep one of them")
    return series, others


def frames_origin(path: str | pathlib.Path) -> str:
    """Return what a file says that its frames are, such as ``simulation``; DeepGalaxy's own say nothing.

    Raises:
        ValueError: where the file is not there or no whole HDF5.
    """
    with _opened(pathlib.Path(path)) as file:
        return str(file.attrs.get("origin", ""))


def _opened(path: pathlib.Path) -> h5py.File:
    if not path.is_file():
        raise ValueError(f"there is no file {path}; give dataset.catalog=FILE.hdf5")
    try:
        return h5py.File(path, "r", rdcc_nbytes=CHUNK_CACHE)
    except OSError as error:
        raise ValueError(f"{path} is no whole HDF5 file ({error}); fetch it again") from error


def _cameras(group: h5py.Group, where: str) -> Iterator[FrameSeries]:
    matched = _SIMULATION.fullmatch(group.name.strip("/"))
    assert matched
    size_ratio, mass_ratio = map(float, matched.groups())
    merged = bool(group.attrs["has_merged"]) if "has_merged" in group.attrs else None
    cameras = [int(found.group(1)) for found in map(_CAMERA.fullmatch, group) if found]
    if not cameras:
        raise ValueError(f"{where} has no images_camera_CC, only {', '.join(group) or 'nothing'}; expected {LAYOUT}")
    for camera in cameras:
        if f"t_myr_camera_{camera:02d}" not in group:
            raise ValueError(f"{where} has images_camera_{camera:02d} without t_myr_camera_{camera:02d}")
        images = group[f"images_camera_{camera:02d}"]
        times = np.asarray(group[f"t_myr_camera_{camera:02d}"][()], dtype=np.float64)
        _check_frames(images, times, f"{where}/images_camera_{camera:02d}")
        name = group.name.strip("/")
        yield FrameSeries(name, size_ratio, mass_ratio, camera, times, images.shape, str(images.dtype), merged)


def _check_frames(images: h5py.Dataset, times: np.ndarray, where: str) -> None:
    if len(images.shape) != 4 or images.shape[1] != images.shape[2] or images.shape[3] != 1:
        raise ValueError(f"{where} has the shape {images.shape}; expected (snapshot, N, N, 1)")
    if times.shape != images.shape[:1]:
        raise ValueError(
            f"{where} has {images.shape[0]} frames and times of the shape {times.shape}: frames or times are missing"
        )
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise ValueError(f"{where} holds {images.dtype}; expected uint8, or floating point from 0 to 1")
    steps = np.diff(times)
    if len(times) < 2 or not np.isfinite(times).all() or (steps <= 0).any():
        raise ValueError(
            f"{where} has the times {np.array2string(times, threshold=6)} Myr; expected two or more, rising"
        )
    whole = steps / np.median(steps)
    if np.abs(whole - np.rint(whole)).max() > _UNEVEN or np.rint(whole).min() < 1:
        raise ValueError(
            f"{where} has snapshots {steps.min():g} to {steps.max():g} Myr apart, which are no multiples of their "
            f"median {np.median(steps):g}; snapshots of one simulation are evenly spaced"
        )


class MergerFrames:
    """Give the frames of a DeepGalaxy file as 8-bit PNG of one band.

    Frames of 8 bits are kept exactly. Of floating-point frames the values v in [0, 1] become round(255 v): the error is
    at most 1/510, and what is fainter than 1/510 becomes black, although half precision had kept it.

    Args:
        path: The file; by default the one that the catalog is read from.

    Raises:
        ValueError: as :func:`read_series` says.
    """

    name = "hdf5"
    bands: tuple[str, ...] | None = ("gray",)
    pixel_scale: float | None = None

    def __init__(self, path: str) -> None:
        self.path = pathlib.Path(path)
        series, _ = read_series(path)
        self._frames = {identifier: (one, frame) for one in series for frame, identifier in enumerate(one.identifiers)}

    def available(self, catalog: Table) -> Bool[np.ndarray, " frame"]:
        """Tell which rows have a frame.

        Raises:
            ValueError: where none has.
        """
        wanted = [str(identifier) for identifier in catalog["id"]]
        found = np.array([identifier in self._frames for identifier in wanted], dtype=bool)
        if not found.any():
            raise ValueError(
                f"none of {len(wanted)} catalog ids (such as {', '.join(wanted[:3])}) is a frame of {self.path}, whose "
                f"{len(self._frames)} frames have ids such as {next(iter(self._frames))}"
            )
        return found

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of the rows' ids, the shapes and types of their frames, and the length of the file."""
        frames = [(identifier, self._frames[identifier][0]) for identifier in map(str, catalog["id"])]
        lines = [f"{identifier} {one.shape} {one.dtype}" for identifier, one in frames]
        return hashlib.sha256("\n".join([str(self.path.stat().st_size), *lines]).encode()).hexdigest()

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, PNG) row by row.

        Raises:
            ValueError: for a frame with values that are not finite or outside 0 to 1, or that cannot be read.
        """
        with _opened(self.path) as file:
            for identifier in map(str, catalog["id"]):
                one, frame = self._frames[identifier]
                try:
                    pixels = file[one.images][frame]
                except (OSError, KeyError) as error:
                    where = f"{self.path}: frame {frame} of {one.images}"
                    raise ValueError(f"{where} cannot be read ({error}); fetch the file again") from error
                yield identifier, encode_png(_eight_bits(pixels, f"{self.path}: frame {frame} of {one.images}"))


def _eight_bits(pixels: np.ndarray, where: str) -> UInt8[np.ndarray, "height width 1"]:
    if pixels.dtype == np.uint8:
        return pixels
    values = pixels.astype(np.float32)
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= 1):
        raise ValueError(f"{where} has values from {low:g} to {high:g}; expected 0 to 1")
    return np.rint(values * 255).astype(np.uint8)
