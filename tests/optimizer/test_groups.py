import re

import pytest
import timm
import torch
from torch import nn

from galexp.model.layers import freeze
from galexp.model.normalize import NormalizedModel
from galexp.model.small_cnn import SmallCNN
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


@pytest.mark.parametrize("name", ["resnet18", "convnext_atto", "vit_tiny_patch16_224", "efficientnet_b0"])
def test_normalizations_and_biases_of_no_backbone_decay(name):
    with torch.device("meta"):
        model = timm.create_model(name, num_classes=2)
    (decayed,) = (group for group in decay_groups(model) if "weight_decay" not in group)
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d | nn.LayerNorm)]
    kept = {p for norm in norms for p in norm.parameters()} | {p for n, p in model.named_parameters() if "bias" in n}
    assert norms
    assert kept.isdisjoint(decayed["params"])
    assert {m.weight for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)} <= set(decayed["params"])


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


def parameters_of(*modules):
    return {parameter for module in modules for parameter in module.parameters()}


def test_three_rates_of_a_resnet34_are_for_its_stem_with_two_stages_for_two_stages_and_for_its_head():
    with torch.device("meta"):
        network = timm.create_model("resnet34", num_classes=1)
    groups = decay_groups(NormalizedModel(network, [0.0] * 3, [1.0] * 3), lr=0.1, rates=[0.01, 0.1, 1])
    found = {}
    for group in groups:
        found.setdefault(round(group["lr"], 9), set()).update(group["params"])
    assert found == {
        0.001: parameters_of(network.conv1, network.bn1, network.layer1, network.layer2),
        0.01: parameters_of(network.layer3, network.layer4),
        0.1: parameters_of(network.fc),
    }


def test_groups_with_rates_decay_as_they_do_without():
    model = SmallCNN()
    together, apart = decay_groups(model), decay_groups(model, lr=1.0, rates=[0.1, 0.2, 1.0])

    def decayed(groups):
        return {p for group in groups if "weight_decay" not in group for p in group["params"]}

    assert decayed(together) == decayed(apart)
    assert [group.get("weight_decay") for group in apart] == [None, 0.0] * 3
    assert sorted(map(id, parameters_of(model))) == sorted(id(p) for group in apart for p in group["params"])


def test_equal_rates_train_as_one_rate_does():
    ends = []
    for rates in (None, [1, 1, 1]):
        torch.manual_seed(0)
        model = SmallCNN(width=4, depth=2, dropout=0.0)
        optimizer = torch.optim.AdamW(decay_groups(model, lr=0.01, rates=rates), lr=0.01, weight_decay=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.ones(2, 3, 8, 8)).square().sum().backward()
            optimizer.step()
        ends.append(torch.nn.utils.parameters_to_vector(model.parameters()))
    assert torch.equal(*ends)


def test_frozen_layers_are_in_no_group_whatever_their_rate():
    model = SmallCNN(depth=3)
    freeze(model, 2)
    groups = decay_groups(model, lr=1.0, rates=[0.1, 0.5, 1.0])
    assert [group["lr"] for group in groups] == [0.5, 0.5, 1.0, 1.0]
    assert {p for group in groups for p in group["params"]} == parameters_of(model.blocks[2], model.fc)


@pytest.mark.parametrize("rates", [[0.0, 1.0], [-1, 1], [float("inf"), 1], ["0.1", 1], [True, 1], 0.1, "ab"])
def test_a_rate_that_is_no_number_above_zero_is_refused_as_it_was_given(rates):
    sentence = re.escape(f"layers.rates are {rates}; expected numbers above 0, one a group of layers")
    with pytest.raises(ValueError, match=sentence):
        decay_groups(SmallCNN(), lr=0.5, rates=rates)


def test_rates_without_what_they_are_factors_on_are_refused():
    with pytest.raises(ValueError, match=r"rates are \[0\.1, 1\] and there is no lr"):
        decay_groups(SmallCNN(), rates=[0.1, 1])


@pytest.mark.parametrize("number", [0, 1, 6])
def test_other_rates_than_the_network_has_layers_for_are_refused(number):
    with pytest.raises(ValueError, match=rf"{number} groups of layers asked for; choose 2 to 5 .* blocks\.3, fc"):
        decay_groups(SmallCNN(depth=4), lr=1.0, rates=[1.0] * number)
