"""How a job gets its processes: one for each device, started by torch's elastic agent, and watched to their end."""

from __future__ import annotations

import ctypes
import json
import logging
import os
import pathlib
import signal
import socket
import sys
import tempfile
import time
import traceback
import uuid
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from galexp import terminal, world
from galexp.config import RankError, is_ours

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST = 2**31 - 1
_GRACE = 4
_PORT, _HIGHEST_PORT = 29500, 65535
_LOST = "by peer"
_INTERRUPTED = 130
_HANDLED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def devices(trainer: dict[str, Any]) -> int:
    """Return how many devices a run uses on each machine: what was asked for, or all GPUs for ``auto``."""
    if trainer["devices"] not in ("auto", -1):
        return int(trainer["devices"])
    return torch.cuda.device_count() if on_gpu(trainer) else 1


def on_gpu(trainer: dict[str, Any]) -> bool:
    """Tell whether a run uses GPUs."""
    return trainer["accelerator"] == "gpu" or (trainer["accelerator"] == "auto" and torch.cuda.is_available())


def nodes(trainer: dict[str, Any]) -> int:
    """Return how many machines a run uses."""
    return int(trainer["num_nodes"])


def world_size(trainer: dict[str, Any]) -> int:
    """Return how many processes a run needs on all machines."""
    return devices(trainer) * nodes(trainer)


def together(trainer: dict[str, Any], function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in one process per device and return what the first of this machine's gives.

    If one fails, the others are ended within seconds.

    Args:
        trainer: ``devices`` and ``num_nodes`` of the configuration.
        function: At module level, since the processes import it.
        *arguments: What it is given; they are pickled.

    Raises:
        ValueError: with a process's own sentence where galexp refused something in it, or for a port in use.
        RankError: with the traceback of the first process that failed.
        KeyboardInterrupt: where the user, or a scheduler, ended it.
    """
    _silence_agent()
    with tempfile.TemporaryDirectory() as folder:
        config = LaunchConfig(
            **_meeting_point(nodes(trainer)),
            nproc_per_node=devices(trainer),
            rdzv_backend="c10d",
            max_restarts=0,
            shutdown_timeout=_GRACE,
            signals_to_handle="SIGINT,SIGHUP,SIGQUIT"
            if "SUBMITIT_EXECUTOR" in os.environ
            else "SIGTERM,SIGINT,SIGHUP,SIGQUIT",
            logs_specs=DefaultLogsSpecs(log_dir=folder),
        )
        handlers = {name: signal.getsignal(name) for name in _HANDLED}
        try:
            answers = elastic_launch(config, _as_rank)(folder, trainer, function, *arguments)
        except ChildFailedError as error:
            raise _cause(pathlib.Path(folder), error, world_size(trainer), nodes(trainer) == 1) from None
        except SignalException as error:
            raise KeyboardInterrupt(signal.Signals(error.sigval).name) from error
        finally:
            for name, handler in handlers.items():
                signal.signal(name, signal.SIG_DFL if handler is None else handler)
    return answers[min(answers)]


def _meeting_point(machines: int) -> dict[str, Any]:
    """Return where the processes find each other: a free port here, or on the machine that MASTER_ADDR names."""
    port = _port()
    first = os.environ.get("MASTER_ADDR")
    if machines == 1:
        first = "127.0.0.1"
        _refuse_port_in_use(port)
    elif first is None:
        raise ValueError(
            f"trainer.num_nodes is {machines} and MASTER_ADDR does not say where the machines meet; set it to the "
            "name of the first machine on all of them, or start galexp with torchrun"
        )
    return {
        "min_nodes": machines,
        "max_nodes": machines,
        "run_id": uuid.uuid4().hex if machines == 1 else os.environ.get("SLURM_JOB_ID", "galexp"),
        "rdzv_endpoint": f"{first}:{port or (0 if machines == 1 else _PORT)}",
        "local_addr": first if machines == 1 else None,
    }


def _port() -> int:
    word = os.environ.get("MASTER_PORT", "0")
    if not word.isdigit() or int(word) > _HIGHEST_PORT:
        raise ValueError(f"MASTER_PORT is {word!r}; expected a number up to {_HIGHEST_PORT}, or unset it")
    return int(word)


def _refuse_port_in_use(port: int) -> None:
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            raise ValueError(
                f"port {port} (MASTER_PORT) cannot be used here: {error.strerror}; name another, or unset MASTER_PORT "
                "and a free one is taken"
            ) from error


def _silence_agent() -> None:
    """Let the agent's own words go: what failed is said in one sentence, or by the traceback of the first failure."""
    for name in logging.root.manager.loggerDict:
        if name.startswith(("torch.distributed.elastic", "torch.multiprocessing")):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _as_rank(folder: str, trainer: dict[str, Any], function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function as one of several processes; a failure is noted before it spreads to the others."""
    warnings.showwarning = terminal.note
    if not on_gpu(trainer) and "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, cores() // devices(trainer)))
    with world.joined(world_size(trainer)):
        try:
            return function(*arguments)
        except KeyboardInterrupt:
            raise SystemExit(_INTERRUPTED) from None
        except Exception as error:
            note = {"rank": world.rank(), "text": str(error), "trace": traceback.format_exc(), "ours": is_ours(error)}
            path = pathlib.Path(folder) / f"{time.time_ns()}-{world.rank()}.failure"
            path.with_suffix(".part").write_text(json.dumps(note))
            path.with_suffix(".part").rename(path)
            raise


def _cause(folder: pathlib.Path, error: ChildFailedError, processes: int, is_alone: bool) -> Exception:
    """Return the failure that came first, as a sentence where galexp itself raised it."""
    notes = [json.loads(path.read_text()) for path in sorted(folder.glob("*.failure"))]
    here = range(processes) if is_alone else ()
    silent = sorted(set(here) - {note["rank"] for note in notes})
    if not notes or (_LOST in notes[0]["text"] and silent):
        rank, failure = error.get_first_failure()
        rank, why = (rank, failure.message) if not notes else (silent[0], "killed, or out of memory")
        return RankError(f"rank {rank} of {processes} ended without a word ({why}), and the job with it")
    if notes[0]["ours"]:
        return ValueError(notes[0]["text"])
    trace = notes[0]["trace"].rstrip()
    return RankError(f"rank {notes[0]['rank']} of {processes} failed, and the job with it:\n{trace}")


def cores() -> int:
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_freed_memory() -> None:
    """Let the C library keep freed memory instead of returning it; fresh pages slow training on a CPU."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST)
            libc.mallopt(_M_TRIM_THRESHOLD, _LARGEST)
