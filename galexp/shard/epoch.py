"""Who reads which images of an epoch, and in which order: arithmetic on the catalog, before a byte is read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from astropy.table import Table

if TYPE_CHECKING:
    from jaxtyping import Int


@dataclasses.dataclass(frozen=True)
class Reader:
    """One of the readers of an epoch: a worker of a process."""

    rank: int = 0
    processes: int = 1
    worker: int = 0
    workers: int = 1


class Share(NamedTuple):
    """What one reader does: the rows that it reads, as they come in the shards, and its batches of them."""

    reading: Int[np.ndarray, " row"]
    batches: list[Int[np.ndarray, " row"]]


class Once:
    """Read some rows once, in the order of the shards, each worker a stretch of them.

    Args:
        catalog: Columns ``shard`` and ``offset``.
        rows: Of the catalog, this process's own.
        batch_size: Rows a batch; the last has what is left.
    """

    def __init__(self, catalog: Table, rows: np.ndarray, batch_size: int) -> None:
        self.rows, _ = _as_they_lie(catalog, rows)
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self.rows) // self.batch_size)

    def share(self, epoch: int, reader: Reader) -> Share:
        """Return what a worker reads, in every epoch alike."""
        first, last = _stretch(len(self), reader.worker, reader.workers)
        rows = self.rows[first * self.batch_size : last * self.batch_size]
        return Share(rows, [rows[start : start + self.batch_size] for start in range(0, len(rows), self.batch_size)])


class Shuffled:
    """Read some rows in an order that is a function of (seed, epoch) and of how many workers and processes share it.

    The shards, in a random order, make one long row of images. It is cut into stretches of whole batches, one a reader,
    so that however few the shards are every reader has its part, every image has one reader, and a shard is read more
    than once only where a cut goes through it. Rows too few for another batch are left out by chance, others in each
    epoch. A reader mixes its images within a window, so that it holds at most so many.

    Args:
        catalog: Columns ``shard`` and ``offset``.
        rows: Of the catalog, of all processes.
        batch_size: Of all processes together.
        seed: Of the order.
        window: Images that a reader mixes; the order is exact where its stretch is no longer.
        start: Epoch, and batches of it that were already seen, from which a broken run goes on.
    """

    def __init__(
        self,
        catalog: Table,
        rows: np.ndarray,
        batch_size: int,
        seed: int,
        window: int,
        start: tuple[int, int] = (0, 0),
    ) -> None:
        self.rows, self.shard = _as_they_lie(catalog, rows)
        self.batch_size = batch_size
        self.seed = seed
        self.window = window
        self.start = start

    def __len__(self) -> int:
        return len(self.rows) // self.batch_size

    def share(self, epoch: int, reader: Reader) -> Share:
        """Return what a worker reads in an epoch, less what it did before the run was broken off.

        The workers of a process take turns, and a process that goes on after k batches asks its first worker first:
        that one then plays the part of worker k modulo their number.
        """
        seen = self.start[1] if epoch == self.start[0] else 0
        part = (seen + reader.worker) % reader.workers
        rows = self._stretch_of(epoch, reader, part)
        generator = np.random.default_rng([self.seed, epoch, reader.rank + 1, part + 1])
        own = self.batch_size // reader.processes
        order = _mixed(len(rows), self.window, generator).reshape(-1, own)
        left = order[len(range(part, seen, reader.workers)) :]
        return Share(rows[np.sort(left, axis=None)], list(rows[left]))

    def _stretch_of(self, epoch: int, reader: Reader, part: int) -> Int[np.ndarray, " row"]:
        generator = np.random.default_rng([self.seed, epoch])
        place = generator.permutation(self.shard.max(initial=-1) + 1)
        order = np.argsort(place[self.shard], kind="stable")
        kept = np.sort(generator.permutation(len(order))[: len(self) * self.batch_size])
        rows = self.rows[order[kept]]
        own = self.batch_size // reader.processes
        first, last = _stretch(len(self), part, reader.workers)
        return rows[reader.rank * len(self) * own :][first * own : last * own]


def _as_they_lie(catalog: Table, rows: np.ndarray) -> tuple[Int[np.ndarray, " row"], Int[np.ndarray, " row"]]:
    """Return rows in the order of shards and of offsets within them, and the number of the shard of each."""
    _, shard = np.unique(np.asarray(catalog["shard"])[rows], return_inverse=True)
    order = np.lexsort((np.asarray(catalog["offset"])[rows], shard))
    return np.asarray(rows)[order], shard[order]


def _stretch(batches: int, worker: int, workers: int) -> tuple[int, int]:
    """Return the first batch of a worker's stretch and the one after its last: as many as it will be asked for."""
    turns = [len(range(other, batches, workers)) for other in range(worker + 1)]
    return sum(turns[:-1]), sum(turns)


def _mixed(length: int, window: int, generator: np.random.Generator) -> Int[np.ndarray, " place"]:
    """Return the numbers below a length in an order in which none comes before those that are a window ahead of it."""
    if length <= window:
        return generator.permutation(length)
    return np.argsort(np.arange(length) + generator.uniform(0, window, length), kind="stable")
