"""Claims about what all losses share."""

from __future__ import annotations

import pytest
import torch
import yaml
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from galexp.config import conf_dir
from galexp.loss.base import Likelihood, VoteLikelihood, check_outputs, inverse_softplus
from galexp.loss.point import Point
from galexp.model.vote_head import softmax_tree
from galexp.target import instantiate


def example(loss):
    """Return outputs and truth that fit a loss."""
    generator = torch.Generator().manual_seed(0)
    if isinstance(loss, VoteLikelihood):
        return torch.randn(6, 37, generator=generator), softmax_tree(torch.randn(6, 37, generator=generator))
    if isinstance(loss, nn.CrossEntropyLoss):
        return torch.randn(6, 3, generator=generator), torch.tensor([0, 1, 2, 0, 1, 2])
    return torch.randn(6, 2, loss.outputs, generator=generator), torch.randn(6, 2, generator=generator)


def made(path):
    loss = instantiate(yaml.safe_load(path.read_text()))
    return loss if isinstance(loss, Likelihood | VoteLikelihood | nn.CrossEntropyLoss) else Point(loss)


LOSSES = {path.stem: made(path) for path in sorted(conf_dir().glob("loss/*.yaml")) if not path.stem.startswith("joint")}
LIKELIHOODS = {name: loss for name, loss in LOSSES.items() if isinstance(loss, Likelihood)}
every_loss = pytest.mark.parametrize("name", LOSSES)


@every_loss
def test_every_loss_of_the_configuration_is_a_number_that_a_step_down_its_gradient_lowers(name):
    loss = LOSSES[name]
    outputs, truth = example(loss)
    value = loss(outputs.requires_grad_(), truth)
    assert value.shape == ()
    (slope,) = torch.autograd.grad(value, outputs)
    assert slope.isfinite().all()
    assert loss(outputs - 1e-2 * slope / slope.norm(), truth) < value


@every_loss
def test_every_loss_but_the_root_is_a_mean_which_ranks_may_average(name):
    loss = LOSSES[name]
    outputs, truth = example(loss)
    halves = (loss(outputs[:3], truth[:3]) + loss(outputs[3:], truth[3:])) / 2
    assert torch.isclose(halves, loss(outputs, truth), rtol=1e-5) == (name != "rmse")


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_likelihood_reads_as_many_columns_as_it_names_and_the_prediction_first(name):
    loss = LOSSES[name]
    assert loss.read(example(loss)[0]).shape == (6, 2, len(loss.columns))
    assert loss.columns[0] == "pred"
    assert loss.widths <= set(loss.columns)
    assert len(set(loss.columns)) == len(loss.columns)


@given(st.floats(1e-6, 1e4))
def test_the_inverse_of_a_softplus_is_its_inverse(value):
    x = inverse_softplus(torch.tensor(value, dtype=torch.float64))
    assert nn.functional.softplus(x).item() == pytest.approx(value, rel=1e-9)


def test_outputs_of_other_targets_are_refused():
    check_outputs(torch.zeros(4, 2, 3), torch.zeros(4, 2), 3)
    with pytest.raises(ValueError, match=r"outputs have shape \[4, 1, 2\], target \[4, 3\]; expected \[4, 3, 2\]"):
        check_outputs(torch.zeros(4, 1, 2), torch.zeros(4, 3), 2)
