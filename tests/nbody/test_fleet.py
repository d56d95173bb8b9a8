"""Claims about simulations side by side: kept as they finish, named where they fail, ended with their parent."""

from __future__ import annotations

import dataclasses
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from galexp.nbody import fleet
from galexp.nbody.fleet import available_cores, simulate_all
from galexp.nbody.snapshots import read_snapshots, snapshot_path
from galexp.nbody.steps import steps

ENDLESS = """
import pathlib, sys
from galexp.nbody.fleet import simulate_all
from galexp.nbody.quality import Quality
if __name__ == "__main__":
    quality = Quality(50, 20, 100, 0, 30000, [(1, 1)])
    simulate_all(quality, pathlib.Path(sys.argv[1]), lambda done, total: print(done, flush=True))
"""


@pytest.mark.parametrize("count", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_simulations_run_side_by_side_are_kept_and_found_again(small, merger, tmp_path, count):
    small = dataclasses.replace(small, simulations=small.simulations[:count])
    told = []
    paths = simulate_all(small, tmp_path / "new", lambda *counts: told.append(counts))
    assert paths == [snapshot_path(tmp_path / "new", *pair, small) for pair in small.simulations]
    total = sum(steps(*pair, small) for pair in small.simulations)
    assert (told[0], told[-1]) == ((0, total), (total, total))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert [read_snapshots(path).name for path in paths] == ["s_1_m_0.5", "s_0.75_m_0.5"][:count]
    np.testing.assert_array_equal(read_snapshots(paths[0]).position, merger.position)
    before = [path.stat().st_mtime_ns for path in paths]
    again = []
    assert simulate_all(small, tmp_path / "new", lambda *counts: again.append(counts)) == paths
    assert again == [(total, total)]
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert sorted((tmp_path / "new").iterdir()) == sorted(paths)


def test_on_a_gpu_they_run_one_after_another_in_this_process(small, merger, tmp_path, monkeypatch):
    ran = []

    def quick(size_ratio, mass_ratio, quality, device, on_step):
        ran.append((size_ratio, mass_ratio, device))
        for _ in range(steps(size_ratio, mass_ratio, quality)):
            on_step()
        return dataclasses.replace(merger, size_ratio=size_ratio, mass_ratio=mass_ratio)

    monkeypatch.setattr(fleet, "simulate", quick)
    told = []
    simulate_all(small, tmp_path, lambda *counts: told.append(counts), device="cuda")
    assert sorted(ran) == [(0.75, 0.5, "cuda"), (1.0, 0.5, "cuda")]
    assert told[-1] == (700, 700)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (
            RuntimeError("out of memory"),
            ValueError,
            "simulation s_1_m_0.5 failed: RuntimeError: out of memory; the fin",
        ),
        (OSError(28, "no room for it"), OSError, "no room for it"),
    ],
)
def test_one_that_fails_is_named_and_those_before_it_are_kept(
    small, merger, tmp_path, monkeypatch, error, kind, sentence
):
    def fails(size_ratio, mass_ratio, quality, device, on_step):
        if size_ratio == 1:
            raise error
        return merger

    monkeypatch.setattr(fleet, "simulate", fails)
    quality = dataclasses.replace(small, simulations=[(0.5, 0.5), (1, 0.5)])
    with pytest.raises(kind, match=sentence):
        simulate_all(quality, tmp_path, device="cuda")
    assert [path.name[:12] for path in tmp_path.iterdir()] == ["s_0.5_m_0.5-"]


def test_there_are_cores():
    assert available_cores() >= 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_whatever_ends_the_parent_ends_its_simulations(kind, tmp_path):
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    words = [sys.executable, script, tmp_path / "out"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout
        while int(parent.stdout.readline()) == 0:
            pass
        workers = children(parent.pid)
        assert workers
        parent.send_signal(kind)
        parent.wait(20)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(pathlib.Path(f"/proc/{worker}").exists() for worker in workers):
        time.sleep(0.1)
    assert [worker for worker in workers if pathlib.Path(f"/proc/{worker}").exists()] == []
    assert list((tmp_path / "out").iterdir()) == []


def children(parent):
    """Return the processes that a process has started, on Linux."""
    return [int(word) for word in pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
