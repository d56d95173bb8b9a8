"""Claims about the layers of networks in their order."""

import functools
from itertools import pairwise
from pathlib import Path

import pytest
import timm
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf
from timm.models import group_parameters
from torch import nn

from galexp.model.concat_head import ConcatNetwork
from galexp.model.layers import freeze, frozen_modules, hold_norms, layer_groups, units
from galexp.model.normalize import NormalizedModel
from galexp.model.shallow_cnn import ConvBlocks
from galexp.model.small_cnn import SmallCNN
from galexp.model.xresnet import XResNet

CONF = Path(__file__).parents[2] / "conf" / "model"
CHOICES = sorted(path.stem for path in CONF.glob("*.yaml"))
BACKBONES = ["resnet34d", "efficientnet_b0", "mobilenetv3_small_050", "convnext_atto", "vit_tiny_patch16_224"]
BACKBONES += ["swin_tiny_patch4_window7_224", "regnetx_002", "densenet121", "tresnet_m"]


@functools.cache
def create(choice):
    """Make a network without its numbers."""
    with torch.device("meta"):
        if choice not in CHOICES:
            return timm.create_model(choice, num_classes=2)
        with initialize_config_dir(str(CONF), version_base="1.3"):
            root = OmegaConf.create({"datamodule": {"image_size": 64}, "model": compose(choice)})
        return instantiate(root.model, _convert_="all", in_chans=3, num_classes=2)


def names(model):
    return [unit.name for unit in units(model)]


def state(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def is_same(module, before):
    return all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


@pytest.mark.parametrize("choice", [*CHOICES, *BACKBONES])
def test_every_parameter_belongs_to_exactly_one_unit_and_the_last_holds_the_classifier(choice):
    model = create(choice)
    found = units(model)
    counted = [id(parameter) for unit in found for parameter in unit.parameters]
    assert sorted(counted) == sorted(map(id, model.parameters()))
    assert all(unit.parameters for unit in found)
    assert set(model.get_classifier().parameters()) <= set(found[-1].parameters)
    assert len(found) > 3


@pytest.mark.parametrize("name", ["resnet34d", "convnext_atto", "vit_tiny_patch16_224", "regnetx_002", "densenet121"])
def test_units_are_in_the_order_of_timms_own_groups(name):
    model = create(name)
    groups = group_parameters(model, model.group_matcher(coarse=True))
    place = {id(model.get_parameter(name)): group for group, names in groups.items() for name in names}
    spans = [[place[id(parameter)] for parameter in unit.parameters] for unit in units(model)[:-1]]
    assert all(max(before) <= min(after) for before, after in pairwise(spans))


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("xresnet34", ["stem", "stages.0", "stages.1", "stages.2", "stages.3", "fc"]),
        ("resnet34_concat", ["body.conv1", "body.layer1", "body.layer2", "body.layer3", "body.layer4", "head"]),
        ("shallow_cnn", ["body.blocks.0", "body.blocks.1", "body.blocks.2", "head"]),
        ("convnext_atto", ["stem", "stages.0", "stages.1", "stages.2", "stages.3", "head"]),
        ("vit_tiny_patch16_224", ["patch_embed", *(f"blocks.{block}" for block in range(12)), "head"]),
        ("efficientnet_b0", ["conv_stem", *(f"blocks.{stage}" for stage in range(7)), "conv_head", "classifier"]),
    ],
)
def test_units_are_the_stem_the_stages_or_blocks_and_the_head(choice, expected):
    assert names(create(choice)) == expected


def test_all_layers_of_the_concat_pool_head_belong_to_the_head():
    with torch.device("meta"):
        model = ConcatNetwork(ConvBlocks(3, [32, 512]), num_classes=1)
    assert sum(parameter.numel() for parameter in units(model)[-1].parameters) == 528_385


def test_what_a_network_does_after_global_pooling_belongs_to_its_head():
    model = create("mobilenetv3_small_050")
    assert set(model.conv_head.parameters()) <= set(units(model)[-1].parameters)


def test_a_normalization_belongs_to_what_it_normalizes_and_tokens_to_the_first_unit():
    resnet, vit = create("resnet34d"), create("vit_tiny_patch16_224")
    assert units(resnet)[0].modules[:2] == [resnet.conv1, resnet.bn1]
    assert set(vit.norm.parameters()) <= set(units(vit)[-2].parameters)
    assert {vit.cls_token, vit.pos_embed} <= set(units(vit)[0].parameters)


def test_a_module_around_a_network_changes_nothing():
    model = SmallCNN()
    around = NormalizedModel(model, [0.0] * 3, [1.0] * 3)
    assert [unit.parameters for unit in units(around)] == [unit.parameters for unit in units(model)]


def test_a_network_of_one_layer_is_all_head():
    class Linear(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 1)

        def get_classifier(self):
            return self.fc

    assert names(Linear()) == ["fc"]


def test_a_network_with_two_classifiers_is_refused():
    with pytest.raises(ValueError, match="classifier of VisionTransformerDistilled is tuple, which is none of its mod"):
        units(create("deit_tiny_distilled_patch16_224"))


@pytest.mark.parametrize(("number", "sizes"), [(2, [5, 1]), (3, [3, 2, 1]), (4, [2, 2, 1, 1]), (6, [1] * 6)])
def test_the_body_is_divided_evenly_and_the_first_groups_are_the_larger_ones(number, sizes):
    model = create("xresnet18")
    rest = iter(units(model))
    expected = [[p for _ in range(size) for p in next(rest).parameters] for size in sizes]
    assert layer_groups(model, number) == expected


@pytest.mark.parametrize("number", [0, 1, 7])
def test_other_groups_than_a_network_has_layers_for_are_refused(number):
    with pytest.raises(ValueError, match=rf"{number} groups of layers asked for; choose 2 to 6 of a network of stem, "):
        layer_groups(create("xresnet18"), number)


def test_the_first_units_freeze_and_no_other():
    model = SmallCNN(depth=3)
    freeze(model, 2)
    trains = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert trains == {name for name, _ in model.named_parameters() if name.startswith(("blocks.2", "fc"))}
    assert frozen_modules(model) == [model.blocks[0], model.blocks[1]]


def test_freezing_none_freezes_none():
    model = SmallCNN()
    freeze(model, 0)
    assert frozen_modules(model) == []
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("number", [-1, 4])
def test_freezing_more_than_the_body_is_refused(number):
    with pytest.raises(
        ValueError, match=rf"layers\.frozen is {number}; choose 0 to 3 of .*blocks\.2, and let fc train"
    ):
        freeze(SmallCNN(depth=3), number)


def test_held_normalizations_keep_what_they_have_measured_and_the_others_go_on():
    model = SmallCNN(depth=3)
    freeze(model, 2)
    before = [state(block) for block in model.blocks]
    hold_norms(frozen_modules(model.train()))
    model(torch.rand(4, 3, 16, 16)).sum().backward()
    assert [is_same(block, kept) for block, kept in zip(model.blocks, before, strict=True)] == [True, True, False]
    model.train()
    model(torch.rand(4, 3, 16, 16))
    assert not is_same(model.blocks[0], before[0])


def test_a_held_layer_of_spectral_norm_keeps_its_vectors():
    model = XResNet([1, 1, 1, 1], expansion=1, self_attention=True)
    freeze(model, 2)
    hold_norms(frozen_modules(model.train()))
    before = state(model.stages[0])
    model(torch.rand(2, 3, 32, 32)).sum().backward()
    assert is_same(model.stages[0], before)


def test_dropout_of_a_held_module_stays_random():
    modules = [nn.Sequential(nn.Dropout(), nn.BatchNorm1d(1))]
    hold_norms(modules)
    assert [part.training for part in modules[0]] == [True, False]
