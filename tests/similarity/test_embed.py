"""Claims about the features of images: what the last layer sees, in the order that was asked for, however they lie."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch

from galexp.config import compose
from galexp.datamodule import GalaxyDataModule
from galexp.model.part import FCAE, VAE
from galexp.similarity.embed import LATENT, NETWORK, embed_images, embed_rows, kind_of
from galexp.similarity.view import NONE
from galexp.task.build import build_task
from galexp.transform.crop import center_crop_to_float
from galexp.transform.dihedral import dihedral

CPU = torch.device("cpu")
SMALL = ("model.width=4", "model.depth=2", "datamodule.image_size=16")
TINY = (
    "model.widths=[4,4,4,4,4]",
    "model.channels=2",
    "model.latent_dim=3",
    "model.hidden=8",
    "datamodule.image_size=32",
)


@functools.cache
def made(*words):
    torch.manual_seed(0)
    return build_task(compose(["size=tiny", "transform=none", *words]), 3).eval()


@pytest.fixture
def task():
    return made("model=small_cnn", *SMALL)


@pytest.fixture
def datamodule(data):
    return GalaxyDataModule(data, np.full(10, "unused"), [], image_size=16, batch_size=4)


def images_of(datamodule, rows):
    return center_crop_to_float(datamodule.images[list(rows)], 16)


@torch.inference_mode()
def test_features_are_what_the_last_layer_sees(task, datamodule):
    images = images_of(datamodule, range(5))
    seen = task.features(images)
    assert seen.dtype == torch.float32
    torch.testing.assert_close(task.network.get_classifier()(seen), task.outputs(images))


@torch.inference_mode()
def test_rows_keep_the_order_in_which_they_are_asked_for(task, datamodule):
    rows = np.array([7, 2, 9, 0, 4, 5])
    expected = task.features(images_of(datamodule, rows)).numpy()
    np.testing.assert_allclose(embed_rows(task, datamodule, rows, CPU, NONE), expected, atol=1e-5)


def test_a_file_with_the_pixels_of_a_row_has_its_features(task, datamodule):
    rows = np.array([3, 1])
    found = embed_images(task, datamodule.images[rows.tolist()], CPU)
    np.testing.assert_allclose(found, embed_rows(task, datamodule, rows, CPU), atol=1e-5)


def test_features_over_views_are_the_same_however_a_galaxy_lies(task, datamodule):
    images = datamodule.images[[0, 1, 2]]
    upright, turned = embed_images(task, images, CPU), embed_images(task, dihedral(images, 6), CPU)
    np.testing.assert_allclose(turned, upright, atol=1e-5)
    plain = embed_images(task, images, CPU, NONE)
    assert upright.shape == (3, 2 * plain.shape[1])
    assert not np.allclose(embed_images(task, dihedral(images, 6), CPU, NONE), plain, atol=1e-3)


def test_features_are_latent_where_a_decoder_and_its_latent_space_were_trained(task):
    other = made("task=representation", "model=representation", *TINY)
    assert kind_of(task) == NETWORK
    assert kind_of(other) == NETWORK
    other.model.mark_learned([FCAE, VAE])
    assert kind_of(other) == LATENT
    with torch.inference_mode():
        latent = other.features(torch.rand(2, 3, 32, 32))
        assert latent.shape == (2, 3)
        assert other.decode(latent).shape == (2, 3, 32, 32)


def test_nothing_to_embed_and_a_network_that_has_diverged_are_refused(datamodule):
    task = made("model=small_cnn", "seed=1", *SMALL)
    with pytest.raises(ValueError, match="there is no image to embed; name data or a split that has some"):
        embed_rows(task, datamodule, np.array([], dtype=np.int64), CPU)
    with torch.no_grad():
        next(iter(task.network.model.parameters())).fill_(torch.nan)
    with pytest.raises(ValueError, match="the features of 10 of 10 images are not finite: the network has diverged"):
        embed_rows(task, datamodule, np.arange(10), CPU)
