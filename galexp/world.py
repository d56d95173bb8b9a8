"""The processes that train one network together: who leads, how many they are, and what they tell one another."""

from __future__ import annotations

import contextlib
import datetime
import multiprocessing
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
from torch import distributed

from galexp import terminal

_PATIENCE = datetime.timedelta(hours=1)
_LEADER_SPEAKS = 2.0
Answer = TypeVar("Answer")


def is_launched() -> bool:
    """Tell whether this process is one of several that torchrun, or galexp itself, has started."""
    return distributed.is_available() and distributed.is_torchelastic_launched()


def size() -> int:
    """Return the number of processes; 1 where there is no group."""
    return distributed.get_world_size() if _is_joined() else 1


def rank() -> int:
    """Return the number of this process, from 0."""
    return distributed.get_rank() if _is_joined() else 0


def is_leader() -> bool:
    """Tell whether this process writes files and speaks to the user."""
    return rank() == 0


def _is_joined() -> bool:
    return distributed.is_available() and distributed.is_initialized()


@contextlib.contextmanager
def joined(expected: int) -> Iterator[None]:
    """Join the processes of this job, and leave them at the end; only the leader writes to the terminal.

    After an error on GPUs they are not left, which would need all of them: the process is about to end.

    Args:
        expected: Number of processes that the configuration asks for.

    Raises:
        ValueError: where another number was started.
    """
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    if not is_leader():
        terminal.console.quiet = True
        warnings.simplefilter("ignore")
    is_well = False
    try:
        if size() != expected:
            raise ValueError(
                f"{size()} processes were started and trainer.devices x trainer.num_nodes is {expected}; "
                "make torchrun's --nproc-per-node and --nnodes equal to them"
            )
        yield
        is_well = True
    finally:
        if is_well or not torch.cuda.is_available():
            distributed.destroy_process_group()


def from_leader(function: Callable[[], Answer]) -> Answer:
    """Call a function in the leader alone and give its answer to all.

    Where it raises, the leader raises and the others end quietly.

    Args:
        function: Whose answer can be pickled.
    """
    if size() == 1:
        return function()
    shared: list[Any] = [None]
    try:
        if is_leader():
            shared = [(function(),)]
    finally:
        distributed.broadcast_object_list(shared, device=torch.device("cpu"))
    if shared[0] is None:
        time.sleep(_LEADER_SPEAKS)
        raise SystemExit(1)
    answer: Answer = shared[0][0]
    return answer


def gathered(value: Answer) -> list[Answer]:
    """Return what every process gives, in the order of ranks."""
    if size() == 1:
        return [value]
    found: list[Any] = [None] * size()
    distributed.all_gather_object(found, value)
    return found


def end_with_parent(worker: int) -> None:
    """Let this process, a worker that reads ahead, end with the one that it reads for, however that ends.

    Workers are started by a server of Python's and not by the process that they read for: nobody else tells them.

    Args:
        worker: Number of the worker, which torch gives.
    """
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker was started by another process"
    parent.join()
    os._exit(1)


@contextlib.contextmanager
def one_per_machine_first() -> Iterator[None]:
    """Let one process of each machine go first, so that the others find what it wrote."""
    is_first = os.environ.get("LOCAL_RANK", "0") == "0"
    if size() > 1 and not is_first:
        distributed.barrier()
    try:
        yield
    finally:
        if size() > 1 and is_first:
            distributed.barrier()
