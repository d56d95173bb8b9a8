import math
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from torch import nn

from galexp.optimizer.groups import decay_groups
from galexp.optimizer.schedule import constant

CONF = Path(__file__).parents[2] / "conf"
CHOICES = {group: sorted(path.stem for path in (CONF / group).glob("*.yaml")) for group in ("optimizer", "schedule")}
TOTAL_STEPS, MAX_LR = 40, 0.1


def create(group, choice):
    with initialize_config_dir(str(CONF / group), version_base="1.3"):
        return instantiate(compose(choice), _convert_="all")


def cosine(start, end, fraction):
    return end + (start - end) * (1 + math.cos(math.pi * fraction)) / 2


def one_cycle(step):
    """Return the learning rate and the momentum of a step, from the recipe's own definition."""
    peak = 0.3 * TOTAL_STEPS - 1
    if step <= peak:
        return cosine(MAX_LR / 25, MAX_LR, step / peak), cosine(0.95, 0.85, step / peak)
    fraction = (step - peak) / (TOTAL_STEPS - 1 - peak)
    return cosine(MAX_LR, MAX_LR / 25e4, fraction), cosine(0.85, 0.95, fraction)


def curve(optimizer, schedule, module):
    for step in range(TOTAL_STEPS):
        yield step, optimizer.param_groups
        for parameter in module.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        if step < TOTAL_STEPS - 1:
            schedule.step()


@pytest.mark.parametrize(("choice", "momentum"), [("ranger", "betas"), ("adamw", "betas"), ("sgd", "momentum")])
def test_the_one_cycle_follows_its_closed_form_in_rate_and_momentum_at_every_step(choice, momentum):
    module = nn.Linear(2, 1)
    optimizer = create("optimizer", choice)(decay_groups(module))
    schedule = create("schedule", "one_cycle")(optimizer, max_lr=MAX_LR, total_steps=TOTAL_STEPS)
    for step, groups in curve(optimizer, schedule, module):
        for group in groups:
            beta = group["betas"][0] if momentum == "betas" else group["momentum"]
            assert (group["lr"], beta) == pytest.approx(one_cycle(step), rel=1e-9)


def test_the_constant_schedule_keeps_the_rate():
    module = nn.Linear(2, 1)
    optimizer = create("optimizer", "ranger")(decay_groups(module))
    schedule = create("schedule", "constant")(optimizer, max_lr=MAX_LR, total_steps=TOTAL_STEPS)
    assert {group["lr"] for _, groups in curve(optimizer, schedule, module) for group in groups} == {MAX_LR}


@pytest.mark.parametrize("schedule", CHOICES["schedule"])
@pytest.mark.parametrize("optimizer", CHOICES["optimizer"])
def test_every_schedule_drives_every_optimizer_downhill(optimizer, schedule):
    module = nn.Linear(1, 1)
    nn.init.constant_(module.weight, 10.0)
    before = module(torch.ones(1, 1)).item()
    built = create("optimizer", optimizer)(decay_groups(module))
    rate = built.param_groups[0]["lr"]
    steps = create("schedule", schedule)(built, max_lr=rate, total_steps=30)
    for _ in range(29):
        built.zero_grad()
        module(torch.ones(1, 1)).square().sum().backward()
        built.step()
        steps.step()
    assert abs(module(torch.ones(1, 1)).item()) < before


def test_each_group_may_keep_a_rate_of_its_own():
    optimizer = torch.optim.SGD(decay_groups(nn.Linear(1, 1)), lr=1.0)
    assert constant(optimizer, max_lr=[0.1, 0.2], total_steps=5).get_last_lr() == [0.1, 0.2]


def test_a_wrong_number_of_rates_is_refused():
    optimizer = torch.optim.SGD(decay_groups(nn.Linear(1, 1)), lr=1.0)
    with pytest.raises(ValueError, match="max_lr has 3 values for 2 parameter groups"):
        constant(optimizer, max_lr=[0.1, 0.2, 0.3], total_steps=5)
