"""Who reads which images of an epoch: arithmetic alone, before any shard is opened."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st

from galexp.shard.epoch import Once, Reader, Share, Shuffled


def catalog(rows: int, shards: int, seed: int = 0) -> Table:
    """Return rows that lie in shards of unlike lengths."""
    shard = np.sort(np.random.default_rng(seed).integers(0, shards, rows))
    return Table({"shard": [f"a-{number:06d}.tar" for number in shard], "offset": 1024 * np.arange(rows)})


def shares(plan: Once | Shuffled, epoch: int, rank: int, processes: int, workers: int) -> list[Share]:
    return [plan.share(epoch, Reader(rank, processes, worker, workers)) for worker in range(workers)]


def in_turn(workers: list[Share]) -> list[list[int]]:
    """Return the batches of one process as a DataLoader asks for them: each worker in its turn."""
    rounds = itertools.zip_longest(*(share.batches for share in workers))
    return [batch.tolist() for batches in rounds for batch in batches if batch is not None]


@st.composite
def cases(draw):
    processes, workers = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rows, shards = draw(st.integers(1, 200)), draw(st.integers(1, 12))
    table = catalog(rows, shards, draw(st.integers(0, 99)))
    chosen = np.flatnonzero(np.random.default_rng(rows).uniform(size=rows) < 0.7)
    window = draw(st.sampled_from([1, 5, 40, 1000]))
    batch_size = processes * draw(st.integers(1, 5))
    return table, chosen, batch_size, window, processes, workers


@given(case=cases(), seed=st.integers(0, 99), epoch=st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_every_row_has_one_reader_and_every_process_the_same_number_of_whole_batches(case, seed, epoch):
    table, rows, batch_size, window, processes, workers = case
    plan = Shuffled(table, rows, batch_size, seed, window)
    steps = len(rows) // batch_size
    assert len(plan) == steps
    taken: list[int] = []
    for rank in range(processes):
        own = shares(plan, epoch, rank, processes, workers)
        assert [len(share.batches) for share in own] == [
            len(range(worker, steps, workers)) for worker in range(workers)
        ]
        assert {len(batch) for share in own for batch in share.batches} <= {batch_size // processes}
        taken += itertools.chain(*in_turn(own))
    assert len(taken) == len(set(taken)) == steps * batch_size
    assert set(taken) <= set(rows.tolist())


@given(case=cases(), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_a_shard_is_read_by_as_few_as_the_cuts_allow(case, seed):
    table, rows, batch_size, window, processes, workers = case
    plan = Shuffled(table, rows, batch_size, seed, window)
    readings = [
        set(np.asarray(table["shard"])[share.reading].tolist())
        for rank in range(processes)
        for share in shares(plan, 0, rank, processes, workers)
    ]
    opened = sum(map(len, readings))
    assert opened <= len(set.union(*readings)) + processes * workers - 1


@given(case=cases(), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_a_reader_reads_forward_and_holds_no_more_than_its_window_and_a_batch(case, seed):
    table, rows, batch_size, window, processes, workers = case
    plan = Shuffled(table, rows, batch_size, seed, window)
    for share in shares(plan, 0, 0, processes, workers):
        place = {row: number for number, row in enumerate(share.reading.tolist())}
        assert sorted(place) == sorted(itertools.chain(*(batch.tolist() for batch in share.batches)))
        given_out, furthest = 0, -1
        for batch in share.batches:
            furthest = max(furthest, *(place[row] for row in batch.tolist()))
            assert furthest + 1 - given_out <= window + len(batch)
            given_out += len(batch)


@given(case=cases(), seed=st.integers(0, 99), seen=st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_a_broken_epoch_goes_on_with_the_batches_that_were_not_seen(case, seed, seen):
    table, rows, batch_size, window, processes, workers = case
    whole = Shuffled(table, rows, batch_size, seed, window)
    seen = min(seen, len(whole))
    resumed = Shuffled(table, rows, batch_size, seed, window, start=(3, seen))
    for rank in range(processes):
        expected = in_turn(shares(whole, 3, rank, processes, workers))
        own = shares(resumed, 3, rank, processes, workers)
        assert in_turn(own) == expected[seen:]
        read = set(itertools.chain(*(share.reading.tolist() for share in own)))
        assert read == set(itertools.chain(*expected[seen:]))
        following = in_turn(shares(resumed, 4, rank, processes, workers))
        assert following == in_turn(shares(whole, 4, rank, processes, workers))


def test_the_order_is_a_function_of_seed_and_epoch():
    table, rows = catalog(100, 5), np.arange(100)

    def order(seed: int, epoch: int) -> list[list[int]]:
        return in_turn(shares(Shuffled(table, rows, 8, seed, window=16), epoch, 0, 2, 3))

    assert order(0, 3) == order(0, 3)
    assert order(0, 3) != order(0, 4)
    assert order(0, 3) != order(1, 3)


def test_rows_that_were_left_out_of_one_epoch_come_in_another():
    plan = Shuffled(catalog(47, 1), np.arange(47), 8, seed=0, window=1000)
    seen = [set(itertools.chain(*in_turn(shares(plan, epoch, 0, 1, 1)))) for epoch in range(12)]
    assert {len(rows) for rows in seen} == {40}
    assert set.union(*seen) == set(range(47))


def test_a_stretch_within_the_window_is_mixed_through_and_through():
    plan = Shuffled(catalog(1000, 1), np.arange(1000), 1000, seed=0, window=1000)
    [share] = shares(plan, 0, 0, 1, 1)
    assert abs(np.corrcoef(share.batches[0], np.arange(1000))[0, 1]) < 0.1


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@given(rows=st.integers(0, 60), shards=st.integers(1, 5), batch_size=st.integers(1, 9))
@settings(max_examples=30, deadline=None)
def test_once_reads_each_row_once_and_one_worker_in_order(workers, rows, shards, batch_size):
    table = catalog(rows, shards)
    shuffled = np.random.default_rng(0).permutation(rows)
    plan = Once(table, shuffled, batch_size)
    found = shares(plan, 0, 0, 1, workers)
    assert sorted(itertools.chain(*in_turn(found))) == list(range(rows))
    assert [len(share.batches) for share in found] == [
        len(range(worker, len(plan), workers)) for worker in range(workers)
    ]
    if workers == 1:
        assert found[0].reading.tolist() == list(range(rows))
        assert len(plan) == -(-rows // batch_size)
