"""Claims about the variational autoencoder as a network among others."""

import pytest
import torch

from galexp.config import compose
from galexp.model.autoencoder import Decoder, Encoder
from galexp.model.build import build_network
from galexp.model.layers import freeze, units
from galexp.model.start import take_over
from galexp.model.vae import VAE

SMALL = {"latent_dim": 4, "channels": 6, "hidden": 10, "widths": [8, 8]}


def small(**options):
    torch.manual_seed(0)
    return VAE(**{"image_size": 16, **SMALL, **options})


def names(network):
    return {name for name, parameter in network.named_parameters() if parameter.requires_grad}


@torch.no_grad()
def test_the_classifier_sees_the_latent_means():
    network, images = small(num_classes=3).eval(), torch.rand(2, 3, 16, 16)
    means = network.forward_head(network.forward_features(images), pre_logits=True)
    torch.testing.assert_close(network(images), means @ network.fc.weight.T + network.fc.bias)
    torch.testing.assert_close(network.reconstruct(images, sample=True).mean, means)


@torch.no_grad()
def test_a_network_without_classifier_returns_its_means():
    network, images = small(num_classes=0).eval(), torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(network(images), network.reconstruct(images, sample=False).mean)


@torch.no_grad()
def test_what_is_not_sampled_is_the_image_of_the_mean():
    network, images = small().eval(), torch.rand(2, 3, 16, 16)
    found = network.reconstruct(images, sample=False)
    torch.testing.assert_close(found.image, network.decode(found.mean))


@torch.no_grad()
def test_latent_points_are_drawn_from_the_gaussian_of_their_image(monkeypatch):
    network = small().eval()
    torch.nn.init.normal_(network.to_log_variance.bias)
    monkeypatch.setattr(network, "decode", lambda z: z)
    points, means, log_variance = network.reconstruct(torch.rand(1, 3, 16, 16).expand(20_000, -1, -1, -1), sample=True)
    deviation = (log_variance[0] / 2).exp()
    torch.testing.assert_close(points.mean(0), means[0], atol=4 * deviation.max().item() / 20_000**0.5, rtol=0)
    torch.testing.assert_close(points.std(0), deviation, rtol=0.03, atol=0)


def test_the_number_of_parameters_is_that_of_its_layers():
    cells = 64 * 2**2
    halves = [Encoder(3, 64), Decoder(64, 3)]
    linear = (cells + 1) * 512 + 2 * (512 + 1) * 32 + (32 + 1) * 512 + (512 + 1) * cells + (32 + 1)
    count = sum(parameter.numel() for half in halves for parameter in half.parameters())
    assert sum(parameter.numel() for parameter in VAE(image_size=64).parameters()) == count + linear


def test_what_no_prediction_uses_trains_only_where_there_is_no_classifier():
    network = small(num_classes=1)
    parts = {name.split(".")[0] for name in names(network)}
    assert parts == {"encoder", "hidden", "to_mean", "fc"}
    network.reset_classifier(0)
    assert names(network) == {name for name, _ in network.named_parameters()}


def test_a_reconstruction_without_classifier_gives_every_parameter_a_gradient():
    network = small(num_classes=0)
    found = network.reconstruct(torch.rand(4, 3, 16, 16), sample=True)
    (found.image.sum() + found.mean.sum() + found.log_variance.sum()).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


@torch.no_grad()
def test_a_network_with_classifier_takes_over_the_weights_of_one_without(capsys):
    before, after = small(num_classes=0).eval(), small(num_classes=2).eval()
    torch.nn.init.normal_(before.to_mean.weight)
    take_over(after, before.state_dict(), "RUN")
    assert "weights taken over from RUN: fc is new, with 2 outputs" in capsys.readouterr().out
    images = torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(after.forward_head(after.forward_features(images), pre_logits=True), before(images))


def test_the_recipe_of_times_trains_the_last_layer_alone():
    settings = compose(["experiment=deepgalaxy_vae_time", "model.weights=RUN", "datamodule.image_size=64"])
    network = build_network(settings["model"], bands=1, num_classes=1, with_weights=False)
    assert len(units(network)) == settings["layers"]["frozen"] + 1
    freeze(network, settings["layers"]["frozen"])
    assert names(network) == {"fc.weight", "fc.bias"}


def test_an_image_of_another_size_is_refused_and_before_training_the_nearest_is_named():
    with pytest.raises(ValueError, match="an image of 32 x 32 px came to a VAE that was made for 16 x 16 px"):
        small()(torch.zeros(2, 3, 32, 32))
    for side, nearest in ((69, 64), (16, 32)):
        node = {"_target_": "galexp.model.vae.VAE", "image_size": side}
        with pytest.raises(ValueError, match=rf"{side} px .* VAE .*; set datamodule\.image_size={nearest}"):
            build_network(node, bands=3, num_classes=1, image_size=side)


def test_no_widths_are_refused():
    with pytest.raises(ValueError, match="widths is empty; give the channels after each block"):
        small(widths=[])
