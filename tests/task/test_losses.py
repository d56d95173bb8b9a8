"""Claims about which losses a task takes."""

from __future__ import annotations

import pytest
from torch import nn

from galexp.config import choices, compose
from galexp.loss.dirichlet_multinomial import DirichletMultinomial
from galexp.loss.gaussian import GaussianNLL
from galexp.loss.joint import JointLoss
from galexp.loss.quantile import QuantileLoss
from galexp.loss.rmse import RMSELoss
from galexp.target import target_of
from galexp.task.build import build_task
from galexp.task.losses import check_loss

ELEMENTWISE = {RMSELoss, nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.SmoothL1Loss}
LIKELIHOODS = {GaussianNLL, QuantileLoss}
OF_CLASSES = {nn.CrossEntropyLoss}
ALL = ELEMENTWISE | LIKELIHOODS | OF_CLASSES | {nn.NLLLoss, DirichletMultinomial, JointLoss}
TAKEN = {
    "regression": (ELEMENTWISE | LIKELIHOODS, "gaussian_nll, huber, mae, mse, quantile or rmse"),
    "classification": (OF_CLASSES, "cross_entropy"),
    "representation": ({JointLoss}, "joint"),
    "morphology": (ELEMENTWISE | {DirichletMultinomial}, "dirichlet_multinomial, huber, mae, mse or rmse"),
}


class MyLoss(nn.Module):
    """A loss of the user's own, of whatever kind."""


class MyWeightedLoss(nn.CrossEntropyLoss):
    """A loss of classes of the user's own."""


def of(task):
    return {"task": {"_target_": f"galexp.task.{task}.{task.title()}"}, "choices": {"task": task}}


@pytest.mark.parametrize("task", TAKEN)
def test_a_task_takes_its_own_kinds_and_whatever_the_user_wrote_and_no_other(task):
    taken, options = TAKEN[task]
    for loss in (*taken, MyLoss, lambda: None):
        check_loss(of(task), loss)
    for loss in ALL - taken:
        sentence = f"^loss is {loss.__name__} and task={task} takes loss={options}; choose one of these, or leave"
        with pytest.raises(ValueError, match=sentence):
            check_loss(of(task), loss)


def test_a_loss_that_comes_of_another_is_of_its_kind():
    check_loss(of("classification"), MyWeightedLoss)
    with pytest.raises(ValueError, match="loss is MyWeightedLoss and task=regression takes loss="):
        check_loss(of("regression"), MyWeightedLoss)


def test_no_task_can_be_built_with_a_loss_of_another_kind():
    words = ["size=tiny", "model=small_cnn", "task=regression", "loss=cross_entropy"]
    with pytest.raises(ValueError, match="loss is CrossEntropyLoss and task=regression takes loss=gaussian_nll, "):
        build_task(compose(words), bands=3)


@pytest.mark.parametrize("task", choices()["task"])
def test_every_task_takes_the_loss_that_it_brings(task):
    settings = compose([f"task={task}"])
    check_loss(settings, target_of(settings["loss"]))
