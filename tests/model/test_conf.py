"""Claims about every choice under conf/model."""

import copy
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf

CONF = Path(__file__).parents[2] / "conf" / "model"
CHOICES = sorted(path.stem for path in CONF.glob("*.yaml"))


def create(choice, **facts):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        root = OmegaConf.create({"datamodule": {"image_size": 64}, "model": compose(choice)})
    return instantiate(root.model, _convert_="all", **facts)


@pytest.fixture(scope="module", params=CHOICES)
def model(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        torch.manual_seed(0)
        return create(request.param, in_chans=4, num_classes=2)


def test_every_model_runs_forward_and_backward_at_64_pixels(model):
    output = model(torch.rand(2, 4, 64, 64))
    output.sum().backward()
    assert output.shape == (2, 2)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters() if p.requires_grad)


@torch.no_grad()
def test_every_model_keeps_the_protocol_of_timm(model):
    model, images = copy.deepcopy(model).eval(), torch.rand(2, 4, 64, 64)
    assert (model.in_chans, model.num_classes) == (4, 2)
    output, features = model(images), model.forward_features(images)
    assert features.shape[1] == model.num_features
    torch.testing.assert_close(model.forward_head(features), output)
    hidden = model.forward_head(features, pre_logits=True)
    torch.testing.assert_close(model.get_classifier()(hidden), output)
    model.reset_classifier(5)
    assert (model.num_classes, model.forward_head(features).shape) == (5, (2, 5))
    model.reset_classifier(0)
    torch.testing.assert_close(model.forward_head(features), hidden)


@pytest.mark.parametrize(
    ("choice", "outputs", "count"),
    [
        ("resnet18", 37, 11_195_493),
        ("resnet34_concat", 1, 21_284_672 + 528_385),
        ("xresnet18", 1, 11_223_969),
        ("xresnet34", 1, 21_332_129),
        ("xresnet50", 1, 23_557_025),
        ("xresnet34_attention", 1, 21_304_417 + 64**2 + 1),
    ],
)
def test_choices_have_the_published_numbers_of_parameters(choice, outputs, count):
    with torch.device("meta"):
        model = create(choice, in_chans=3, num_classes=outputs)
    assert sum(p.numel() for p in model.parameters()) == count


def test_efficientnet_b4_is_that_of_keras_in_its_numbers():
    with torch.device("meta"):
        model = create("efficientnet_b4", in_chans=3, num_classes=71)
    trained = sum(p.numel() for p in model.parameters())
    statistics = sum(b.numel() for name, b in model.named_buffers() if "running" in name)
    assert trained == 17_548_616 + (1792 + 1) * 71 == 17_675_919
    assert trained + statistics == 17_801_119
    assert (model.num_features, model.drop_rate) == (1792, 0.4)
    rates = [m.drop_prob for m in model.modules() if type(m).__name__ == "DropPath"]
    assert 0 < max(rates) < 0.2
    assert rates == sorted(rates)
