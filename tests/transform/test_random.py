import pytest
import torch
from scipy import stats

from galexp.transform.random import GOLDEN_GAMMA, normal, splitmix64, uniform

KEYS = torch.arange(4000)


def test_splitmix64_gives_the_published_sequence_of_seed_1234567():
    states = 1234567 + torch.arange(5) * GOLDEN_GAMMA
    expected = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert [value % 2**64 for value in splitmix64(states).tolist()] == expected


@pytest.mark.parametrize("column", range(3))
def test_draws_are_uniform_over_keys(column):
    draws = uniform(KEYS, seed=0, epoch=0, count=3)[:, column]
    assert 0 <= draws.min() <= draws.max() < 1
    assert stats.kstest(draws.numpy(), "uniform").pvalue > 0.001


def test_draws_are_uniform_over_epochs_of_one_object():
    draws = torch.cat([uniform(KEYS[:1], seed=3, epoch=epoch, count=1) for epoch in range(2000)])
    assert stats.kstest(draws[:, 0].numpy(), "uniform").pvalue > 0.001


@pytest.mark.parametrize("other", [{"seed": 1, "epoch": 0}, {"seed": 0, "epoch": 1}, {"seed": -1, "epoch": 2**40}])
def test_seeds_and_epochs_are_independent(other):
    first, second = uniform(KEYS, 0, 0, 1)[:, 0], uniform(KEYS, count=1, **other)[:, 0]
    assert abs(stats.pearsonr(first, second).statistic) < 4 / len(KEYS) ** 0.5
    assert (first == second).sum() <= 2


def test_numbers_of_one_object_and_neighboring_keys_are_independent():
    draws = uniform(KEYS, seed=0, epoch=0, count=2)
    bound = 4 / len(KEYS) ** 0.5
    assert abs(stats.pearsonr(draws[:, 0], draws[:, 1]).statistic) < bound
    assert abs(stats.pearsonr(draws[1:, 0], draws[:-1, 0]).statistic) < bound


def test_a_row_does_not_depend_on_its_batch():
    keys = torch.tensor([5, -9, 2**62, -(2**63)])
    together = uniform(keys, seed=11, epoch=4, count=3)
    alone = torch.cat([uniform(key[None], seed=11, epoch=4, count=3) for key in keys])
    assert torch.equal(together, alone)
    assert torch.equal(together.flip(0), uniform(keys.flip(0), seed=11, epoch=4, count=3))


def test_seeds_beyond_64_bits_wrap():
    assert torch.equal(uniform(KEYS[:3], 2**64 + 5, 0, 2), uniform(KEYS[:3], 5, 0, 2))


def test_more_numbers_for_an_object_leave_the_first_ones_alone():
    assert torch.equal(uniform(KEYS, 0, 0, 10)[:, :3], uniform(KEYS, 0, 0, 3))
    assert torch.equal(normal(KEYS, 0, 0, 10)[:, :3], normal(KEYS, 0, 0, 3))


@pytest.mark.parametrize("column", range(3))
def test_normal_draws_are_normal_over_keys(column):
    draws = normal(KEYS, seed=0, epoch=0, count=3)[:, column].numpy()
    assert stats.kstest(draws, "norm").pvalue > 0.001


def test_normal_draws_of_one_object_are_normal_in_their_tails_too():
    draws = normal(KEYS[:1], seed=0, epoch=0, count=2_000_001)[0].double()
    assert draws.shape == (2_000_001,)
    assert draws.mean().abs() < 4 / len(draws) ** 0.5
    assert abs(draws.var() - 1) < 4 * (2 / len(draws)) ** 0.5
    for bound in (1, 2, 3, 4):
        expected = 2 * stats.norm.sf(bound)
        assert stats.binomtest(int((draws.abs() > bound).sum()), len(draws), expected).pvalue > 0.001


def test_normal_draws_are_independent_of_each_other_and_of_uniform_ones():
    draws = normal(KEYS, seed=0, epoch=0, count=4)
    bound = 4 / len(KEYS) ** 0.5
    others = [draws[:, 1], draws[:, 2], draws.square()[:, 1], draws[:, 0].roll(1), uniform(KEYS, 0, 0, 1)[:, 0]]
    others += [normal(KEYS, 0, 1, 1)[:, 0], normal(KEYS, 1, 0, 1)[:, 0]]
    for other in others:
        assert abs(stats.pearsonr(draws[:, 0], other).statistic) < bound
        assert abs(stats.pearsonr(draws[:, 0].square(), other).statistic) < bound


def test_a_row_of_normal_draws_does_not_depend_on_its_batch():
    keys = torch.tensor([5, -9, 2**62, -(2**63)])
    alone = torch.cat([normal(key[None], seed=11, epoch=-4, count=5) for key in keys])
    torch.testing.assert_close(alone, normal(keys, seed=11, epoch=-4, count=5), atol=1e-6, rtol=0)
