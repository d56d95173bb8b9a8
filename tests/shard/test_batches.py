"""Claims about batches in which rows of other data stand beside the first."""

import itertools

import numpy as np
import pytest

from galexp.shard.batches import Beside, EpochBatches

OWN, OTHER = np.arange(24), 100 + np.arange(30)


def batches(epoch=0, start=(0, 0), other=OTHER):
    made = EpochBatches(OWN, 8, 1, start, Beside(other, 2))
    made.set_epoch(epoch)
    return made


def test_every_batch_has_so_many_of_either_and_an_epoch_goes_once_through_the_first():
    found = list(batches())
    assert len(found) == len(batches()) == 4
    assert all(sum(row >= 100 for row in batch) == 2 for batch in found)
    assert sorted(row for row in itertools.chain(*found) if row < 100) == OWN.tolist()


def test_of_the_others_none_comes_twice_before_all_have_come():
    few = 100 + np.arange(5)
    found = [row for row in itertools.chain(*batches(other=few)) if row >= 100]
    assert sorted(found[:5]) == few.tolist()
    assert len(set(found[5:])) == 3


def test_the_order_of_either_is_a_function_of_the_epoch():
    assert list(batches(epoch=2)) == list(batches(epoch=2))
    first, second = (list(itertools.chain(*batches(epoch=epoch))) for epoch in (0, 1))
    for of_other in (False, True):
        orders = [[row for row in order if (row >= 100) == of_other] for order in (first, second)]
        assert orders[0] != orders[1]


def test_an_epoch_in_company_has_the_first_in_the_order_that_they_have_alone():
    alone = EpochBatches(OWN, 6, 1)
    assert [[row for row in batch if row < 100] for batch in batches()] == list(alone)


def test_a_broken_epoch_goes_on_where_it_was():
    assert list(batches(epoch=3, start=(3, 1))) == list(batches(epoch=3))[1:]


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_share_both_kinds(monkeypatch, processes):
    one = list(batches())
    monkeypatch.setattr("galexp.world.size", lambda: processes)
    shares = []
    for rank in range(processes):
        monkeypatch.setattr("galexp.world.rank", lambda rank=rank: rank)
        shares.append(list(batches()))
    for number, batch in enumerate(one):
        assert sorted(itertools.chain(*(share[number] for share in shares))) == sorted(batch)
    assert {sum(row < 100 for row in batch) for share in shares for batch in share} <= {
        6 // processes,
        6 // processes + 1,
    }
