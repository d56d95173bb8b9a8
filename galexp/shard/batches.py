"""The batches of an epoch of training: which rows, in which order, and which of them are whose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from torch.utils.data import Sampler

from galexp import world

if TYPE_CHECKING:
    from jaxtyping import Int

_BESIDE = 1


class Beside(NamedTuple):
    """Rows of other data that fill a part of every batch.

    Attributes:
        rows: Of which there are some in each epoch, others in the next; where they are fewer, each comes several times.
        number: How many a batch has.
    """

    rows: Int[np.ndarray, " row"]
    number: int


class EpochBatches(Sampler[list[int]]):
    """Yield whole batches of rows in an order that is a function of (seed, epoch) alone.

    Several processes share each batch: rank r of n takes every n-th of its rows, from the r-th. Rows of other data
    stand at the end of a batch, so that ranks have as many of them, but for one; of fewer than there are ranks some
    have none.

    Args:
        rows: To be trained on.
        batch_size: Of all processes together.
        seed: Of the order.
        start: Epoch, and batches of it that were already seen, from which a broken run goes on.
        beside: Rows of other data, in whose company the first are; an epoch goes once through the first.
    """

    def __init__(
        self,
        rows: np.ndarray,
        batch_size: int,
        seed: int,
        start: tuple[int, int] = (0, 0),
        beside: Beside | None = None,
    ) -> None:
        self.rows = rows
        self.batch_size = batch_size
        self.seed = seed
        self.start = start
        self.beside = beside
        self.epoch = start[0]

    def set_epoch(self, epoch: int) -> None:
        """Name the epoch whose order comes next; Lightning calls it."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.rows) // self._own

    def __iter__(self) -> Iterator[list[int]]:
        order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.rows))
        whole = self.rows[order[: len(self) * self._own]].reshape(len(self), self._own)
        if self.beside:
            whole = np.concatenate([whole, self._company(*self.beside)], axis=1)
        seen = self.start[1] if self.epoch == self.start[0] else 0
        return iter(whole[seen:, world.rank() :: world.size()].tolist())

    @property
    def _own(self) -> int:
        return self.batch_size - (self.beside.number if self.beside else 0)

    def _company(self, rows: np.ndarray, number: int) -> np.ndarray:
        rng = np.random.default_rng([self.seed, self.epoch, _BESIDE])
        rounds = -(-len(self) * number // len(rows))
        order = np.concatenate([rng.permutation(rows) for _ in range(max(rounds, 1))])
        return order[: len(self) * number].reshape(len(self), number)
