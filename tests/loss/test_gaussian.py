import numpy as np
import pytest
import torch
from scipy import stats

from galexp.loss.gaussian import GaussianNLL, gaussian_nll


@pytest.fixture
def sample():
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn(50, 3, 2, generator=generator, dtype=torch.float64)
    return outputs, torch.randn(50, 3, generator=generator, dtype=torch.float64)


def test_the_density_is_that_of_torch_and_of_scipy(sample):
    outputs, target = sample
    mean, sigma = outputs[..., 0], outputs[..., 1].exp()
    ours = gaussian_nll(mean, sigma, target)
    torch.testing.assert_close(ours, -torch.distributions.Normal(mean, sigma).log_prob(target))
    np.testing.assert_allclose(ours, -stats.norm(mean, sigma).logpdf(target), rtol=1e-12)


def test_the_loss_is_the_mean_over_rows_and_targets_of_what_is_read(sample):
    outputs, target = sample
    loss = GaussianNLL(floor=0.05)
    mean, sigma = loss.read(outputs).unbind(-1)
    assert loss(outputs, target).item() == pytest.approx(-stats.norm(mean, sigma).logpdf(target).mean(), rel=1e-12)


def test_no_width_is_below_the_floor():
    assert GaussianNLL(floor=0.05).read(torch.tensor([[[0.0, -1e4]]]))[0, 0].tolist() == pytest.approx([0, 0.05])


def test_the_start_is_the_best_that_is_the_same_for_all_galaxies(sample):
    target = 8.9 + 0.2 * sample[1]
    loss = GaussianNLL()
    start = loss.start(target.mean(0), target.std(0, correction=0)).requires_grad_()
    torch.testing.assert_close(loss.read(start), torch.stack([target.mean(0), target.std(0, correction=0)], -1))
    (slope,) = torch.autograd.grad(loss(start.expand(50, 3, 2), target), start)
    torch.testing.assert_close(slope, torch.zeros_like(slope), atol=1e-12, rtol=0)


def test_targets_all_alike_start_with_a_width_of_twice_the_floor():
    loss = GaussianNLL(floor=0.01)
    start = loss.start(torch.tensor([3.0]), torch.tensor([0.0]))
    assert loss.read(start)[0].tolist() == pytest.approx([3, 0.02])


def test_with_a_beta_of_one_the_mean_learns_as_with_the_squared_error(sample):
    outputs, target = (values.clone() for values in sample)
    loss = GaussianNLL(beta=1.0)
    (slope,) = torch.autograd.grad(loss(outputs.requires_grad_(), target), outputs)
    torch.testing.assert_close(slope[..., 0], (outputs[..., 0] - target).detach() / target.numel())


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_a_weight_does_not_move_the_best_width_and_mean_of_one_row(beta, sample):
    target = sample[1]
    loss = GaussianNLL(beta=beta)
    start = loss.start(target.mean(0), target.std(0, correction=0)).requires_grad_()
    (slope,) = torch.autograd.grad(loss(start.expand(50, 3, 2), target), start)
    torch.testing.assert_close(slope, torch.zeros_like(slope), atol=1e-12, rtol=0)


def test_the_unit_of_the_target_moves_the_likelihood_by_its_logarithm(sample):
    outputs, target = sample
    mean, sigma = outputs[..., 0], outputs[..., 1].exp()
    moved = gaussian_nll(1000 * mean, 1000 * sigma, 1000 * target) - gaussian_nll(mean, sigma, target)
    torch.testing.assert_close(moved, torch.full_like(moved, np.log(1000)))


def test_gradients_are_right_and_finite_far_off(sample):
    outputs, target = sample
    assert torch.autograd.gradcheck(lambda o: GaussianNLL()(o, target), outputs.requires_grad_())
    far = torch.tensor([[[1e4, -1e4]], [[-1e4, 1e4]]], requires_grad=True)
    GaussianNLL()(far, torch.zeros(2, 1)).backward()
    assert far.grad.isfinite().all()


def test_half_precision_is_computed_in_float32():
    outputs = torch.tensor([[[9.0, 0.5]]], dtype=torch.bfloat16)
    loss = GaussianNLL()
    assert torch.equal(loss(outputs, torch.tensor([[8.99]])), loss(outputs.float(), torch.tensor([[8.99]])))


def test_missing_targets_show(sample):
    outputs, target = sample
    target[3, 1] = torch.nan
    assert GaussianNLL()(outputs, target).isnan()


@pytest.mark.parametrize("options", [{"floor": 0.0}, {"floor": -1.0}, {"beta": -0.1}, {"beta": 1.5}])
def test_a_likelihood_without_bound_is_refused(options):
    with pytest.raises(ValueError, match="expected a floor above 0 and a beta from 0 to 1"):
        GaussianNLL(**options)


def test_outputs_of_other_targets_are_refused():
    with pytest.raises(ValueError, match=r"outputs have shape \[4, 1\], target \[4\]; expected \[4, 2\]"):
        GaussianNLL()(torch.zeros(4, 1), torch.zeros(4))
