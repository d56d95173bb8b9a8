import copy

import pytest
import torch
from torch import nn

from galexp.model.backbone import timm_backbone
from galexp.model.head import classify_in_float32, initialize_bias
from galexp.model.normalize import NormalizedModel
from galexp.model.small_cnn import SmallCNN


def metallicity_network():
    """Return a network whose features are of order 1 and whose predictions scatter by 0.1 about 8.95."""
    torch.manual_seed(0)
    model = SmallCNN(dropout=0.0)
    images = torch.rand(64, 3, 32, 32) * torch.rand(64, 3, 1, 1)
    features = model.forward_head(model.forward_features(images), pre_logits=True)
    linear = model.get_classifier()
    linear.weight.data *= 0.1 / linear(features).std()
    initialize_bias(linear, [8.95 - (features @ linear.weight.T).mean().item()])
    assert 0.1 < features.mean() < 2
    return model, images


@torch.no_grad()
def test_a_metallicity_of_8_95_survives_bfloat16():
    model, images = metallicity_network()
    exact = model(images)
    with torch.autocast("cpu", torch.bfloat16):
        coarse = model(images).float()
        fine = classify_in_float32(model)(images)
    assert fine.dtype == torch.float32
    assert (coarse - exact).square().mean().sqrt() > 0.01
    assert (fine - exact).square().mean().sqrt() < 0.002


@torch.no_grad()
def test_the_last_layer_itself_adds_no_error():
    model, images = metallicity_network()
    with torch.autocast("cpu", torch.bfloat16):
        features = model.forward_head(model.forward_features(images), pre_logits=True).bfloat16()
        output = classify_in_float32(model).get_classifier()(features)
    exact = nn.functional.linear(features.double(), model.fc.weight.double(), model.fc.bias.double())
    torch.testing.assert_close(output.double(), exact, atol=2e-6, rtol=0)


def test_names_parameters_and_predictions_stay_the_same():
    model = SmallCNN(num_classes=2).eval()
    before, parameters = copy.deepcopy(model.state_dict()), {id(p) for p in model.parameters()}
    expected = model(torch.ones(2, 3, 32, 32))
    classify_in_float32(model)
    assert model.state_dict().keys() == before.keys()
    assert {id(p) for p in model.parameters()} == parameters
    torch.testing.assert_close(model(torch.ones(2, 3, 32, 32)), expected)


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224", "convnext_atto", "mobilenetv3_small_050"])
def test_backbones_of_timm_and_wrapped_ones_predict_in_float32(name):
    extra = {"img_size": 64} if name.startswith("vit") else {}
    model = classify_in_float32(NormalizedModel(timm_backbone(name, **extra), [0.5] * 3, [0.25] * 3))
    with torch.autocast("cpu", torch.bfloat16):
        output = model.eval()(torch.rand(2, 3, 64, 64))
    output.sum().backward()
    assert output.dtype == torch.float32
    assert model.get_classifier().weight.grad.isfinite().all()


def test_a_network_with_its_bias_at_the_mean_predicts_the_mean_when_its_weights_are_zero():
    model = SmallCNN(num_classes=2)
    nn.init.zeros_(model.get_classifier().weight)
    initialize_bias(model.get_classifier(), torch.tensor([8.95, -0.3]))
    torch.testing.assert_close(model(torch.rand(3, 3, 32, 32)), torch.tensor([[8.95, -0.3]]).expand(3, 2))


@pytest.mark.parametrize(
    ("classifier", "mean", "message"),
    [
        (nn.Identity(), [0.0], "the classifier is Identity; expected a Linear"),
        (nn.Linear(2, 1, bias=False), [0.0], "has no bias"),
        (nn.Linear(2, 1), [0.0, 1.0], "target_mean has shape .2., the classifier 1 outputs"),
        (nn.Linear(2, 1), [float("nan")], "leave rows without a target out"),
    ],
)
def test_classifiers_that_cannot_hold_the_mean_are_refused(classifier, mean, message):
    with pytest.raises(ValueError, match=message):
        initialize_bias(classifier, mean)


def test_a_network_without_a_classifier_is_refused():
    with pytest.raises(ValueError, match="is num_classes 0"):
        classify_in_float32(SmallCNN(num_classes=0))
