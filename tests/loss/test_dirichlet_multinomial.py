import itertools

import numpy as np
import pytest
import torch
from scipy import stats

from galexp.catalog.vote_tree import QUESTIONS, closure_errors
from galexp.loss.dirichlet_multinomial import DirichletMultinomial, dirichlet_multinomial_nll
from galexp.model.vote_head import softmax_tree

VOTERS = 40


@pytest.fixture
def outputs():
    return torch.randn(8, 37, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.fixture
def counts():
    """Ask 40 volunteers a galaxy, who walk down the tree."""
    rng = np.random.default_rng(0)
    counts = np.zeros((8, 37))
    for question in QUESTIONS:
        asked = np.full(8, VOTERS) if question.total is None else counts[:, question.total].astype(int)
        counts[:, question.columns] = rng.multinomial(asked, rng.dirichlet(np.ones(len(question.answers))))
    return torch.from_numpy(counts)


def reference(counts, concentrations):
    """Return the negative log-probability of the counts of a galaxy by scipy, question by question."""
    return [
        -stats.dirichlet_multinomial.logpmf(
            counts[question.columns].astype(int),
            concentrations[question.columns],
            int(counts[question.columns].sum()),
        )
        for question in QUESTIONS
    ]


def test_each_question_has_the_probability_that_scipy_gives(outputs, counts):
    concentrations = DirichletMultinomial().concentrations(outputs)
    for row in range(len(counts)):
        ours = [dirichlet_multinomial_nll(counts[row, q.columns], concentrations[row, q.columns]) for q in QUESTIONS]
        expected = reference(counts[row].numpy(), concentrations[row].numpy())
        np.testing.assert_allclose(ours, expected, atol=1e-10)


def test_the_loss_is_summed_over_questions_and_averaged_over_galaxies(outputs, counts):
    loss = DirichletMultinomial(voters=VOTERS)
    concentrations = loss.concentrations(outputs).numpy()
    expected = np.mean([sum(reference(*both)) for both in zip(counts.numpy(), concentrations, strict=True)])
    assert loss(outputs, counts / VOTERS).item() == pytest.approx(expected, rel=1e-9)


def test_sure_of_the_shares_it_is_the_multinomial(counts):
    asked = counts[:, QUESTIONS[10].columns]
    shares = np.array([0.05, 0.3, 0.1, 0.15, 0.2, 0.2])
    ours = dirichlet_multinomial_nll(asked, torch.from_numpy(1e8 * shares))
    expected = -stats.multinomial.logpmf(asked.numpy(), asked.sum(1).numpy(), shares)
    np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_the_probabilities_of_all_outcomes_sum_to_one():
    outcomes = torch.tensor([each for each in itertools.product(range(6), repeat=3) if sum(each) == 5]).double()
    probabilities = (-dirichlet_multinomial_nll(outcomes, torch.tensor([0.5, 2.0, 7.0]).double())).exp()
    assert probabilities.sum().item() == pytest.approx(1, rel=1e-12)


def test_a_question_that_nobody_reached_says_nothing_and_teaches_nothing():
    concentrations = torch.rand(5, 4, requires_grad=True)
    loss = dirichlet_multinomial_nll(torch.zeros(5, 4), concentrations)
    loss.sum().backward()
    assert not loss.any()
    assert not concentrations.grad.any()


def test_half_a_vote_more_has_a_loss_halfway_to_that_of_a_whole_one():
    few, more = torch.tensor([3.0, 7.0]).double(), torch.tensor([4.0, 7.0]).double()
    concentrations = torch.tensor([2.0, 5.0]).double()
    losses = [dirichlet_multinomial_nll(counts, concentrations) for counts in (few, (few + more) / 2, more)]
    assert losses[1].item() == pytest.approx((losses[0] + losses[2]).item() / 2, abs=0.01)


def test_expected_votes_are_the_means_of_the_shares_along_their_paths(outputs):
    loss = DirichletMultinomial()
    torch.testing.assert_close(loss.read(outputs), softmax_tree(loss.concentrations(outputs).log()))
    assert np.abs(closure_errors(loss.read(outputs).numpy())).max() < 1e-12


def test_concentrations_are_those_of_zoobot_from_1_to_101(outputs):
    loss = DirichletMultinomial()
    torch.testing.assert_close(loss.concentrations(outputs), torch.sigmoid(outputs) * 100 + 1)
    ends = loss.concentrations(torch.tensor([-1e4, 1e4])[:, None].expand(2, 37))
    assert ends[:, 0].tolist() == [1, 101]


def test_more_voters_make_the_same_fractions_weigh_more(outputs, counts):
    votes = counts / VOTERS
    slopes = []
    for voters in (10, 40):
        leaf = outputs.clone().requires_grad_()
        DirichletMultinomial(voters)(leaf, votes).backward()
        slopes.append(leaf.grad.norm())
    assert slopes[1] > 1.5 * slopes[0]


def test_gradients_are_right_and_finite_far_off(outputs, counts):
    loss = DirichletMultinomial(VOTERS)
    assert torch.autograd.gradcheck(lambda o: loss(o, counts[:1] / VOTERS), outputs[:1].requires_grad_())
    far = torch.where(outputs > 0, 1e4, -1e4).float().requires_grad_()
    loss(far, counts.float() / VOTERS).backward()
    assert far.grad.isfinite().all()


def test_single_precision_is_enough(outputs, counts):
    loss, votes = DirichletMultinomial(VOTERS), counts / VOTERS
    assert loss(outputs.float(), votes.float()).item() == pytest.approx(loss(outputs, votes).item(), rel=1e-5)


def test_missing_votes_show(outputs, counts):
    counts[2, 5] = torch.nan
    assert DirichletMultinomial()(outputs, counts).isnan()


@pytest.mark.parametrize("voters", [0, -44.0, float("nan")])
def test_nobody_to_ask_is_refused(voters):
    with pytest.raises(ValueError, match=f"voters is {voters}; expected the number of volunteers"):
        DirichletMultinomial(voters)


def test_other_shapes_are_refused(outputs):
    with pytest.raises(ValueError, match=r"outputs have shape \[8, 36\]; votes need \[batch, 37\]"):
        DirichletMultinomial()(outputs[:, :36], outputs)
    with pytest.raises(ValueError, match=r"outputs have shape \[8, 37\], votes \[1, 37\]"):
        DirichletMultinomial()(outputs, outputs[:1])
