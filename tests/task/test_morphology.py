"""Claims about learning the votes of Galaxy Zoo 2."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from galexp.catalog.vote_tree import ANSWERS, closure_errors
from galexp.config import compose
from galexp.model.vote_head import VOTE_HEADS, walk
from galexp.task.build import build_task

NAMES = [answer.name for answer in ANSWERS]


def make(*words):
    base = ["dataset=gz2", "size=tiny", "model=small_cnn", "datamodule.image_size=16"]
    return build_task(compose([*base, *words]), bands=3)


def some_votes(number=50):
    shares = torch.rand(number, 37, generator=torch.Generator().manual_seed(0))
    return walk(torch.cat([part / part.sum(1, keepdim=True) for part in _questions(shares)], 1)).numpy()


def _questions(values):
    from galexp.catalog.vote_tree import QUESTIONS

    return [values[:, question.columns] for question in QUESTIONS]


def test_the_survey_brings_its_task():
    assert compose(["dataset=gz2"])["choices"]["task"] == "morphology"


@pytest.mark.parametrize("head", ["softmax_tree", "relu_tree"])
def test_votes_of_a_tree_keep_its_sums(head):
    votes = make(f"task.head={head}").eval()(torch.rand(5, 3, 16, 16)).detach().double().numpy()
    assert np.abs(closure_errors(votes)).max() < 1e-6


@pytest.mark.parametrize("head", sorted(VOTE_HEADS))
def test_the_first_prediction_is_the_mean_of_the_training_votes(head):
    task, votes = make(f"task.head={head}"), some_votes()
    task.learn_targets(votes)
    torch.nn.init.zeros_(task.network.get_classifier().weight)
    found = task.eval()(torch.rand(1, 3, 16, 16)).detach().numpy()[0]
    np.testing.assert_allclose(found, votes.mean(0), atol=1e-5)


def test_the_objective_is_the_root_over_galaxies_and_votes():
    task, votes = make("task.head=sigmoid"), torch.full((2, 37), 0.5)
    assert task.objective(torch.zeros(2, 37), votes).item() == pytest.approx(0, abs=1e-5)
    assert task.objective(torch.zeros(2, 37), votes + 0.25).item() == pytest.approx(0.25, rel=1e-5)


def test_a_likelihood_of_counts_reads_its_votes_itself():
    task = make("task=morphology_counts")
    votes = task.eval()(torch.rand(2, 3, 16, 16)).detach().double().numpy()
    assert np.abs(closure_errors(votes)).max() < 1e-6
    outputs, truth = torch.zeros(3, 37), torch.from_numpy(some_votes(3)).float()
    torch.testing.assert_close(task.objective(outputs, truth), task.loss(outputs, truth))
    with pytest.raises(ValueError, match=r"task\.head is 'sigmoid' and DirichletMultinomial reads its votes itself"):
        make("task=morphology_counts", "task.head=sigmoid")


def test_an_unknown_head_and_other_targets_are_refused():
    with pytest.raises(ValueError, match=r"task\.head is 'softmax'; did you mean 'softmax_tree'"):
        make("task.head=softmax")
    with pytest.raises(
        ValueError, match=r"learns the 37 votes of the tree in its order, and task.targets has 1 columns"
    ):
        make("dataset.targets=[odd_yes]")


def test_votes_are_named_by_their_answers():
    named = make().named(some_votes(4))
    assert [name for kind, name in named] == NAMES
    assert {kind for kind, name in named} == {"pred"}
