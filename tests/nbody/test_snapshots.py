"""Claims about the files of snapshots: whole or not there, found again, and refused where there is no room."""

from __future__ import annotations

import collections
import dataclasses
import resource
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from galexp.nbody import snapshots
from galexp.nbody.encounter import Orbit
from galexp.nbody.profile import Galaxy
from galexp.nbody.snapshots import check_room, read_snapshots, snapshot_bytes, snapshot_path, write_snapshots


@pytest.fixture
def small_files():
    """Let no file grow beyond 100 kB, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_was_written_is_read(merger, merger_file):
    found = read_snapshots(merger_file)
    for name in ("times", "position", "weight", "galaxy"):
        np.testing.assert_array_equal(getattr(found, name), getattr(merger, name))
        assert getattr(found, name).dtype == getattr(merger, name).dtype
    assert found.made_with == merger.made_with
    assert (found.size_ratio, found.mass_ratio, found.name) == (1.0, 0.5, "s_1_m_0.5")
    for name, value in dataclasses.asdict(merger.diagnostics).items():
        np.testing.assert_array_equal(getattr(found.diagnostics, name), value)


def test_a_path_tells_what_its_content_depends_on(small, tmp_path):
    path = snapshot_path(tmp_path, 1, 0.5, small)
    assert path.name.startswith("s_1_m_0.5-")
    assert snapshot_path(tmp_path, 1.0, 0.5, dataclasses.replace(small, simulations="grid", image_size=99)) == path
    changes = ({name: 200} for name in ("disk_particles", "bulge_particles", "halo_particles", "tracer_particles"))
    others = [dataclasses.replace(small, **change) for change in (*changes, {"seed": 4}, {"steps_per_orbit": 31})]
    paths = {snapshot_path(tmp_path, 1, 0.5, other) for other in others} | {snapshot_path(tmp_path, 0.5, 1, small)}
    assert len(paths - {path}) == 7
    assert snapshot_path(tmp_path, 1, 0.5, small, "cuda:0") != path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SNAPSHOT_INTERVAL", 14.0),
        ("TILTS", ((0.3, 0.2), (0.5, 1.1))),
        ("PHYSICS", 0),
        ("Galaxy", lambda: Galaxy(halo_mass=41.0)),
        ("orbit_of", lambda size, mass: Orbit(70.0, 7.0, 0.9)),
        ("steps", lambda *arguments: 1),
    ],
)
def test_a_path_follows_the_galaxy_its_orbit_and_its_steps(small, tmp_path, monkeypatch, name, value):
    before = snapshot_path(tmp_path, 1, 0.5, small)
    monkeypatch.setattr(snapshots, name, value)
    assert snapshot_path(tmp_path, 1, 0.5, small) != before


def test_two_writers_of_one_file_leave_it_whole(merger, tmp_path, monkeypatch):
    both, save = threading.Barrier(2, timeout=10), np.savez

    def together(stream, **arrays):
        both.wait()
        save(stream, **arrays)
        both.wait()

    monkeypatch.setattr(np, "savez", together)
    with ThreadPoolExecutor(2) as pool:
        for written in [pool.submit(write_snapshots, tmp_path / "one.npz", merger) for _ in range(2)]:
            written.result()
    np.testing.assert_array_equal(read_snapshots(tmp_path / "one.npz").position, merger.position)
    assert [path.name for path in tmp_path.iterdir()] == ["one.npz"]


def test_the_length_of_a_file_is_known_before(small, merger_file):
    assert 0.8 * snapshot_bytes(small) < merger_file.stat().st_size <= snapshot_bytes(small)


def test_without_room_nothing_begins(small, tmp_path, monkeypatch):
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 3 * 10**5))
    check_room(tmp_path, small, 1)
    with pytest.raises(OSError, match=r"has 0\.3 MB free and the snapshots of 2 simulations need 0\.[5-9] MB; free"):
        check_room(tmp_path, small, 2)


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_named_and_nothing_stays_behind(merger, tmp_path):
    with pytest.raises(OSError, match=r"cannot write .*one\.npz .*it needs 0\.2 MB; free space or set paths\.data"):
        write_snapshots(tmp_path / "one.npz", merger)
    assert list(tmp_path.iterdir()) == []


def test_another_error_of_the_disk_passes(merger, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"one\.npz\.\w+\.part"):
        write_snapshots(tmp_path / "nowhere" / "one.npz", merger)


def test_a_file_that_is_no_whole_one_is_refused(merger_file, tmp_path):
    short = tmp_path / "short.npz"
    short.write_bytes(merger_file.read_bytes()[:-5000])
    other = tmp_path / "other.npz"
    np.savez(other, times=np.zeros(3))
    text = tmp_path / "text.npz"
    text.write_text("text")
    for path in (short, other, text, tmp_path / "missing.npz"):
        with pytest.raises(ValueError, match=rf"{path.name} holds no whole snapshots of a simulation .*delete it"):
            read_snapshots(path)
