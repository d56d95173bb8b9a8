"""Claims about finding a learning rate."""

import contextlib
import functools
import math

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.optimizer import register_optimizer_step_pre_hook

from galexp.datamodule import GalaxyDataModule
from galexp.job.lr_find import RateSweep, _is_diverged, find_learning_rate, smooth, steepest_fall
from galexp.model.small_cnn import SmallCNN
from galexp.split.base import TEST, TRAIN
from galexp.task.regression import Regression
from galexp.transform.crop import center_crop_to_float


@pytest.fixture
def datamodule(build_data, make_catalog, tmp_path):
    data = build_data(tmp_path / "prepared", make_catalog(20))
    roles = np.array([TRAIN] * 16 + [TEST] * 4)
    return GalaxyDataModule(data, roles, ["metallicity"], image_size=16, batch_size=8)


@pytest.fixture
def task():
    """Return a task that has not learned the mean of its targets, so that its loss has far to fall."""
    torch.manual_seed(0)
    return Regression(
        model=SmallCNN(width=8, depth=2, dropout=0.0),
        targets=["metallicity"],
        loss=nn.MSELoss(),
        optimizer=functools.partial(torch.optim.SGD, lr=0.1, momentum=0.9),
        schedule=functools.partial(OneCycleLR, cycle_momentum=True),
        augment=lambda images, keys, seed, epoch, side: center_crop_to_float(images, side),
        tta=lambda network, images, augmented: network(images),
        image_size=16,
    )


@pytest.fixture
def find(task, datamodule):
    """Return a function that finds a rate, and what the optimizer was told at each of its steps."""

    def finding(steps=30, **options):
        told = []

        def tell(optimizer, *_):
            told.append([(group["lr"], group["momentum"]) for group in optimizer.param_groups])

        with contextlib.ExitStack() as stack:
            stack.callback(register_optimizer_step_pre_hook(tell).remove)
            new_trainer = functools.partial(pl.Trainer, accelerator="cpu", devices=1, **options)
            return find_learning_rate(task, datamodule, new_trainer, steps), told

    return finding


def test_the_rate_rises_exponentially_while_momentum_stays_and_the_loss_falls_before_it_rises(find):
    found, told = find(steps=60)
    assert isinstance(found, RateSweep)
    made = len(found.rates)
    np.testing.assert_allclose(found.rates, np.geomspace(1e-7, 10, 60)[:made])
    np.testing.assert_allclose([rate for ((rate, _), _) in told[:made]], found.rates)
    assert {momentum for groups in told for _, momentum in groups} == {0.9}
    assert 30 < made < 60
    assert found.smoothed[-1] > 4 * found.smoothed.min()
    assert not (found.smoothed[:-1] > 4 * np.minimum.accumulate(found.smoothed[:-1])).any()
    assert 1e-4 < found.suggestion < 1e-1
    np.testing.assert_array_equal(found.smoothed, smooth(found.losses))


def test_the_task_and_random_numbers_stay_as_they_were_and_the_same_task_gives_the_same_rate(
    find, task, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = {name: value.clone() for name, value in task.state_dict().items()}
    schedule, state, files = task.make_schedule, torch.get_rng_state(), sorted(tmp_path.rglob("*"))
    first, _ = find()
    assert all(torch.equal(value, before[name]) for name, value in task.state_dict().items())
    assert all(parameter.grad is None for parameter in task.parameters())
    assert task.make_schedule is schedule
    assert torch.equal(torch.get_rng_state(), state)
    assert sorted(tmp_path.rglob("*")) == files
    second, _ = find()
    np.testing.assert_array_equal(first.losses, second.losses)
    assert first.suggestion == second.suggestion


def test_groups_keep_the_proportions_of_their_rates(find, task):
    task.make_optimizer = lambda groups: torch.optim.SGD([{**groups[0], "lr": 0.01}, groups[1]], lr=0.1, momentum=0.9)
    found, told = find()
    slow, fast = np.array([[rate for rate, _ in groups] for groups in told])[: len(found.rates)].T
    np.testing.assert_allclose(fast, found.rates)
    np.testing.assert_allclose(slow, 0.1 * fast)


def test_a_step_of_several_batches_has_the_mean_of_their_losses(find):
    single, _ = find()
    double, told = find(accumulate_grad_batches=2)
    assert double.losses[0] == pytest.approx(single.losses[:2].mean(), rel=1e-4)
    assert [groups[0][0] for groups in told[: len(double.rates)]] == pytest.approx(double.rates)


def test_the_average_is_the_weighted_mean_of_all_losses_so_far():
    losses = np.random.default_rng(0).normal(1, 0.3, 50)
    weights = 0.98 ** np.arange(50)
    expected = [np.average(losses[: last + 1], weights=weights[: last + 1][::-1]) for last in range(50)]
    np.testing.assert_allclose(smooth(losses), expected)


@pytest.mark.parametrize("center", [-4.0, -2.5, -1.0])
def test_the_suggestion_is_where_a_logistic_fall_is_steepest(center):
    rates = np.geomspace(1e-7, 10, 161)
    loss = 1 / (1 + np.exp(4 * (np.log10(rates) - center)))
    assert math.log10(steepest_fall(rates, loss, loss)) == pytest.approx(center, abs=0.026)


def test_a_divergence_is_no_fall():
    rates = np.geomspace(1e-7, 10, 100)
    loss = 1 - 0.1 * np.log10(rates / 1e-7) / 8
    loss[90:] += [5, 9, 1, 2, 3, 4, 5, 6, 7, 8]
    assert rates[10] <= steepest_fall(rates, loss, loss) < rates[90]


def test_the_chance_of_batches_before_anything_is_learned_is_no_fall():
    rates, rng = np.geomspace(1e-7, 10, 100), np.random.default_rng(0)
    fall = 1 / (1 + np.exp(4 * (np.log10(rates) + 2)))
    for _ in range(20):
        losses = 1 + fall + rng.normal(0, 0.1, 100)
        assert 1e-3 < steepest_fall(rates, losses, smooth(losses)) < 10


@pytest.mark.parametrize("smoothed", [np.ones(100), np.linspace(1, 2, 100), np.r_[1, 0.9, np.linspace(1, 2, 98)]])
def test_a_loss_that_never_falls_is_refused(smoothed):
    with pytest.raises(
        ValueError, match=r"the loss never falls while the learning rate rises .* at 1e-07 to .* at 1e\+01"
    ):
        steepest_fall(np.geomspace(1e-7, 10, 100), smoothed, smoothed)


def test_a_loss_that_is_no_number_from_the_start_is_refused(find, task):
    with torch.no_grad():
        task.network.get_classifier().weight.fill_(torch.nan)
    with pytest.raises(ValueError, match=r"the loss never falls while the learning rate rises \(smoothed: none\)"):
        find()


@pytest.mark.parametrize(
    ("smoothed", "is_diverged"),
    [
        ([1.0, 0.5, 1.99], False),
        ([1.0, 0.5, 2.01], True),
        ([-1.0, -0.99, -0.9], False),
        ([-1.0, -2.0, 4.1], True),
        ([5.0, -0.1, 0.1], False),
    ],
)
def test_four_times_the_lowest_loss_ends_it_and_a_negative_one_as_far_above(smoothed, is_diverged):
    assert _is_diverged(np.array(smoothed)) == is_diverged
