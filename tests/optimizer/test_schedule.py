"""Claims about schedules, and about every choice under conf/optimizer and conf/schedule."""

import functools
import math
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, ReduceLROnPlateau

from galexp.optimizer.groups import decay_groups
from galexp.optimizer.schedule import constant, cosine, plateau

CONF = Path(__file__).parents[2] / "conf"
CHOICES = {group: sorted(path.stem for path in (CONF / group).glob("*.yaml")) for group in ("optimizer", "schedule")}
TOTAL_STEPS, MAX_LR = 40, 0.1


@functools.cache
def create(group, choice):
    with initialize_config_dir(str(CONF / group), version_base="1.3"):
        return instantiate(compose(choice), _convert_="all")


def sgd(parameters=1):
    return torch.optim.SGD([{"params": [nn.Parameter(torch.zeros(1))]} for _ in range(parameters)], lr=7.0)


def rates(schedule, steps):
    """Return the rate of the first group at each step."""
    found = []
    for _ in range(steps):
        found.append(schedule.optimizer.param_groups[0]["lr"])
        schedule.optimizer.step()
        schedule.step()
    return found


def half_cosine(start, end, fraction):
    return end + (start - end) * (1 + math.cos(math.pi * fraction)) / 2


def one_cycle(step):
    """Return the learning rate and the momentum of a step, from the recipe's own definition."""
    peak = 0.3 * TOTAL_STEPS - 1
    if step <= peak:
        return half_cosine(MAX_LR / 25, MAX_LR, step / peak), half_cosine(0.95, 0.85, step / peak)
    fraction = (step - peak) / (TOTAL_STEPS - 1 - peak)
    return half_cosine(MAX_LR, MAX_LR / 25e4, fraction), half_cosine(0.85, 0.95, fraction)


def curve(optimizer, schedule, module):
    for step in range(TOTAL_STEPS):
        yield step, optimizer.param_groups
        for parameter in module.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
        if step < TOTAL_STEPS - 1:
            schedule.step()


@pytest.mark.parametrize(
    ("choice", "momentum"),
    [("ranger", "betas"), ("adamw", "betas"), ("adam", "betas"), ("sgd", "momentum"), ("sgd_nesterov", "momentum")],
)
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


def test_the_one_cycle_ends_at_a_250000th_of_its_largest_rate_with_the_momentum_of_its_start():
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    schedule = create("schedule", "one_cycle")(optimizer, max_lr=[MAX_LR], total_steps=TOTAL_STEPS)
    seen = rates(schedule, TOTAL_STEPS - 1)
    assert (seen[0], max(seen)) == pytest.approx((MAX_LR / 25, MAX_LR))
    assert optimizer.param_groups[0]["lr"] == pytest.approx(MAX_LR / (25 * 1e4))
    assert optimizer.param_groups[0]["momentum"] == pytest.approx(0.95)


def test_an_optimizer_without_momentum_has_none_to_cycle():
    optimizer = create("optimizer", "adadelta")([nn.Parameter(torch.zeros(1))])
    one_cycle = create("schedule", "one_cycle")
    with pytest.raises(ValueError, match=r"optimizer must support momentum .* with `cycle_momentum` option enabled"):
        one_cycle(optimizer, max_lr=MAX_LR, total_steps=TOTAL_STEPS)
    assert max(rates(one_cycle(optimizer, max_lr=8.0, total_steps=20, cycle_momentum=False), 19)) == pytest.approx(8.0)


def test_the_flat_cosine_stays_for_72_percent_and_falls_to_nothing():
    schedule = create("schedule", "flat_cosine")(sgd(), max_lr=[MAX_LR], total_steps=100)
    expected = [MAX_LR] * 72 + [MAX_LR * (1 + math.cos(math.pi * step / 28)) / 2 for step in range(28)]
    assert rates(schedule, 100) == pytest.approx(expected)
    assert schedule.get_last_lr() == [0]


def test_the_cosine_is_that_of_torch():
    ours = create("schedule", "cosine")(sgd(), max_lr=[7.0], total_steps=TOTAL_STEPS)
    assert rates(ours, TOTAL_STEPS) == pytest.approx(rates(CosineAnnealingLR(sgd(), T_max=TOTAL_STEPS), TOTAL_STEPS))


def test_a_step_too_many_does_not_let_the_rate_rise_again():
    schedule = cosine(sgd(), max_lr=1.0, total_steps=4)
    assert rates(schedule, 7)[4:] == [0, 0, 0]


def test_a_plateau_halves_the_rate_after_four_epochs_without_a_fall():
    schedule = create("schedule", "plateau")(sgd(2), max_lr=[1.0, 0.1], total_steps=TOTAL_STEPS)
    assert isinstance(schedule, ReduceLROnPlateau)
    seen = []
    for error in (0.5, 0.4, 0.4, 0.5, 0.41, 0.4, 0.3, 0.3):
        schedule.step(error)
        seen.append([group["lr"] for group in schedule.optimizer.param_groups])
    assert seen == [[1.0, 0.1]] * 5 + [[0.5, 0.05]] * 3


def advance(schedule, loss):
    schedule.step(*[loss.item()] * isinstance(schedule, ReduceLROnPlateau))


PAIRS = [(o, s) for o in CHOICES["optimizer"] for s in CHOICES["schedule"] if (o, s) != ("adadelta", "one_cycle")]


@pytest.mark.parametrize(("optimizer", "schedule"), PAIRS)
def test_every_schedule_drives_every_optimizer_downhill(optimizer, schedule):
    module = nn.Linear(1, 1)
    nn.init.constant_(module.weight, 10.0)
    before = module(torch.ones(1, 1)).item()
    built = create("optimizer", optimizer)(decay_groups(module))
    rate = built.param_groups[0]["lr"]
    steps = create("schedule", schedule)(built, max_lr=rate, total_steps=30)
    for _ in range(29):
        built.zero_grad()
        loss = module(torch.ones(1, 1)).square().sum()
        loss.backward()
        built.step()
        advance(steps, loss)
    assert abs(module(torch.ones(1, 1)).item()) < before


@pytest.mark.parametrize(("optimizer", "schedule"), [pair for pair in PAIRS if {"ranger", "constant"} & set(pair)])
def test_training_that_was_broken_off_goes_on_alike_under_every_schedule(optimizer, schedule, tmp_path):
    def build(module, rate):
        built = create("optimizer", optimizer)(decay_groups(module))
        return built, create("schedule", schedule)(built, max_lr=[rate, rate / 2], total_steps=30)

    gradients = torch.randn(29, 3, generator=torch.Generator().manual_seed(0))
    ends = []
    for stop in (None, 13):
        module = nn.Linear(2, 1)
        nn.init.ones_(module.weight)
        nn.init.zeros_(module.bias)
        parts = build(module, 0.01)
        for step, gradient in enumerate(gradients):
            if step == stop:
                torch.save([part.state_dict() for part in parts], tmp_path / "state.pt")
                parts = build(module, 0.7)
                for part, state in zip(parts, torch.load(tmp_path / "state.pt", weights_only=True), strict=True):
                    part.load_state_dict(state)
            module.weight.grad, module.bias.grad = gradient[None, :2].clone(), gradient[2:].clone()
            parts[0].step()
            advance(parts[1], gradient.norm())
        ends.append(torch.cat([module.weight.flatten(), module.bias]))
    assert torch.equal(*ends)


def test_each_group_may_keep_a_rate_of_its_own():
    optimizer = torch.optim.SGD(decay_groups(nn.Linear(1, 1)), lr=1.0)
    assert constant(optimizer, max_lr=[0.1, 0.2], total_steps=5).get_last_lr() == [0.1, 0.2]


@pytest.mark.parametrize("schedule", [constant, cosine, plateau])
def test_a_wrong_number_of_rates_is_refused(schedule):
    optimizer = torch.optim.SGD(decay_groups(nn.Linear(1, 1)), lr=1.0)
    with pytest.raises(ValueError, match="max_lr has 3 values for 2 parameter groups"):
        schedule(optimizer, max_lr=[0.1, 0.2, 0.3], total_steps=5)


@pytest.mark.parametrize("flat", [-0.1, 1.0])
def test_a_flat_part_as_long_as_the_training_is_refused(flat):
    with pytest.raises(ValueError, match=rf"schedule\.flat is {flat}; expected a share of the training"):
        cosine(sgd(), max_lr=1.0, total_steps=5, flat=flat)


@pytest.mark.parametrize("factor", [0.0, 1.0])
def test_a_factor_that_shrinks_nothing_or_all_is_refused(factor):
    with pytest.raises(ValueError, match=rf"schedule\.factor is {factor}; expected a number between 0 and 1"):
        plateau(sgd(), max_lr=1.0, total_steps=5, factor=factor)
