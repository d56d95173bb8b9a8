import pytest
import timm
import torch
from torch import nn

from galexp.config import UsageError
from galexp.model import build
from galexp.model.build import build_network, check_image_size, nearest_size
from galexp.model.small_cnn import SmallCNN

SMALL = {"_target_": "galexp.model.small_cnn.SmallCNN", "width": 8, "depth": 3}
TIMM = {"_target_": "galexp.model.backbone.timm_backbone", "name": "test_resnet", "pretrained": False}
CONCAT = {"_target_": "galexp.model.concat_head.timm_concat", "name": "test_resnet", "body_weights": None}


@pytest.mark.parametrize("node", [SMALL, TIMM, CONCAT])
@pytest.mark.parametrize(("monochrome", "bands"), [(False, 5), (True, 1)])
def test_a_network_takes_the_bands_of_the_images_or_one(node, monochrome, bands):
    network = build_network({**node, "weights": None, "monochrome": monochrome}, 5, 2, image_size=32)
    assert network(torch.rand(2, bands, 32, 32)).shape == (2, 2)


def test_neither_the_trial_nor_the_check_changes_what_is_random():
    torch.manual_seed(0)
    plain = build_network(SMALL, 3, 1)
    after = torch.rand(3)
    torch.manual_seed(0)
    tried = build_network({**SMALL, "weights": None, "monochrome": False}, 3, 1, image_size=32)
    assert torch.equal(torch.rand(3), after)
    assert all(torch.equal(value, tried.state_dict()[name]) for name, value in plain.state_dict().items())
    assert all(module.training for module in tried.modules())


def test_a_trial_leaves_each_module_in_its_own_mode():
    network = SmallCNN()
    network.blocks[1].eval()
    check_image_size(network, 32)
    assert network.training
    assert not network.blocks[1][1].training


def test_an_image_that_is_too_small_is_refused_with_the_least_side_that_fits():
    with pytest.raises(ValueError, match=r"an image of 7 px is too small for SmallCNN \(.*\); set .*image_size=8, or"):
        build_network(SMALL, 3, 1, image_size=7)


def test_an_image_of_another_size_than_a_network_of_tokens_takes_is_refused_with_that_size():
    node = {**TIMM, "name": "vit_tiny_patch16_224", "img_size": 64, "depth": 1}
    with pytest.raises(ValueError, match=r"80 px does not fit VisionTransformer \(.*\); set .*image_size=64, or"):
        build_network(node, 3, 1, image_size=80)


def test_a_network_that_takes_no_image_is_refused_as_such(monkeypatch):
    monkeypatch.setattr(build, "_LARGEST", 64)
    network = nn.Linear(17, 1)
    network.in_chans = 1
    assert nearest_size(network, 16) == 17
    network = nn.Conv3d(1, 1, 3)
    network.in_chans = 2
    with pytest.raises(
        ValueError, match=r"16 px does not fit Conv3d \(.*; no side up to 64 px does, or choose another"
    ):
        check_image_size(network, 16)


def test_an_unknown_key_and_a_class_that_is_not_there_are_refused():
    with pytest.raises(UsageError, match="takes no 'widht'; did you mean 'width'"):
        build_network({**SMALL, "widht": 3}, 3, 1)
    with pytest.raises(UsageError, match=r"nowhere\.Network cannot be imported"):
        build_network({"_target_": "nowhere.Network", "weights": "x.pth"}, 3, 1, with_weights=False)


def test_weights_that_are_not_there_are_refused_unless_they_are_not_wanted(tmp_path):
    node = {**SMALL, "weights": str(tmp_path / "gone.pth")}
    with pytest.raises(FileNotFoundError, match=r"gone\.pth, which is not there"):
        build_network(node, 3, 1)
    build_network(node, 3, 1, with_weights=False)
    gone = {**CONCAT, "pretrained": True, "body_weights": "gone.pth"}
    build_network(gone, 3, 1, with_weights=False)


def save(model, path):
    torch.save(model.state_dict(), path)
    return str(path)


@pytest.mark.parametrize(("outputs", "ending"), [(5, "all of them as they are"), (2, "fc is new, with 2 outputs")])
def test_a_file_of_timm_goes_to_timm_and_its_classifier_is_kept_where_the_outputs_are_as_many(
    tmp_path, capsys, outputs, ending
):
    source = timm.create_model("test_resnet", num_classes=5)
    path = save(source, tmp_path / "weights.pth")
    network = build_network({**TIMM, "weights": path}, 3, outputs)
    assert torch.equal(network.conv1[0].weight, source.conv1[0].weight)
    assert torch.equal(network.fc.weight, source.fc.weight) == (outputs == 5)
    assert capsys.readouterr().out == f"weights taken over from {path}: {ending}\n"


def test_timm_resizes_the_positions_of_tokens(tmp_path, capsys):
    source = timm.create_model("test_vit", img_size=32, num_classes=5)
    path = save(source, tmp_path / "weights.pth")
    network = build_network({**TIMM, "name": "test_vit", "img_size": 64, "weights": path}, 3, 5)
    assert network.pos_embed.shape[1] > source.pos_embed.shape[1]
    assert "pos_embed adapted from" in capsys.readouterr().out


def test_a_whole_network_with_another_head_starts_from_its_own_file(tmp_path):
    source = build_network(CONCAT, 3, 1)
    network = build_network({**CONCAT, "weights": save(source, tmp_path / "weights.pt")}, 3, 1)
    assert all(torch.equal(value, source.state_dict()[name]) for name, value in network.state_dict().items())
