"""Claims about what is explained of each task."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from galexp.attribution.method import grad_cam
from galexp.attribution.output import explained
from galexp.loss.gaussian import GaussianNLL
from galexp.loss.joint import JointLoss
from galexp.model.representation import RepresentationNetwork
from galexp.model.small_cnn import SmallCNN
from galexp.task.base import Task
from galexp.task.classification import Classification
from galexp.task.morphology import NAMES, Morphology
from galexp.task.regression import Regression
from galexp.task.representation import Representation

IMAGES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
UNUSED = dict.fromkeys(("optimizer", "schedule", "augment", "tta"))
TARGETS = ["log_hi_fraction", "log_stellar_mass"]


def make(task, outputs, loss, **facts):
    torch.manual_seed(0)
    in_chans = 1 if facts.get("monochrome") else 3
    network = SmallCNN(in_chans, outputs, width=4)
    return task(model=network, loss=loss, image_size=32, **UNUSED, **facts).train()


def test_classes_are_explained_before_their_softmax_and_told_as_probabilities():
    task = make(Classification, 2, nn.CrossEntropyLoss(), targets=["gas"], classes=["poor", "rich"])
    found = explained(task)
    assert (found.names, found.are_classes, task.training) == (["poor", "rich"], True, False)
    torch.testing.assert_close(found(IMAGES), task.outputs(IMAGES))
    torch.testing.assert_close(found.values(IMAGES), task(IMAGES))


def test_a_number_is_explained_in_its_own_unit_without_its_width():
    task = make(Regression, 4, GaussianNLL(), targets=TARGETS, standardize=True)
    task.target_mean.copy_(torch.tensor([1.0, 10.0]))
    task.target_std.copy_(torch.tensor([2.0, 0.5]))
    found = explained(task)
    assert (found.names, found.are_classes) == (TARGETS, False)
    torch.testing.assert_close(found.values(IMAGES), task(IMAGES)[:, ::2])
    raw = task.outputs(IMAGES)[:, ::2]
    torch.testing.assert_close(found(IMAGES), raw * torch.tensor([2.0, 0.5]) + torch.tensor([1.0, 10.0]))


def test_votes_are_explained_before_their_head():
    task = make(Morphology, 37, nn.MSELoss(), targets=NAMES, head="softmax_tree")
    found = explained(task)
    assert (found.names, found.are_classes) == (NAMES, False)
    torch.testing.assert_close(found(IMAGES), task.outputs(IMAGES))
    torch.testing.assert_close(found.values(IMAGES), task(IMAGES))


def test_a_monochrome_network_is_explained_by_images_in_color():
    found = explained(make(Regression, 1, nn.MSELoss(), targets=["gas"], monochrome=True))
    assert grad_cam(found, IMAGES, 0, found.map).shape == (2, 2, 2)
    gray = IMAGES.mean(1, keepdim=True).expand_as(IMAGES)
    torch.testing.assert_close(found(gray), found(IMAGES))


@pytest.mark.parametrize("channels_last", [False, True])
def test_how_images_lie_in_memory_changes_nothing(channels_last):
    found = explained(make(Regression, 1, nn.MSELoss(), targets=["gas"]))
    images = IMAGES.contiguous(memory_format=torch.channels_last if channels_last else torch.contiguous_format)
    torch.testing.assert_close(found(images), found(IMAGES))


def representation(parts, targets=(), labels=None, **facts):
    torch.manual_seed(0)
    widths, outputs = [4, 4, 4, 4, 4], 2 if targets else 0
    network = RepresentationNetwork(32, 3, outputs, channels=6, latent_dim=5, hidden=8, widths=widths, head_hidden=8)
    loss = JointLoss(labels=labels)
    task = Representation(targets, parts, model=network, loss=loss, image_size=32, **UNUSED, **facts)
    task.model.mark_learned(task.train_parts)
    return task


def test_a_representation_is_explained_by_its_latent_means():
    task = representation(["fcae", "vae"])
    found = explained(task)
    assert found.names == [f"latent_{number:02d}" for number in range(5)]
    torch.testing.assert_close(found(IMAGES), task.features(IMAGES))


def test_a_representation_with_a_classifier_is_explained_by_its_classes_or_its_numbers():
    found = explained(representation(["classifier"], ["gas"], nn.CrossEntropyLoss(), classes=["poor", "rich"]))
    assert (found.names, found.are_classes) == (["poor", "rich"], True)
    torch.testing.assert_close(found.values(IMAGES).sum(1), torch.ones(2))
    task = representation(["fcae", "classifier"], TARGETS, nn.MSELoss())
    found = explained(task)
    assert (found.names, found.are_classes) == (TARGETS, False)
    torch.testing.assert_close(found.values(IMAGES), task(IMAGES)[:, 1:])


def test_a_representation_without_a_vae_is_explained_by_the_channels_of_its_map():
    task = representation(["fcae"])
    found = explained(task)
    assert found.names == [f"channel_{number:02d}" for number in range(6)]
    torch.testing.assert_close(found(IMAGES), task.features(IMAGES))


class Own(Task):
    """Know nothing that galexp does."""

    num_outputs = learn_targets = objective = update_train_error = named = None

    def read(self, outputs):
        return outputs


def test_a_task_of_ones_own_is_explained_by_its_bare_outputs():
    task = make(Own, 2, nn.MSELoss(), targets=TARGETS)
    found = explained(task)
    assert found.names == ["output_00", "output_01"]
    torch.testing.assert_close(found(IMAGES), task.outputs(IMAGES))
