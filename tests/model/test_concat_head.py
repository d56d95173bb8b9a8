import pytest
import timm
import torch
from torch import nn

from galexp.model.concat_head import ConcatHead, ConcatNetwork, timm_concat


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.fixture(scope="module")
def published():
    torch.manual_seed(0)
    return timm_concat("resnet34")


def test_body_and_head_of_resnet34_have_the_published_numbers_of_parameters(published):
    assert (count(published.body), count(published.head)) == (21_284_672, 528_385)


def test_the_layers_of_the_head_stand_in_the_order_of_fastai(published):
    names = [type(layer).__name__ for layer in published.head.hidden]
    assert names == ["BatchNorm1d", "Dropout", "Linear", "ReLU", "BatchNorm1d", "Dropout"]
    assert [layer.p for layer in published.head.hidden if isinstance(layer, nn.Dropout)] == [0.25, 0.5]


def test_both_linear_layers_start_from_kaiming_and_a_bias_of_zero(published):
    first = published.head.hidden[2]
    assert first.weight.std().item() == pytest.approx((2 / 1024) ** 0.5, rel=0.01)
    wide = ConcatHead(512, 1000).fc
    assert wide.weight.std().item() == pytest.approx((2 / 512) ** 0.5, rel=0.01)
    assert not first.bias.any()
    assert not wide.bias.any()


@torch.no_grad()
def test_the_maximum_comes_before_the_average():
    head = ConcatHead(2, 4, hidden=4).eval()
    head.hidden[2].weight.copy_(torch.eye(4))
    head.fc.weight.copy_(torch.eye(4))
    features = torch.tensor([[[[1.0, 5.0]], [[2.0, 4.0]]]])
    pooled = torch.tensor([[5.0, 4.0, 3.0, 3.0]])
    torch.testing.assert_close(head(features), pooled, atol=1e-4, rtol=0)
    torch.testing.assert_close(head(features, pre_logits=True), pooled, atol=1e-4, rtol=0)


@torch.no_grad()
def test_the_body_is_that_of_timm():
    body = timm.create_model("resnet18", num_classes=0).eval()
    network = timm_concat("resnet18").eval()
    network.body.load_state_dict(body.state_dict())
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(network.forward_features(images), body.forward_features(images))


def test_the_body_starts_from_a_file_and_the_head_anew(tmp_path):
    source = timm.create_model("test_resnet", num_classes=1000)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    network = timm_concat("test_resnet", in_chans=1, body_weights=str(tmp_path / "weights.pth"))
    name = next(name for name, _ in source.named_parameters() if name.startswith("layer4"))
    assert torch.equal(network.body.get_parameter(name), source.get_parameter(name))


@pytest.mark.parametrize("name", ["test_convnext", "test_efficientnet", "mobilenetv3_small_050", "densenet121"])
def test_every_parameter_of_other_convolutional_bodies_learns(name):
    network = timm_concat(name, num_classes=2)
    network(torch.rand(2, 3, 64, 64)).sum().backward()
    assert all(p.grad is not None for p in network.parameters())


def test_a_body_without_a_map_is_refused():
    with pytest.raises(ValueError, match=r"shape \[2, 1, 64\]|shape \[2, \d+, \d+\].*choose a convolutional body"):
        timm_concat("test_vit", img_size=32)(torch.rand(2, 3, 32, 32))


@pytest.mark.parametrize("make", [lambda p: ConcatHead(8, 1, dropout=p), lambda p: timm_concat("resnet18", dropout=p)])
def test_other_than_two_dropouts_are_refused(make):
    with pytest.raises(ValueError, match=r"dropout is \[0\.5\]; expected two probabilities"):
        make([0.5])


def test_other_than_two_dropouts_on_any_body_are_refused():
    body = nn.Module()
    body.in_chans, body.num_features = 3, 8
    with pytest.raises(ValueError, match="expected two probabilities"):
        ConcatNetwork(body, dropout=[0.1, 0.2, 0.3])
