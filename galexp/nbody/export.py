"""Simulations as a file of DeepGalaxy's own layout."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from galexp.image.hdf5 import write_series
from galexp.nbody.camera import CAMERAS
from galexp.nbody.frames import pictures_of
from galexp.nbody.snapshots import read_snapshots

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8
    from numpy import ndarray


def export_hdf5(paths: Sequence[pathlib.Path], file: pathlib.Path, image_size: int = 128) -> None:
    """Write the frames of simulations as DeepGalaxy has them, exactly as ``SimulationImaging`` shows them.

    Args:
        paths: Files of snapshots.
        file: Where to; it is written whole or not at all.
        image_size: Pixels along a side.

    Raises:
        ValueError: where a file of snapshots is not whole, or a simulation is given twice.
        OSError: where there is no room.
    """
    write_series(file, _series(paths, image_size))


def _series(
    paths: Sequence[pathlib.Path], image_size: int
) -> Iterator[tuple[str, int, Float[ndarray, " snapshot"], UInt8[ndarray, "snapshot height width 1"]]]:
    for path in paths:
        snapshots = read_snapshots(path)
        moments = range(len(snapshots.times))
        seen = np.stack([pictures_of(snapshots, moment, range(CAMERAS), image_size) for moment in moments])
        for camera in range(CAMERAS):
            yield snapshots.name, camera, snapshots.times, seen[:, camera, :, :, None]
