"""Claims about three networks on one map."""

import pytest
import torch

from galexp.config import compose
from galexp.model.build import build_network
from galexp.model.layers import freeze, units
from galexp.model.part import PARTS
from galexp.model.representation import RepresentationNetwork
from galexp.model.start import take_over

SMALL = {"channels": 4, "latent_dim": 3, "hidden": 8, "widths": [8, 8], "head_hidden": 6}


def small(**options):
    torch.manual_seed(0)
    return RepresentationNetwork(**{"image_size": 16, **SMALL, **options})


def trained(network):
    return {name.split(".")[0] for name, parameter in network.named_parameters() if parameter.requires_grad}


def counted(network):
    return sum(parameter.numel() for parameter in network.parameters())


@torch.no_grad()
@pytest.mark.parametrize("side", [256, 512])
def test_the_autoencoder_takes_any_side_divisible_by_32(side):
    network = RepresentationNetwork(image_size=64, channels=2, widths=[2, 2, 2, 2, 2]).eval()
    images = torch.rand(1, 3, side, side)
    maps = network.forward_features(images)
    assert maps.shape == (1, 2, side // 32, side // 32)
    assert network.draw(maps).shape == images.shape


@torch.no_grad()
@pytest.mark.parametrize(("backbone", "features"), [("resnet18", 512), ("efficientnet_b0", 1280)])
def test_a_body_of_timm_takes_the_place_of_the_simple_one(backbone, features):
    network = RepresentationNetwork(64, in_chans=1, backbone=backbone, channels=4, widths=[4, 4, 4, 4, 4]).eval()
    maps = network.forward_features(torch.rand(1, 1, 64, 96))
    assert (maps.shape, network.encoder.to_map.in_channels) == ((1, 4, 2, 3), features)
    assert network.draw(maps).shape == (1, 1, 64, 96)


@torch.no_grad()
def test_channels_of_the_map_have_unit_spread_over_a_batch():
    maps = small().forward_features(5 + 100 * torch.rand(8, 3, 16, 16))
    torch.testing.assert_close(maps.mean((0, 2, 3)), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(maps.std((0, 2, 3), correction=0), torch.ones(4), atol=1e-3, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("head", ["pooled", "flat", "latent"])
def test_the_network_is_encoder_and_classifier(head):
    network, images = small(num_classes=2, head=head).eval(), torch.rand(2, 3, 16, 16)
    maps = network.forward_features(images)
    seen = network.describe(maps).mean[:, :, None, None] if head == "latent" else maps
    torch.testing.assert_close(network(images), network.classifier(seen))
    hidden = network.forward_head(maps, pre_logits=True)
    torch.testing.assert_close(network(images), network.get_classifier()(hidden))


@torch.no_grad()
def test_an_image_of_latent_means_is_drawn_from_the_map_that_they_give():
    network, z = small().eval(), torch.randn(2, 3)
    torch.testing.assert_close(network.decode(z), network.draw(network.vae.decode(z)))


@pytest.mark.parametrize(
    ("head", "parts"), [("pooled", {"encoder", "classifier"}), ("latent", {"encoder", "vae", "classifier"})]
)
def test_any_task_trains_what_predicts_and_leaves_the_rest(head, parts):
    network = small(head=head)
    assert trained(network) == parts
    network(torch.rand(4, 3, 16, 16)).sum().backward()
    assert all(p.grad is not None for p in network.parameters() if p.requires_grad)


@pytest.mark.parametrize(
    ("parts", "modules"),
    [
        (["fcae"], {"encoder", "decoder"}),
        (["vae"], {"vae"}),
        (["classifier"], {"classifier"}),
        (PARTS, {"encoder", "decoder", "vae", "classifier"}),
    ],
)
def test_of_three_parts_any_can_be_trained(parts, modules):
    network = small()
    network.learn(parts)
    assert trained(network) == modules
    assert network.learned == ()
    network.mark_learned(parts[:1])
    assert network.learned == (parts[0],)


def test_the_number_of_parameters_is_that_of_its_parts():
    network = RepresentationNetwork(image_size=64, num_classes=71)
    assert counted(network) == sum(map(counted, (network.encoder, network.decoder, network.vae, network.classifier)))
    assert counted(network.classifier) == (16 + 1) * 256 + (256 + 1) * 71
    assert network.vae.side == 2


def test_the_recipe_of_times_trains_the_last_layer_alone():
    settings = compose(["experiment=deepgalaxy_vae_time", "model.weights=RUN", "datamodule.image_size=64"])
    network = build_network(settings["model"], bands=1, num_classes=1, with_weights=False)
    assert len(units(network)) == settings["layers"]["frozen"] + 1
    freeze(network, settings["layers"]["frozen"])
    assert {name for name, p in network.named_parameters() if p.requires_grad} == {
        "classifier.fc.weight",
        "classifier.fc.bias",
    }


@torch.no_grad()
def test_what_was_learned_is_said_by_the_weights(capsys):
    before, after = small(num_classes=0, head="latent"), small(num_classes=2, head="latent")
    before.mark_learned(["vae"])
    before(torch.rand(4, 3, 16, 16))
    take_over(after, before.state_dict(), "RUN")
    assert "weights taken over from RUN: classifier.fc is new, with 2 outputs" in capsys.readouterr().out
    assert (after.learned, after.encoder.has_learned) == (("vae",), True)
    assert not small().encoder.has_learned


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"backbone": "resnet18", "widths": [8, 8]}, "backbone=resnet18 halves an image 5 times and .* has 2 widths"),
        ({"widths": []}, "widths is empty; give the channels after each block"),
        ({"pretrained": True}, "backbone=simple has no published weights"),
        ({"backbone": "resnet81"}, "timm has no backbone 'resnet81'"),
    ],
)
def test_a_backbone_that_does_not_go_with_the_rest_is_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        small(**options)


def test_a_network_without_a_map_is_refused():
    network = small(backbone="test_vit", image_size=160, widths=[4, 4, 4, 4])
    with pytest.raises(
        ValueError, match=r"test_vit makes features of shape .*; expected a map, so set model\.backbone"
    ):
        network(torch.zeros(1, 3, 160, 160))


def test_an_image_that_cannot_be_halved_is_refused_before_training_with_the_nearest():
    for side, nearest in ((69, 96), (16, 32)):
        node = {"_target_": "galexp.model.representation.RepresentationNetwork", "image_size": side}
        with pytest.raises(ValueError, match=rf"{side} px .* divisible by 32.*; set datamodule\.image_size={nearest}"):
            build_network(node, bands=3, num_classes=1, image_size=side)
