"""Claims about stages of learning rates."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

from galexp.optimizer.sgdr import sgdr

CONF = Path(__file__).parents[2] / "conf" / "schedule"
EPOCH = 40


def create(choice):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return instantiate(compose(choice), _convert_="all")


def sgd(groups=1):
    return torch.optim.SGD([{"params": [nn.Parameter(torch.zeros(1))]} for _ in range(groups)], lr=1.0)


def curve(schedule, steps):
    """Return the rates [step, group]."""
    found = []
    for _ in range(steps):
        found.append([group["lr"] for group in schedule.optimizer.param_groups])
        schedule.optimizer.step()
        schedule.step()
    return np.array(found)


def falling(steps):
    return (1 + np.cos(np.pi * np.arange(steps) / steps)) / 2


def cos_anneal(lengths, slow):
    """Walk through cycles batch by batch, with the counters of fastai 0.7."""
    found, cycle, place, total = [], 0, 0, 0
    while cycle < len(lengths):
        is_slow = slow and total < lengths[0] / 20
        found.append(0.01 if is_slow else (np.cos(np.pi * place / lengths[cycle]) + 1) / 2)
        place, total = place + 1, total + 1
        if place == lengths[cycle]:
            place, cycle = 0, cycle + 1
    return np.array(found)


def test_the_published_code_is_three_epochs_at_one_rate_and_cycles_of_1_2_and_4_from_a_slow_start():
    seen = curve(create("wu2019_code")(sgd(), max_lr=[0.1], total_steps=10 * EPOCH), 10 * EPOCH)[:, 0]
    expected = np.concatenate([np.ones(3 * EPOCH), cos_anneal([EPOCH, 2 * EPOCH, 4 * EPOCH], slow=True)])
    np.testing.assert_allclose(seen, 0.1 * expected, rtol=1e-12)
    assert (seen == 0.001).sum() == EPOCH // 20


def test_the_article_is_two_cycles_for_the_head_and_then_cycles_of_1_1_2_and_4():
    seen = curve(create("wu2019_paper")(sgd(), max_lr=[0.1], total_steps=10 * EPOCH), 10 * EPOCH)[:, 0]
    expected = np.concatenate([falling(epochs * EPOCH) for epochs in (1, 1, 1, 1, 2, 4)])
    np.testing.assert_allclose(seen, 0.1 * expected, rtol=1e-12)


def test_cycles_that_double_are_the_warm_restarts_of_torch():
    ours = curve(create("sgdr")(sgd(), max_lr=[1.0], total_steps=7 * EPOCH), 7 * EPOCH)
    theirs = curve(CosineAnnealingWarmRestarts(sgd(), T_0=EPOCH, T_mult=2), 7 * EPOCH)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_only_the_proportions_of_stages_count():
    stages = [{"constant": 1}, {"cosine": 2}]
    longer = [{"constant": 10}, {"cosine": 20}]
    short, long = (curve(sgdr(sgd(), 1.0, 31, stages=which), 31) for which in (stages, longer))
    np.testing.assert_array_equal(short, long)


def test_a_training_shorter_than_its_stages_never_leaves_the_range_of_rates():
    seen = curve(create("wu2019_code")(sgd(), max_lr=[1.0], total_steps=3), 3)
    assert ((seen >= 0) & (seen <= 1)).all()
    assert seen[0] == 1


def test_after_the_last_step_a_falling_stage_has_come_to_zero_and_stays_there():
    schedule = sgdr(sgd(), 1.0, 5, stages=[{"cosine": 1}])
    curve(schedule, 7)
    assert schedule.get_last_lr() == [0]


def test_groups_keep_the_proportions_of_their_rates():
    seen = curve(sgdr(sgd(3), [0.01, 0.1, 1.0], 20, stages=[{"constant": 1}, {"cosine": 3}]), 20)
    np.testing.assert_allclose(seen / seen[:, 2:], np.tile([0.01, 0.1, 1.0], (20, 1)))


@pytest.mark.parametrize(
    "stages",
    [[{"linear": 1}], [{"cosine": 0}], [{"cosine": -1}], [{"cosine": "1"}], [{"cosine": 1, "constant": 2}], ["cosine"]],
)
def test_an_unknown_stage_is_refused(stages):
    with pytest.raises(ValueError, match=r"schedule\.stages are .*; expected for each one of constant, cosine"):
        sgdr(sgd(), 1.0, 10, stages=[{"constant": 1}, *stages])


def test_no_stage_is_refused():
    with pytest.raises(ValueError, match=r"schedule\.stages is empty"):
        sgdr(sgd(), 1.0, 10, stages=[])


def test_a_slow_start_as_long_as_its_stage_is_refused():
    with pytest.raises(ValueError, match=r"schedule\.slow_start is 1; expected a share of a stage"):
        sgdr(sgd(), 1.0, 10, stages=[{"cosine": 1}], slow_start=1)


def test_a_wrong_number_of_rates_is_refused():
    with pytest.raises(ValueError, match="max_lr has 2 values for 1 parameter groups"):
        sgdr(sgd(), [1.0, 2.0], 10, stages=[{"cosine": 1}])
