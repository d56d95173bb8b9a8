"""Claims about the writer of frames: all of it is written, whoever else writes, and what is said is read."""

from __future__ import annotations

import io

import h5py
import numpy as np
import pytest

from galexp.image import hdf5_write
from galexp.image.hdf5 import MergerFrames, frames_origin, read_series
from galexp.image.hdf5_write import write_series

NOISE = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 1), dtype=np.uint8)
SERIES = [("s_1_m_1", camera, 5.0 * np.arange(3), NOISE) for camera in (0, 1)]


def test_what_is_written_and_said_is_read(tmp_path):
    path = tmp_path / "new" / "a.hdf5"
    write_series(path, SERIES, {"origin": "simulation", "seed": 3}, {"s_1_m_1": {"has_merged": True}})
    series, others = read_series(path)
    assert [(one.camera, one.has_merged, one.interval) for one in series] == [(0, True, 5.0), (1, True, 5.0)]
    assert (others, frames_origin(path), len(MergerFrames(str(path))._frames)) == ((), "simulation", 6)
    with h5py.File(path) as file:
        np.testing.assert_array_equal(file["s_1_m_1/images_camera_01"], NOISE)
        assert file.attrs["seed"] == 3


def test_a_system_that_takes_little_at_once_gets_all(tmp_path, monkeypatch):
    write_series(tmp_path / "whole.hdf5", SERIES)

    class Short(io.FileIO):
        def write(self, data):
            return super().write(memoryview(data).cast("B")[:100])

    short = type("Short", (hdf5_write._Sink, Short), {})
    monkeypatch.setattr(hdf5_write, "_Sink", short)
    write_series(tmp_path / "parts.hdf5", SERIES)
    assert (tmp_path / "parts.hdf5").stat().st_size == (tmp_path / "whole.hdf5").stat().st_size
    with h5py.File(tmp_path / "parts.hdf5") as file:
        np.testing.assert_array_equal(file["s_1_m_1/images_camera_01"], NOISE)


def test_two_writers_of_one_file_leave_it_whole(tmp_path):
    path = tmp_path / "a.hdf5"

    def meanwhile():
        yield SERIES[0]
        write_series(path, SERIES[:1])
        yield SERIES[1]

    write_series(path, meanwhile())
    assert len(read_series(path)[0]) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_camera_twice_is_refused_and_nothing_stays(tmp_path):
    with pytest.raises(ValueError, match=r"camera 0 of s_1_m_1 comes twice"):
        write_series(tmp_path / "a.hdf5", [SERIES[0], SERIES[0]])
    assert list(tmp_path.iterdir()) == []
