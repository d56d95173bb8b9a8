import pytest
import torch
from torch import nn

from galexp.model.xresnet import XResNet
from galexp.optimizer.groups import decay_groups


def test_exactly_batch_norm_and_biases_of_an_xresnet_do_not_decay():
    model = XResNet([2, 2, 2, 2], expansion=1)
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    expected = {id(p) for norm in norms for p in norm.parameters()} | {id(model.fc.bias)}
    decayed, undecayed = decay_groups(model)
    assert {id(p) for p in undecayed["params"]} == expected
    assert {id(p) for p in decayed["params"]} == {id(p) for p in model.parameters()} - expected
    assert undecayed["weight_decay"] == 0


def test_the_optimizers_own_weight_decay_fills_the_first_group_only():
    optimizer = torch.optim.AdamW(decay_groups(nn.Linear(2, 2)), lr=0.1, weight_decay=0.3)
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.3, 0.0]


def test_frozen_parameters_are_in_no_group():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[0].requires_grad_(False)
    assert sum(len(group["params"]) for group in decay_groups(model)) == 2


def test_an_empty_group_is_left_out():
    assert len(decay_groups(nn.Linear(2, 2, bias=False))) == 1


def test_a_frozen_network_is_refused():
    with pytest.raises(ValueError, match="Linear has no trainable parameter"):
        decay_groups(nn.Linear(2, 2).requires_grad_(False))
