"""Claims about Adadelta at a rate that grows with the number of processes."""

import pytest
import torch
from torch import nn

from galexp import world
from galexp.optimizer.adadelta import adadelta


def test_its_steps_follow_the_published_recursion():
    weight = nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = adadelta([weight], lr=8.0)
    value = squares = moves = 0.0
    for gradient in (0.5, -2.0, 1.0, 3.0, -0.1):
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
        squares = 0.95 * squares + 0.05 * gradient**2
        move = -((moves + 1e-7) ** 0.5) / (squares + 1e-7) ** 0.5 * gradient
        moves = 0.95 * moves + 0.05 * move**2
        value += 8.0 * move
        assert weight.item() == pytest.approx(value, rel=1e-12)


def test_the_rate_is_that_of_one_process_times_their_number(monkeypatch):
    monkeypatch.setattr(world, "size", lambda: 512)
    assert adadelta([nn.Parameter(torch.zeros(1))], lr=8.0).param_groups[0]["lr"] == 4096


def test_rates_of_groups_are_scaled_alike(monkeypatch):
    monkeypatch.setattr(world, "size", lambda: 2)
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": 0.5}, {"params": [nn.Parameter(torch.zeros(1))]}]
    assert [group["lr"] for group in adadelta(groups, lr=8.0).param_groups] == [1.0, 16.0]
    assert groups[0]["lr"] == 0.5


def test_a_single_process_trains_at_the_rate_itself():
    assert adadelta([nn.Parameter(torch.zeros(1))], lr=8.0).defaults["lr"] == 8.0
