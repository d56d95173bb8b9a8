"""Claims about the loss of a variational autoencoder."""

import math

import pytest
import torch
from torch.distributions import Normal
from torch.distributions import kl_divergence as divergence_of_torch
from torch.nn import functional as F

from galexp.loss.vae import NegativeELBO, kl_divergence, squared_error


@pytest.fixture
def gaussian():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 50, 16, generator=generator, dtype=torch.float64)


def test_the_divergence_is_that_of_torch(gaussian):
    mean, log_variance = gaussian
    expected = divergence_of_torch(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(kl_divergence(mean, log_variance), expected)


def test_the_divergence_is_the_mean_of_the_difference_of_the_log_densities(gaussian):
    mean, log_variance = gaussian[:, :2, :3]
    own, prior = Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)
    torch.manual_seed(0)
    draws = own.sample((200_000,))
    found = (own.log_prob(draws) - prior.log_prob(draws)).sum(-1).mean(0)
    torch.testing.assert_close(kl_divergence(mean, log_variance), found, rtol=0.01, atol=0)


def test_the_divergence_is_zero_at_the_prior_alone_and_positive_elsewhere(gaussian):
    assert kl_divergence(torch.zeros(1, 16), torch.zeros(1, 16)).item() == 0
    assert (kl_divergence(*gaussian) > 0).all()


def test_the_squared_error_is_the_mean_per_element_times_their_number():
    torch.manual_seed(0)
    images, targets = torch.rand(2, 5, 3, 8, 8)
    expected = F.mse_loss(images, targets, reduction="none").mean((1, 2, 3)) * 3 * 8 * 8
    torch.testing.assert_close(squared_error(images, targets), expected)


def test_half_precision_is_left_before_anything_is_summed():
    images = torch.full((1, 1, 64, 64), 0.5, dtype=torch.bfloat16)
    assert squared_error(images, torch.zeros(1, 1, 64, 64)).item() == 1024
    assert kl_divergence(images[0, 0], images[0, 0]).dtype == torch.float32


def test_nan_stays_with_its_own_image():
    images = torch.zeros(2, 1, 2, 2)
    images[0, 0, 0, 0] = math.nan
    assert squared_error(images, torch.zeros(2, 1, 2, 2)).isnan().tolist() == [True, False]
    assert kl_divergence(images[:, 0, 0], torch.zeros(2, 2)).isnan().tolist() == [True, False]


def test_the_loss_is_the_bound_with_its_sign_turned_up_to_the_constant_of_a_variance_of_one_half(gaussian):
    torch.manual_seed(0)
    images, targets = torch.rand(2, 50, 1, 4, 4, dtype=torch.float64)
    likelihood = Normal(images, math.sqrt(0.5)).log_prob(targets).sum((1, 2, 3)) + 16 * math.log(math.pi) / 2
    bound = likelihood - kl_divergence(*gaussian)
    loss = NegativeELBO()(squared_error(images, targets), kl_divergence(*gaussian), epoch=5)
    torch.testing.assert_close(loss, -bound.mean())


def test_the_weight_of_the_divergence_rises_evenly_over_the_warm_up_and_then_stays():
    weights = [NegativeELBO(beta=2.0, warm_up=4).kl_weight(epoch) for epoch in range(6)]
    assert weights == [0, 0.5, 1, 1.5, 2, 2]
    assert NegativeELBO(beta=2.0, warm_up=0).kl_weight(0) == 2


@pytest.mark.parametrize("options", [{"beta": -1.0}, {"warm_up": -1}, {"beta": math.inf}, {"beta": math.nan}])
def test_a_weight_that_is_none_is_refused(options):
    with pytest.raises(ValueError, match=r"loss\.beta is .* and loss\.warm_up .*; expected numbers of at least 0"):
        NegativeELBO(**options)


def test_images_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"shape \[2, 1, 4, 4\], those to come near \[2, 3, 4, 4\]; expected equal"):
        squared_error(torch.zeros(2, 1, 4, 4), torch.zeros(2, 3, 4, 4))
