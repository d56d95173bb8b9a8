import time

import pytest
import timm
import torch

from galexp.model import backbone
from galexp.model.backbone import adapt_bands, read_state, timm_backbone, timm_body


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
    with pytest.raises(ValueError, match=r"timm makes no resnet18 with model.colour=red \(.* argument 'colour'\)"):
        timm_backbone("resnet18", colour="red")
    with pytest.raises(ValueError, match=r"no resnet18 with model.output_stride=7 \(AssertionError\); take out or cha"):
        timm_backbone("resnet18", output_stride=7)


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


@pytest.mark.parametrize("outputs", [5, 2])
def test_weights_of_another_backbone_are_refused_whatever_the_outputs(tmp_path, outputs):
    torch.save(timm.create_model("test_efficientnet", num_classes=5).state_dict(), tmp_path / "weights.pth")
    with pytest.raises(
        ValueError, match=r"weights of .*weights\.pth do not fit test_resnet \(.*\); give a file in timm"
    ):
        timm_backbone("test_resnet", num_classes=outputs, weights=str(tmp_path / "weights.pth"))


@pytest.mark.parametrize(("learned", "asked"), [(5, 5), (5, 2), (0, 2), (1000, 1000)])
def test_a_classifier_from_a_file_is_kept_where_the_outputs_are_as_many(tmp_path, learned, asked):
    source = timm.create_model("test_resnet", num_classes=learned)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    model = timm_backbone("test_resnet", num_classes=asked, weights=str(tmp_path / "weights.pth"))
    assert torch.equal(model.layer4[0].conv1.weight, source.layer4[0].conv1.weight)
    assert model.fc.out_features == asked
    assert learned != asked or torch.equal(model.fc.weight, source.fc.weight)


def test_a_body_ends_with_its_last_feature_map():
    body = timm_body("mobilenetv3_small_050", in_chans=4)
    features = body.forward_features(torch.rand(2, 4, 64, 64))
    features.sum().backward()
    assert features.shape == (2, body.num_features, 2, 2)
    assert all(parameter.grad is not None for parameter in body.parameters())


def test_a_body_that_timm_does_not_know_or_whose_weights_are_not_there_is_refused():
    with pytest.raises(ValueError, match="no backbone 'resnett34'"):
        timm_body("resnett34")
    with pytest.raises(FileNotFoundError, match="is not a file"):
        timm_body("test_resnet", weights="nowhere.pth")


@pytest.mark.usefixtures("_no_hub")
def test_a_body_without_a_hub_is_refused():
    with pytest.raises(ConnectionError, match="are not in the cache"):
        timm_body("resnet18", pretrained=True)


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 7])
def test_bands_are_given_in_turn_and_scaled_by_their_old_over_their_new_number(bands):
    weight = torch.rand(2, 3, 1, 1)
    found = adapt_bands(weight, bands)
    expected = weight.sum(1, keepdim=True) if bands == 1 else weight[:, [band % 3 for band in range(bands)]] * 3 / bands
    torch.testing.assert_close(found, weight if bands == 3 else expected)


def test_a_state_dict_may_lie_beside_other_things(tmp_path):
    state = {"w": torch.rand(3)}
    for key in ("state_dict", "model"):
        torch.save({key: state, "epoch": 3}, tmp_path / "weights.pth")
        assert torch.equal(read_state(tmp_path / "weights.pth")["w"], state["w"])


def test_what_is_no_state_dict_is_refused(tmp_path):
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(ValueError, match=r"list\.pth cannot be read as weights"):
        read_state(tmp_path / "list.pth")
    torch.save({"w": 1}, tmp_path / "number.pth")
    with pytest.raises(ValueError, match="holds no state dict"):
        read_state(tmp_path / "number.pth")
