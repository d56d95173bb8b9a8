import pytest
import torch
from torch import nn

from galexp.transform.dihedral import ORDER, dihedral
from galexp.transform.tta import D4, NoTTA


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 14 * 14, 2)).eval()


@pytest.fixture
def images():
    return torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_d4_is_the_plain_mean_of_eight_predictions(network, images):
    mean = sum(network(dihedral(images, element)) for element in range(ORDER)) / 8
    torch.testing.assert_close(D4()(network, images), mean)


@torch.no_grad()
@pytest.mark.parametrize("element", range(ORDER))
def test_d4_is_invariant_under_every_element(network, images, element):
    prediction = D4()(network, images)
    torch.testing.assert_close(D4()(network, dihedral(images, element)), prediction, atol=1e-6, rtol=0)
    if element:
        assert (network(dihedral(images, element)) - network(images)).abs().max() > 1e-3


@torch.no_grad()
def test_no_tta_is_one_prediction(network, images):
    assert torch.equal(NoTTA()(network, images), network(images))
