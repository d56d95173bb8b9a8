"""Claims about learning classes from images."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from galexp.config import compose
from galexp.datamodule import GalaxyDataModule
from galexp.split.base import TEST, TRAIN, VAL
from galexp.task.build import build_task

ROLES = np.array([TRAIN] * 6 + [VAL] * 2 + [TEST] * 2)
LABELS = np.array([0, 0, 1, 2, 0, 1, 0, 1, 2, 0.0])


@pytest.fixture
def datamodule(data):
    data.catalog["kind"] = LABELS
    return GalaxyDataModule(data, ROLES, ["kind"], image_size=16, batch_size=4)


def make(*words, classes="[a,b,c]"):
    base = ["size=tiny", "model=small_cnn", "task=classification", "datamodule.image_size=16", "task.targets=[kind]"]
    return build_task(compose([*base, f"task.classes={classes}", *words]), bands=3)


def test_there_is_one_output_a_class_whose_softmax_is_read():
    task = make().eval()
    images = torch.rand(2, 3, 16, 16)
    torch.testing.assert_close(task(images), task.outputs(images).softmax(1))
    torch.testing.assert_close(task(images).sum(1), torch.ones(2))


def test_the_first_prediction_is_the_frequency_of_each_class(datamodule):
    task = make()
    task.learn_statistics(datamodule)
    torch.nn.init.zeros_(task.network.get_classifier().weight)
    found = task.eval()(torch.rand(1, 3, 16, 16))
    torch.testing.assert_close(found[0], torch.tensor([3 / 6, 2 / 6, 1 / 6]))


def test_the_objective_is_the_cross_entropy(datamodule):
    task = make()
    outputs = torch.randn(4, 3)
    truth = torch.tensor([[0.0], [2.0], [1.0], [1.0]])
    expected = -outputs.log_softmax(1)[range(4), [0, 2, 1, 1]].mean()
    torch.testing.assert_close(task.objective(outputs, truth), expected)
    task.update_train_error(outputs, truth)
    torch.testing.assert_close(task.train_error.compute(), expected)


def test_the_class_is_that_of_the_highest_probability():
    named = make().named(np.array([[0.2, 0.5, 0.3], [0.9, 0.0, 0.1]]))
    assert named["pred", "kind"].tolist() == [1, 0]
    assert named["prob", "c"].tolist() == [0.3, 0.1]


def test_views_are_averaged_in_probability(datamodule):
    task = make("transform=d4").eval()
    images = torch.rand(2, 3, 16, 16)
    views = [torch.rot90(view, turns, (2, 3)) for view in (images, images.flip(3)) for turns in range(4)]
    with torch.no_grad():
        expected = torch.stack([task.outputs(view).softmax(1) for view in views]).mean(0)
        torch.testing.assert_close(task.tta(task, images, lambda number: images), expected)


def test_the_truth_of_intervals_is_the_column_made_of_them():
    task = make(classes="{low: [null, 0], high: [0, null]}")
    assert task.targets == ["kind_class"]
    assert task.classes == ["low", "high"]


def test_a_classification_has_one_target():
    with pytest.raises(ValueError, match=r"a classification has one target, task.targets has \['a', 'b'\]"):
        make("task.targets=[a,b]")


def test_an_order_of_the_classes_is_the_users_to_say():
    assert not make().ordered
    assert make("task.ordered=true").ordered


def test_the_best_epoch_is_that_of_the_lowest_loss():
    assert make().watched == "val/log_loss"
