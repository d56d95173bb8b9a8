"""Claims about the heads that turn 37 outputs into votes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from galexp.catalog.vote_tree import ANSWERS, QUESTIONS, closure_errors, reaching
from galexp.model.vote_head import VOTE_HEADS, relu_tree, sigmoid, softmax_tree, walk

COLUMN = {answer.name: place for place, answer in enumerate(ANSWERS)}
TREES = [softmax_tree, relu_tree]
every_tree = pytest.mark.parametrize("head", TREES)
every_head = pytest.mark.parametrize("head", [sigmoid, *TREES])


@pytest.fixture
def outputs():
    return torch.randn(20, 37, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@every_tree
@settings(max_examples=60, deadline=None)
@given(outputs=arrays(np.float32, (3, 37), elements=st.floats(-1e6, 1e6, width=32)))
def test_any_outputs_keep_every_sum_of_the_tree(head, outputs):
    votes = head(torch.from_numpy(outputs))
    assert np.abs(closure_errors(votes.double().numpy())).max() < 1e-6
    assert votes.min() >= 0
    assert votes.max() <= 1 + 1e-6


@every_tree
def test_a_question_whose_outputs_are_all_zero_or_negative_keeps_its_sum_and_can_be_learned(head):
    outputs = torch.zeros(3, 37)
    outputs[1] = -5.0
    outputs[2] = -torch.arange(37.0)
    votes = head(outputs.requires_grad_())
    assert np.abs(closure_errors(votes.detach().double().numpy())).max() < 1e-6
    torch.testing.assert_close(votes[0, :3], torch.full((3,), 1 / 3))
    torch.testing.assert_close(votes[0], votes[1])
    votes[:, COLUMN["smooth_or_features_smooth"]].sum().backward()
    assert outputs.grad.isfinite().all()
    assert (outputs.grad[:, 0] > 0.01).all()
    assert (outputs.grad[:, 1] < -0.01).all()


@every_tree
def test_a_vote_is_the_product_of_the_shares_on_its_path(head):
    shares = torch.full((1, 37), 0.5)
    shares[0, :3] = torch.tensor([0.15, 0.8, 0.05])
    shares[0, COLUMN["edge_on_no"]], shares[0, COLUMN["edge_on_yes"]] = 0.75, 0.25
    shares[0, COLUMN["spiral_yes"]], shares[0, COLUMN["spiral_no"]] = 0.6, 0.4
    votes = head(shares.log() if head is softmax_tree else shares)[0]
    assert votes[COLUMN["arm_winding_tight"]].item() == pytest.approx(0.8 * 0.75 * 0.6 / 3)
    assert votes[COLUMN["bulge_prominence_none"]].item() == pytest.approx(0.8 * 0.75 / 4)
    assert votes[COLUMN["edge_on_bulge_boxy"]].item() == pytest.approx(0.8 * 0.25 / 3)
    assert votes[COLUMN["roundness_in_between"]].item() == pytest.approx(0.15 / 3)
    assert votes[COLUMN["odd_type_merger"]].item() == pytest.approx(0.5 / 7)


def test_shares_of_a_softmax_tree_are_those_of_torch(outputs):
    votes = softmax_tree(outputs)
    reached = reaching(votes.numpy())
    for number, question in enumerate(QUESTIONS):
        expected = outputs[:, question.columns].softmax(1).numpy()
        np.testing.assert_allclose(votes[:, question.columns].numpy() / reached[:, number, None], expected, rtol=1e-12)


def test_positive_outputs_have_the_shares_of_the_winning_network(outputs):
    positive = outputs.abs().numpy() * (outputs.numpy() > -0.5) + 1e-3
    votes = np.zeros((20, 37))
    for question in QUESTIONS:
        own = np.maximum(positive[:, question.columns], 0)
        reached = 1.0 if question.total is None else votes[:, [question.total]]
        votes[:, question.columns] = own / (own.sum(1, keepdims=True) + 1e-12) * reached
    np.testing.assert_allclose(relu_tree(torch.from_numpy(positive)), votes, atol=1e-9)


def test_each_head_gives_back_votes_from_which_its_outputs_are_made(outputs):
    votes = softmax_tree(outputs)
    torch.testing.assert_close(softmax_tree(votes.log()), votes)
    torch.testing.assert_close(relu_tree(votes), votes)
    torch.testing.assert_close(sigmoid(votes.logit()), votes)


def test_a_softmax_tree_ignores_a_shift_and_a_relu_tree_a_scale_of_a_question(outputs):
    numbers = [question.number for question in QUESTIONS for _ in question.answers]
    by_question = torch.tensor(numbers, dtype=torch.float64)
    torch.testing.assert_close(softmax_tree(outputs + by_question), softmax_tree(outputs))
    torch.testing.assert_close(relu_tree(outputs.abs() * by_question), relu_tree(outputs.abs()))


def test_a_sigmoid_knows_nothing_of_the_tree(outputs):
    torch.testing.assert_close(sigmoid(outputs), 1 / (1 + (-outputs).exp()))
    assert np.abs(closure_errors(sigmoid(outputs).numpy())).max() > 0.1


@every_tree
def test_gradients_are_right(head, outputs):
    away = torch.where(outputs.abs() < 0.05, 0.1, outputs)[:1]
    assert torch.autograd.gradcheck(head, away.requires_grad_())


@every_head
def test_gradients_are_finite_far_off(head, outputs):
    far = (1e4 * outputs.float()).requires_grad_()
    head(far).square().sum().backward()
    assert far.grad.isfinite().all()


@every_tree
def test_a_missing_output_spoils_its_question_and_those_behind_it_alone(head, outputs):
    outputs[0, COLUMN["spiral_yes"]] = torch.nan
    spoiled = {ANSWERS[column].name.rsplit("_", 1)[0] for column in head(outputs)[0].isnan().nonzero()[:, 0]}
    assert {name for name in spoiled if name.startswith(("spiral", "arm_winding", "arm_number"))} == spoiled
    assert head(outputs)[0].isnan().sum() == 2 + 3 + 6
    assert head(outputs)[1:].isfinite().all()


@every_head
def test_half_precision_is_computed_in_float32(head, outputs):
    coarse = outputs.bfloat16()
    assert head(coarse).dtype == torch.float32
    assert torch.equal(head(coarse), head(coarse.float()))


def test_a_walk_of_equal_shares_halves_at_every_step():
    votes = walk(torch.full((1, 37), 0.5))[0]
    assert votes[[COLUMN["edge_on_yes"], COLUMN["bar_yes"], COLUMN["arm_number_1"]]].tolist() == [0.25, 0.125, 0.0625]


@every_head
@pytest.mark.parametrize("shape", [(4, 36), (37,), (2, 4, 37)])
def test_other_outputs_are_refused(head, shape):
    with pytest.raises(ValueError, match=r"votes need \[batch, 37\], one output an answer"):
        head(torch.zeros(shape))


def test_heads_go_by_their_names():
    assert {name: head.__name__ for name, head in VOTE_HEADS.items()} == {name: name for name in VOTE_HEADS}
