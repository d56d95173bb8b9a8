"""The frames of simulations: a catalog of what each shows, the facts of each simulation, and the pictures."""

from __future__ import annotations

import functools
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jaxtyping import Float, UInt8
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

    Raises:
        ValueError: where a file holds no whole snapshots, or two hold the same simulation.
    """
    tables = [_frames(read_snapshots(path)) for path in paths]
    catalog = vstack(tables, join_type="exact")
    names, counts = np.unique(catalog["id"], return_counts=True)
    if (counts > 1).any():
        raise ValueError(f"frame {names[counts > 1][0]} comes from two files; give each simulation once")
    catalog.meta = {"sources": SOURCES}
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
            "snapshot_interval": np.full(rows, np.median(np.diff(snapshots.times))),
            "camera": np.repeat(np.arange(CAMERAS), count),
            "size_ratio": np.full(rows, snapshots.size_ratio),
            "mass_ratio": np.full(rows, snapshots.mass_ratio),
            "has_merged": np.full(rows, snapshots.diagnostics.has_merged),
        }
    )


def simulation_facts(paths: Sequence[pathlib.Path]) -> dict[str, dict[str, float | bool]]:
    """Return what tells whether to trust each simulation, by its name.

    They are ``energy_drift`` and ``momentum_drift`` (relative), ``has_merged``, ``separation`` of the two bulges in the
    median of the last five snapshots [kpc], ``disk_height_0_start``, ``disk_height_0_end`` and likewise of galaxy 1
    [kpc], and ``steps``.

    Args:
        paths: Files of snapshots.

    Raises:
        ValueError: where a file holds no whole snapshots.
    """
    found = (read_snapshots(path) for path in paths)
    return {snapshots.name: facts_of(snapshots) for snapshots in found}


def facts_of(snapshots: Snapshots) -> dict[str, float | bool]:
    """Return the facts of one simulation, as :func:`simulation_facts` names them."""
    measured = snapshots.diagnostics
    facts: dict[str, float | bool] = {
        "energy_drift": measured.energy_drift,
        "momentum_drift": measured.momentum_drift,
        "has_merged": measured.has_merged,
        "separation": measured.final_separation,
    }
    for galaxy, heights in enumerate(measured.disk_height.T):
        facts |= {f"disk_height_{galaxy}_start": float(heights[0]), f"disk_height_{galaxy}_end": float(heights[-1])}
    return facts | {"steps": snapshots.made_with["steps"]}


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
        self._middle = functools.cache(lambda name, moment: middle(self._read(self.paths[name]), moment))

    def images(self, catalog: Table) -> Iterator[tuple[str, bytes]]:
        """Yield (id, PNG) row by row.

        Raises:
            ValueError: for a row of another simulation.
        """
        for row in catalog:
            name = str(row["simulation"])
            if name not in self.paths:
                raise ValueError(f"frame {row['id']} is of {name}; there are {', '.join(self.paths)}")
            moment, camera, snapshots = int(row["snapshot_class"]), int(row["camera"]), self._read(self.paths[name])
            picture = pictures_of(snapshots, moment, [camera], self.image_size, self._middle(name, moment))[0]
            yield str(row["id"]), encode_png(picture[:, :, None])


def pictures_of(
    snapshots: Snapshots,
    snapshot: int,
    cameras: Sequence[int],
    image_size: int,
    center: Float[ndarray, " axis"] | None = None,
) -> UInt8[ndarray, "camera height width"]:
    """Return what some cameras see of one snapshot, centered between the two galaxies.

    Args:
        snapshots: Of a simulation.
        snapshot: Number of the moment.
        cameras: Their numbers.
        image_size: Pixels along a side.
        center: As :func:`middle` returns it, where it is known.
    """
    stars = snapshots.position[snapshot]
    where = middle(snapshots, snapshot) if center is None else center
    return render(stars - where, snapshots.weight, axes()[list(cameras)], image_size)


def middle(snapshots: Snapshots, snapshot: int) -> Float[ndarray, " axis"]:
    """Return the point halfway between the medians of the two galaxies' stars [kpc]."""
    stars = snapshots.position[snapshot]
    return np.mean([np.median(stars[snapshots.galaxy == number], axis=0) for number in (0, 1)], axis=0)
