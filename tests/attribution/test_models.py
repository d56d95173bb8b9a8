"""Every network of the project can be explained, by every method."""

from __future__ import annotations

import pathlib

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from galexp.attribution.layer import find_layer
from galexp.attribution.method import Maps
from galexp.attribution.name import METHODS
from galexp.attribution.output import Explained
from galexp.model.build import build_network
from galexp.model.normalize import NormalizedModel

CONF = pathlib.Path(__file__).parents[2] / "conf" / "model"
CHOICES = sorted(path.stem for path in CONF.glob("*.yaml"))
CHEAP = ("gz2_lab_cnn", "shallow_cnn", "small_cnn")
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in CHOICES if name not in CHEAP]


def create(choice, side):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        root = OmegaConf.create({"datamodule": {"image_size": side}, "model": compose(choice)})
    torch.manual_seed(0)
    return build_network(OmegaConf.to_container(root, resolve=True)["model"], bands=3, num_classes=2, image_size=side)


@pytest.mark.parametrize("choice", [*CHEAP, *SLOW])
def test_every_model_gives_finite_maps_of_its_last_feature_map_and_of_pixels(choice):
    found = Explained(NormalizedModel(create(choice, 64), [0.5] * 3, [0.2] * 3), ["a", "b"])
    images = torch.rand(2, 3, 64, 64)
    maps = Maps(found, find_layer(found, None, images[:1]), steps=2)
    for method in METHODS:
        made = maps(method, images, 1)
        assert made.isfinite().all()
        assert made.abs().sum() > 0
    features = found.network.forward_features(images)
    assert maps("grad_cam", images, 0).shape == (2, *features.shape[2:])
