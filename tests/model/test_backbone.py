import time

import pytest
import timm
import torch

from galexp.model import backbone
from galexp.model.backbone import timm_backbone


@pytest.fixture
def _no_hub(monkeypatch):
    def refuse(*_arguments, **_keywords):
        raise OSError("no route to host")

    monkeypatch.setattr(backbone, "get_hf_file_metadata", refuse)
    monkeypatch.setattr(backbone, "try_to_load_from_cache", lambda *_: None)


def test_bands_and_outputs_are_those_asked_for():
    model = timm_backbone("resnet18", num_classes=3, in_chans=5)
    assert model(torch.rand(2, 5, 32, 32)).shape == (2, 3)


def test_arguments_of_the_backbone_are_passed_on():
    model = timm_backbone("vit_tiny_patch16_224", img_size=64)
    assert model.patch_embed.img_size == (64, 64)


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"no backbone 'resnett34'; the nearest names are .*'resnet34'"):
        timm_backbone("resnett34")


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError, match="colour"):
        timm_backbone("resnet18", colour="red")


@pytest.mark.usefixtures("_no_hub")
def test_published_weights_without_a_hub_fail_within_a_second_and_say_why():
    start = time.perf_counter()
    with pytest.raises(ConnectionError, match=r"weights of 'resnet18' are not in the cache .*no route to host"):
        timm_backbone("resnet18", pretrained=True)
    assert time.perf_counter() - start < 1


def test_a_backbone_without_published_weights_is_refused():
    name = next(name for name in timm.list_models("resnet*") if not timm.models.is_model_pretrained(name))
    with pytest.raises(ValueError, match=f"no published weights for '{name}'"):
        timm_backbone(name, pretrained=True)


def test_weights_from_a_file_are_adapted_to_other_bands_and_outputs(tmp_path):
    source = timm.create_model("resnet18", num_classes=1000)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    model = timm_backbone("resnet18", num_classes=2, in_chans=1, weights=str(tmp_path / "weights.pth"))
    torch.testing.assert_close(model.layer3[0].conv1.weight, source.layer3[0].conv1.weight)
    torch.testing.assert_close(model.conv1.weight, source.conv1.weight.sum(1, keepdim=True))
    assert model.fc.out_features == 2


@pytest.mark.usefixtures("_no_hub")
def test_cached_weights_need_no_hub(tmp_path, monkeypatch):
    source = timm.create_model("resnet18", num_classes=1000)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    monkeypatch.setattr(backbone, "try_to_load_from_cache", lambda *_: str(tmp_path / "weights.pth"))
    model = timm_backbone("resnet18", pretrained=True)
    torch.testing.assert_close(model.conv1.weight, source.conv1.weight)


def test_a_missing_file_is_refused():
    with pytest.raises(FileNotFoundError, match=r"weights 'nowhere\.pth' is not a file"):
        timm_backbone("resnet18", weights="nowhere.pth")
