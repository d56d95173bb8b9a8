"""Frames of simulated mergers written in the HDF5 layout of DeepGalaxy."""

from __future__ import annotations

import io
import pathlib
import uuid
from typing import TYPE_CHECKING, Any

import h5py

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from jaxtyping import Float, UInt8


class _Sink(io.FileIO):
    """A file that keeps a refusal to itself: the library could not even close a file on a full disk in silence."""

    refused: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all, in several parts where the system takes less at once; what there is no room for counts, too."""
        left = memoryview(data).cast("B")
        length = len(left)
        try:
            while left:
                left = left[super().write(left) :]
        except OSError as error:
            self.refused = error
        return length

    def truncate(self, size: int | None = None) -> int:
        """Shorten or extend the file as far as there is room."""
        try:
            return super().truncate(size)
        except OSError as error:
            self.refused = error
            return size or 0


def write_series(
    path: pathlib.Path,
    series: Iterable[tuple[str, int, Float[np.ndarray, " snapshot"], UInt8[np.ndarray, "snapshot height width 1"]]],
    facts: Mapping[str, Any] | None = None,
    facts_of: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Write what cameras saw of simulations in the layout of DeepGalaxy, whole or not at all.

    Args:
        path: Where to; its folder is made, and what is there is replaced.
        series: (name of the simulation, number of the camera, times [Myr], frames).
        facts: Attributes of the file.
        facts_of: Attributes of a simulation's group, by its name.

    Raises:
        ValueError: where a camera of a simulation comes twice.
        OSError: where it cannot be written, such as on a full disk; nothing stays behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with _Sink(part, "x+") as sink, h5py.File(sink, "w") as file:
            file.attrs.update(facts or {})
            for simulation, camera, times, frames in series:
                group = file.require_group(simulation)
                if f"images_camera_{camera:02d}" in group:
                    raise ValueError(f"camera {camera} of {simulation} comes twice; give each simulation once")
                group.attrs.update((facts_of or {}).get(simulation, {}))
                shape = (1, *frames.shape[1:])
                group.create_dataset(f"images_camera_{camera:02d}", data=frames, chunks=shape, compression="gzip")
                group[f"t_myr_camera_{camera:02d}"] = times
                if sink.refused:
                    break
        if sink.refused:
            reason = f"cannot write {path} ({sink.refused.strerror}); free space, or name another place"
            raise OSError(sink.refused.errno, reason)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
