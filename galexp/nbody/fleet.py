"""Many simulations: one process each, kept as they finish."""

from __future__ import annotations

import concurrent.futures
import contextlib
import fcntl
import multiprocessing
import os
import pathlib
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import torch

from galexp import world
from galexp.nbody.quality import Quality, simulation_name
from galexp.nbody.simulate import simulate
from galexp.nbody.snapshots import check_room, read_snapshots, snapshot_path, write_snapshots
from galexp.nbody.steps import steps
from galexp.terminal import say

Progress = Callable[[int, int], None]
Pair = tuple[float, float]
_GLANCE = 0.2
_KILLED = (
    "a process that simulates was killed, probably for want of memory; set fewer particles, such as quality=demo, or "
    "fewer at a time in quality.simulations; the finished ones are kept"
)
_shared: Any = None


class _Stopped(Exception):  # noqa: N818 - it is no error
    """Another simulation failed, or the user has had enough."""


def simulate_all(
    quality: Quality, folder: pathlib.Path, progress: Progress | None = None, device: str = "cpu"
) -> list[pathlib.Path]:
    """Simulate what is not there yet, and return the file of every simulation, in the order of ``quality``.

    On the CPU each runs in a process of its own with one thread (several threads wait for one another where the cores
    are busy), as many at a time as there are cores; the longest begins first. On a GPU they run one after another.
    Each is written when it is done, so one that was interrupted goes on where it ended; a file that is not whole is
    made again. Whatever ends this process ends the others, too. Of two calls for one folder, also from two processes,
    the second waits, and finds what the first has made.

    Args:
        quality: Which, and how well.
        folder: Where to; it is made.
        progress: Told the steps that are done and those in all, over all simulations; those found count as done.
        device: Of torch.

    Raises:
        OSError: where there is no room, before anything begins, or while a file is written.
        ValueError: where a simulation fails, with its name, or its process is killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        return _simulate_missing(quality, folder, progress, device)


def _simulate_missing(
    quality: Quality, folder: pathlib.Path, progress: Progress | None, device: str
) -> list[pathlib.Path]:
    paths = {pair: snapshot_path(folder, *pair, quality, device) for pair in quality.simulations}
    lengths = {(size, mass): steps(size, mass, quality) for size, mass in paths}
    missing = sorted((pair for pair, path in paths.items() if not _is_whole(path)), key=lambda pair: -lengths[pair])
    total = sum(lengths.values())
    found = total - sum(lengths[pair] for pair in missing)
    tell = progress or (lambda done, total: None)
    tell(found, total)
    if missing:
        check_room(folder, quality, len(missing))
        run = _one_after_another if torch.device(device).type != "cpu" else _side_by_side
        run({pair: paths[pair] for pair in missing}, quality, lambda done: tell(found + done, total), device)
    return list(paths.values())


@contextlib.contextmanager
def _alone_in(folder: pathlib.Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another process, which simulates into {folder}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left_by_one_that_was_killed in folder.glob("*.part"):
            left_by_one_that_was_killed.unlink()
        yield


def _is_whole(path: pathlib.Path) -> bool:
    """Tell whether a simulation is there; one that cannot be read is not, which the user is told."""
    if not path.is_file():
        return False
    try:
        read_snapshots(path)
    except ValueError:
        say(f"{path} holds no whole snapshots; simulating it again")
        return False
    return True


def _one_after_another(
    paths: dict[Pair, pathlib.Path], quality: Quality, tell: Callable[[int], None], device: str
) -> None:
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        tell(done)

    for pair, path in paths.items():
        with _named(pair):
            write_snapshots(path, simulate(*pair, quality, device, count))


def _side_by_side(paths: dict[Pair, pathlib.Path], quality: Quality, tell: Callable[[int], None], device: str) -> None:
    context = multiprocessing.get_context("spawn")
    done, stop = context.Value("q", 0), context.Event()
    workers = min(len(paths), available_cores())
    with ProcessPoolExecutor(workers, context, _begin, (done, stop)) as pool:
        try:
            with _interrupt_held():
                futures = {pool.submit(_work, pair, path, quality, device): pair for pair, path in paths.items()}
            _wait(futures, lambda: tell(done.value))
        except BaseException as error:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            if isinstance(error, BrokenProcessPool):
                raise ValueError(_KILLED) from error
            raise


@contextlib.contextmanager
def _interrupt_held() -> Iterator[None]:
    """Hold the keyboard's interrupt back while processes start: they never hear it, and this one does at the end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait(futures: dict[Future[None], Pair], tell: Callable[[], None]) -> None:
    waiting = set(futures)
    while waiting:
        finished, waiting = concurrent.futures.wait(
            waiting, timeout=_GLANCE, return_when=concurrent.futures.FIRST_EXCEPTION
        )
        for future in finished:
            with _named(futures[future]):
                future.result()
        tell()


@contextlib.contextmanager
def _named(pair: Pair) -> Iterator[None]:
    """Say which simulation failed; where a process was killed nobody knows which."""
    try:
        yield
    except BrokenProcessPool:
        raise
    except OSError as error:
        raise OSError(error.errno, f"simulation {simulation_name(*pair)}: {error}") from error
    except Exception as error:
        kind = type(error).__name__
        raise ValueError(
            f"simulation {simulation_name(*pair)} failed: {kind}: {error}; the finished ones are kept"
        ) from error


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(done: Any, stop: Any) -> None:
    """Prepare a process for simulations: one thread, no end by the keyboard, which its parent hears, and none alone."""
    global _shared
    _shared = done, stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    world.end_with_parent(0)


def _work(pair: Pair, path: pathlib.Path, quality: Quality, device: str) -> None:
    done, stop = _shared

    def count() -> None:
        if stop.is_set():
            raise _Stopped
        with done.get_lock():
            done.value += 1

    write_snapshots(path, simulate(*pair, quality, device, count))
