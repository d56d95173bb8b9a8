"""Simulations as a file of DeepGalaxy's own layout."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galexp import __version__
from galexp.image.hdf5_write import write_series
from galexp.nbody.camera import CAMERAS
from galexp.nbody.frames import facts_of, pictures_of
from galexp.nbody.snapshots import read_snapshots

if TYPE_CHECKING:
    from jaxtyping import Float, UInt8
    from numpy import ndarray


def export_hdf5(paths: Sequence[pathlib.Path], file: pathlib.Path, image_size: int = 128) -> None:
    """Write the frames of simulations as DeepGalaxy has them, exactly as ``SimulationImaging`` shows them.

    Attributes of the file say that they are a simulation, by which version, with which particles, steps an orbit, seed
    and interval [Myr], where these are the same for all; those of a group say what :func:`facts_of` says.

    Args:
        paths: Files of snapshots.
        file: Where to; it is written whole or not at all.
        image_size: Pixels along a side.

    Raises:
        ValueError: where a file of snapshots is not whole, or a simulation is given twice.
        OSError: where there is no room.
    """
    made_with, facts_of_each = [], {}
    for path in paths:
        one = read_snapshots(path)
        made_with.append(one.made_with | {"snapshot_interval": float(np.median(np.diff(one.times)))})
        facts_of_each[one.name] = facts_of(one)
    facts: dict[str, Any] = {"origin": "simulation", "made_by": f"galexp {__version__}"}
    shared = {name: value for name, value in made_with[0].items() if all(one[name] == value for one in made_with)}
    facts |= {name: value for name, value in shared.items() if name != "steps"}
    write_series(file, _series(paths, image_size), facts, facts_of_each)


def _series(
    paths: Sequence[pathlib.Path], image_size: int
) -> Iterator[tuple[str, int, Float[ndarray, " snapshot"], UInt8[ndarray, "snapshot height width 1"]]]:
    for path in paths:
        snapshots = read_snapshots(path)
        moments = range(len(snapshots.times))
        seen = np.stack([pictures_of(snapshots, moment, range(CAMERAS), image_size) for moment in moments])
        for camera in range(CAMERAS):
            yield snapshots.name, camera, snapshots.times, seen[:, camera, :, :, None]
