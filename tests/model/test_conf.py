"""Claims about every choice under conf/model."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

CONF = Path(__file__).parents[2] / "conf" / "model"
CHOICES = sorted(path.stem for path in CONF.glob("*.yaml"))


def create(choice, **facts):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return instantiate(compose(choice), _convert_="all", **facts)


@pytest.fixture(autouse=True)
def _seeded(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    torch.manual_seed(0)


@pytest.mark.parametrize("choice", CHOICES)
def test_every_model_runs_forward_and_backward_at_64_pixels(choice):
    model = create(choice, in_chans=4, num_classes=2)
    output = model(torch.rand(2, 4, 64, 64))
    output.sum().backward()
    assert output.shape == (2, 2)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("choice", CHOICES)
def test_every_model_keeps_the_protocol_of_timm(choice):
    model = create(choice, in_chans=3, num_classes=2).eval()
    images = torch.rand(2, 3, 64, 64)
    features = model.forward_features(images)
    assert features.shape[1] == model.num_features
    torch.testing.assert_close(model.forward_head(features), model(images))
    hidden = model.forward_head(features, pre_logits=True)
    torch.testing.assert_close(model.get_classifier()(hidden), model(images))
    model.reset_classifier(5)
    assert (model.num_classes, model(images).shape) == (5, (2, 5))
    model.reset_classifier(0)
    torch.testing.assert_close(model(images), hidden)
