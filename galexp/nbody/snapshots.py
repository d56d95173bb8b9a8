"""The snapshots of a simulation, in memory and as a file that is found again."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import pathlib
import shutil
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galexp.nbody.diagnose import Diagnostics
from galexp.nbody.encounter import TILTS, orbit_of
from galexp.nbody.profile import Galaxy
from galexp.nbody.quality import Quality, simulation_name
from galexp.nbody.steps import SNAPSHOT_INTERVAL, SNAPSHOTS, steps

if TYPE_CHECKING:
    from jaxtyping import Float, Float32, UInt8
    from numpy import ndarray

PHYSICS = 2
"""To be raised with every change of what a simulation gives, so that no older file is taken for a new one."""

_NO_PHYSICS = ("simulations", "image_size")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FACTS = ("size_ratio", "mass_ratio", "times", "position", "weight", "galaxy")


@dataclasses.dataclass(frozen=True)
class Snapshots:
    """The stars of a simulation at equally spaced moments.

    Attributes:
        size_ratio: Size of the second galaxy over the first's.
        mass_ratio: Likewise of the masses.
        times: Since the start [Myr].
        position: [kpc].
        weight: Stellar mass of each particle [1e10 Msun].
        galaxy: 0 or 1, that a particle was born in.
        diagnostics: What tells whether to trust it.
        made_with: The numbers of particles of a galaxy, the steps an orbit and in all, and the seed.
    """

    size_ratio: float
    mass_ratio: float
    times: Float[ndarray, " snapshot"]
    position: Float32[ndarray, "snapshot star axis"]
    weight: Float32[ndarray, " star"]
    galaxy: UInt8[ndarray, " star"]
    diagnostics: Diagnostics
    made_with: dict[str, int]

    @property
    def name(self) -> str:
        """Name of the simulation, such as ``s_0.25_m_0.5``."""
        return simulation_name(self.size_ratio, self.mass_ratio)


def quality_facts(quality: Quality) -> dict[str, int]:
    """Return what of a quality a simulation depends on."""
    return {name: value for name, value in dataclasses.asdict(quality).items() if name not in _NO_PHYSICS}


def snapshot_path(
    folder: pathlib.Path, size_ratio: float, mass_ratio: float, quality: Quality, device: str = "cpu"
) -> pathlib.Path:
    """Return where the snapshots of a simulation lie: its name, and a hash of everything that they depend on.

    These are the quality, the fiducial galaxy, the orbit, the tilts, the steps, the interval, the device, for it rounds
    in its own way, and ``PHYSICS`` for all else.
    """
    facts: dict[str, Any] = quality_facts(quality) | {
        "size_ratio": float(size_ratio),
        "mass_ratio": float(mass_ratio),
        "physics": PHYSICS,
    }
    facts |= {"galaxy": dataclasses.asdict(Galaxy()), "orbit": dataclasses.asdict(orbit_of(size_ratio, mass_ratio))}
    facts |= {"tilts": TILTS, "steps": steps(size_ratio, mass_ratio, quality), "snapshots": SNAPSHOTS}
    facts |= {"interval": SNAPSHOT_INTERVAL, "device": torch.device(device).type}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return folder / f"{simulation_name(size_ratio, mass_ratio)}-{digest[:16]}.npz"


def snapshot_bytes(quality: Quality) -> int:
    """Return the length of one file of snapshots, with something to spare [byte]."""
    stars = 2 * (quality.disk_particles + quality.bulge_particles + quality.tracer_particles)
    return 12 * SNAPSHOTS * stars + 5 * stars + 2**15


def check_room(folder: pathlib.Path, quality: Quality, count: int) -> None:
    """Refuse to begin where the snapshots of some simulations will not fit.

    Raises:
        OSError: naming the folder, what is needed and what is free.
    """
    needed, free = count * snapshot_bytes(quality), shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(
            errno.ENOSPC,
            f"{folder} has {free / 1e6:.1f} MB free and the snapshots of {count} simulations need {needed / 1e6:.1f} "
            "MB; free space, set paths.data=FOLDER, or name fewer in quality.simulations",
        )


def write_snapshots(path: pathlib.Path, snapshots: Snapshots) -> None:
    """Write a file whole or not at all, whoever else writes it at the same time.

    Raises:
        OSError: where there is no room, with what to do; nothing stays behind.
    """
    arrays = {name: getattr(snapshots, name) for name in _FACTS}
    arrays |= dataclasses.asdict(snapshots.diagnostics) | {"made_with": json.dumps(snapshots.made_with)}
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as stream:
            np.savez(stream, **arrays)
        part.replace(path)
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        needed = sum(np.asarray(array).nbytes for array in arrays.values()) / 1e6
        raise OSError(
            error.errno,
            f"cannot write {path} ({error.strerror or error}): it needs {needed:.1f} MB; free space or set "
            "paths.data=FOLDER, then run prepare again: finished simulations are kept",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def read_snapshots(path: pathlib.Path) -> Snapshots:
    """Read a file of :func:`write_snapshots`.

    Raises:
        ValueError: where it is not there, not whole or something else.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = dict(file)
        facts = {name: arrays.pop(name) for name in _FACTS}
        made_with = json.loads(str(arrays.pop("made_with")))
        diagnostics = Diagnostics(**arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} holds no whole snapshots of a simulation ({error}); delete it, and run again"
        ) from error
    return Snapshots(
        **facts | {"size_ratio": float(facts["size_ratio"]), "mass_ratio": float(facts["mass_ratio"])},
        diagnostics=diagnostics,
        made_with=made_with,
    )
