"""The frames of simulations: a catalog of what each shows, and the pictures."""

from __future__ import annotations

import functools
import hashlib
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import Table, vstack

from galexp.image.codec import encode_png
from galexp.image.hdf5 import frame_identifiers
from galexp.nbody.camera import CAMERAS, axes
from galexp.nbody.render import render
from galexp.nbody.snapshots import Snapshots, read_snapshots
from galexp.nbody.steps import SNAPSHOT_INTERVAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Bool, Float, UInt8
    from numpy import ndarray

RENDERING = 1
"""To be raised with every change of what a picture looks like."""

SOURCES = {
    "simulation": "own N-body simulations: two disk galaxies, collisionless, direct summation; a simulation, not a sky",
    "disks": "moments after Hernquist 1993, ApJS 86, 389 (not checked against the text)",
    "spheres": "Eddington 1916, MNRAS 76, 572, by Binney & Tremaine 2008, eq. 4.46b",
    "halo": "Navarro, Frenk & White 1997, ApJ 490, 493, cut off by choice",
    "bulge": "Hernquist 1990, ApJ 356, 359, eq. 2",
    "orbits": "a choice of ours",
    "grid": "size and mass ratios of DeepGalaxy, Cai et al. 2020",
}


def simulated_catalog(paths: Sequence[pathlib.Path]) -> Table:
    """Return one row a frame: every camera of every snapshot of some simulations.

    Args:
        paths: Files of snapshots.

    Returns:
        The columns of a file of DeepGalaxy's layout, and ``has_merged``, which is false for all frames of a simulation
        whose two bulges are still apart at its end: there the last class says "end of run", not "merged".
        ``meta["simulation"]`` is true.

    Raises:
        ValueError: where a file holds no whole snapshots, or two hold the same simulation.
    """
    tables = [_frames(read_snapshots(path)) for path in paths]
    catalog = vstack(tables, join_type="exact")
    names, counts = np.unique(catalog["id"], return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"frame {names[counts > 1][0]} comes from two files; give each simulation once")
    catalog.meta = {"simulation": True, "sources": SOURCES}
    return catalog


def _frames(snapshots: Snapshots) -> Table:
    count = len(snapshots.times)
    ratios = snapshots.size_ratio, snapshots.mass_ratio
    identifiers = [name for camera in range(CAMERAS) for name in frame_identifiers(*ratios, camera, count)]
    rows = CAMERAS * count
    return Table(
        {
            "id": identifiers,
            "simulation": [snapshots.name] * rows,
            "simulation_time": np.tile(snapshots.times, CAMERAS),
            "snapshot_class": np.tile(np.arange(count), CAMERAS),
            "snapshot_interval": np.full(rows, SNAPSHOT_INTERVAL),
            "camera": np.repeat(np.arange(CAMERAS), count),
            "size_ratio": np.full(rows, snapshots.size_ratio),
            "mass_ratio": np.full(rows, snapshots.mass_ratio),
            "has_merged": np.full(rows, snapshots.diagnostics.has_merged),
        }
    )


class SimulationImaging:
    """Show the stars of simulations to cameras; a simulation, no pixel of it was ever observed.

    Args:
        paths: Files of snapshots.
        image_size: Pixels along a side.

    Raises:
        ValueError: where a file holds no whole snapshots.
    """

    name = "simulation"
    bands: tuple[str, ...] | None = ("stellar mass",)
    pixel_scale: float | None = None

    def __init__(self, paths: Sequence[pathlib.Path], image_size: int = 128) -> None:
        self.image_size = image_size
        self.paths = {read_snapshots(path).name: pathlib.Path(path) for path in paths}
        self._read = functools.lru_cache(maxsize=2)(read_snapshots)

    def available(self, catalog: Table) -> Bool[ndarray, " frame"]:
        """Tell which rows are frames of one of the simulations."""
        return np.isin(np.asarray(catalog["simulation"], dtype=str), list(self.paths))

    def fingerprint(self, catalog: Table) -> str:
        """Return a hash of the rows' ids, the names of the files, which tell all they depend on, and the pictures."""
        lines = [f"{RENDERING} {self.image_size}", *(path.name for path in self.paths.values()), *catalog["id"]]
        return hashlib.sha256("\n".join(map(str, lines)).encode()).hexdigest()

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, PNG) row by row.

        Raises:
            ValueError: for a row of another simulation.
        """
        for row in catalog:
            name = str(row["simulation"])
            if name not in self.paths:
                raise ValueError(f"frame {row['id']} is of {name}; there are {', '.join(self.paths)}")
            pictures = pictures_of(
                self._read(self.paths[name]), int(row["snapshot_class"]), [int(row["camera"])], self.image_size
            )
            yield str(row["id"]), encode_png(pictures[0][:, :, None])


def pictures_of(
    snapshots: Snapshots, snapshot: int, cameras: Sequence[int], image_size: int
) -> UInt8[ndarray, "camera height width"]:
    """Return what some cameras see of one snapshot, centered between the two galaxies.

    Args:
        snapshots: Of a simulation.
        snapshot: Number of the moment.
        cameras: Their numbers.
        image_size: Pixels along a side.
    """
    stars = snapshots.position[snapshot]
    return render(stars - middle(snapshots, snapshot), snapshots.weight, axes()[list(cameras)], image_size)


def middle(snapshots: Snapshots, snapshot: int) -> Float[ndarray, " axis"]:
    """Return the point halfway between the medians of the two galaxies' stars [kpc]."""
    stars = snapshots.position[snapshot]
    return np.mean([np.median(stars[snapshots.galaxy == number], axis=0) for number in (0, 1)], axis=0)
