"""Claims about the variational autoencoder of maps."""

import pytest
import torch

from galexp.model.vae import Gaussian, MapVAE


def test_points_are_drawn_from_their_gaussian():
    torch.manual_seed(0)
    mean, log_variance = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, -3.0]])
    points = Gaussian(mean.expand(40_000, -1), log_variance.expand(40_000, -1)).draw()
    deviation = (log_variance[0] / 2).exp()
    torch.testing.assert_close(points.mean(0), mean[0], atol=4 * deviation.max().item() / 200, rtol=0)
    torch.testing.assert_close(points.std(0), deviation, rtol=0.03, atol=0)


def test_the_number_of_parameters_is_that_of_its_layers():
    cells = 16 * 4**2
    expected = (cells + 1) * 512 + 2 * (512 + 1) * 32 + (32 + 1) * 512 + (512 + 1) * cells
    assert sum(parameter.numel() for parameter in MapVAE(16, 4).parameters()) == expected


def test_every_parameter_gets_a_gradient_through_the_drawn_point():
    torch.manual_seed(0)
    vae = MapVAE(channels=2, side=2, latent_dim=3, hidden=8)
    maps = torch.randn(4, 2, 2, 2)
    (vae.decode(vae.encode(maps).draw()) - maps).square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() and p.grad.any() for p in vae.parameters())


def test_a_map_of_another_size_is_refused():
    with pytest.raises(ValueError, match="a map of 3 x 3 cells came to a VAE that was made for 2 x 2 and flattens it"):
        MapVAE(channels=2, side=2).encode(torch.zeros(1, 2, 3, 3))
