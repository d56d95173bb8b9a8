"""Claims about simulations side by side: kept as they finish, named where they fail, ended with their parent."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

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


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2])
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
    assert sorted((tmp_path / "new").glob("[!.]*")) == sorted(paths)


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
        (OSError(28, "no room for it"), OSError, r"simulation s_1_m_0\.5: .*no room for it"),
        (
            FileNotFoundError(2, "No such file", "one.npz"),
            OSError,
            r"simulation s_1_m_0\.5: .*No such file: 'one\.npz'",
        ),
        (OSError("no number"), OSError, r"simulation s_1_m_0\.5: no number"),
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
    assert [path.name[:12] for path in tmp_path.glob("[!.]*")] == ["s_0.5_m_0.5-"]


def test_two_callers_at_once_simulate_once(small, merger, tmp_path, monkeypatch, capsys):
    ran = []

    def slow(size_ratio, mass_ratio, *more):
        ran.append((size_ratio, mass_ratio))
        time.sleep(0.2)
        return dataclasses.replace(merger, size_ratio=size_ratio, mass_ratio=mass_ratio)

    monkeypatch.setattr(fleet, "simulate", slow)
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(simulate_all, small, tmp_path, device="cuda") for _ in range(2)]
        first, second = (call.result() for call in calls)
    assert first == second
    assert len(ran) == 2
    assert "waiting for another process, which simulates into" in capsys.readouterr().out


def test_a_file_that_is_not_whole_is_simulated_again(small, merger, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        fleet, "simulate", lambda size, mass, *more: dataclasses.replace(merger, size_ratio=size, mass_ratio=mass)
    )
    paths = simulate_all(small, tmp_path, device="cuda")
    paths[0].write_bytes(paths[0].read_bytes()[:-5000])
    (tmp_path / "s_1_m_1.npz.0.part").write_bytes(b"left by one that was killed")
    told = []
    assert simulate_all(small, tmp_path, lambda *counts: told.append(counts), device="cuda") == paths
    assert told[0] == (350, 700)
    assert read_snapshots(paths[0]).name == "s_1_m_0.5"
    assert sorted(tmp_path.glob("[!.]*")) == sorted(paths)
    assert f"{paths[0].name} holds no whole snapshots; simulating it again" in capsys.readouterr().out


class Killed:
    """Stand in for a pool one of whose processes was killed."""

    def __init__(self, *arguments):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *arguments):
        pass

    def submit(self, *arguments):
        future = Future()
        future.set_exception(BrokenProcessPool("terminated abruptly"))
        return future

    def shutdown(self, **options):
        pass


def test_where_a_process_is_killed_no_simulation_is_blamed(small, tmp_path, monkeypatch):
    monkeypatch.setattr(fleet, "ProcessPoolExecutor", Killed)
    with pytest.raises(ValueError, match=r"^a process that simulates was killed, .*; set fewer particles, ") as caught:
        simulate_all(small, tmp_path)
    assert "s_1_m_0.5" not in str(caught.value)


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
    assert list((tmp_path / "out").glob("[!.]*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0.1, 1.0, 2.0])
def test_an_interrupt_while_processes_start_is_heard_by_their_parent_alone(wait, tmp_path):
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    words = [sys.executable, script, tmp_path / "out"]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, **streams, text=True, start_new_session=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "0\n"
        time.sleep(wait)
        os.killpg(parent.pid, signal.SIGINT)
        _, errors = parent.communicate(timeout=30)
    assert parent.returncode == -signal.SIGINT
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")


def children(parent):
    """Return the processes that a process has started, on Linux."""
    return [int(word) for word in pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
