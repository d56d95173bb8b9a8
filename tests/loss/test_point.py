import pytest
import torch
from torch import nn

from galexp.loss.point import Point
from galexp.loss.rmse import RMSELoss


@pytest.mark.parametrize("loss", [RMSELoss(), nn.HuberLoss(), nn.L1Loss(), nn.MSELoss()])
def test_a_point_has_the_loss_that_it_wraps(loss):
    generator = torch.Generator().manual_seed(0)
    outputs, target = torch.randn(20, 3, 1, generator=generator), torch.randn(20, 3, generator=generator)
    assert torch.equal(Point(loss)(outputs, target), loss(outputs[..., 0], target))


def test_a_point_is_read_as_it_is_and_starts_at_the_mean():
    outputs = torch.randn(4, 2, 1)
    assert torch.equal(Point(RMSELoss()).read(outputs), outputs)
    start = Point(RMSELoss()).start(torch.tensor([8.9, -1.0]), torch.tensor([0.2, 0.5]))
    assert torch.equal(start, torch.tensor([[8.9], [-1.0]]))


def test_losses_of_torch_are_taken_in_float32_too():
    outputs = torch.full((4, 1, 1), 9.0, dtype=torch.bfloat16)
    loss = Point(nn.L1Loss())(outputs, torch.full((4, 1), 8.99))
    assert loss.item() == pytest.approx(0.01, rel=1e-3)


def test_outputs_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"outputs have shape \[4, 1, 1\], target \[4, 2\]"):
        Point(nn.MSELoss())(torch.zeros(4, 1, 1), torch.zeros(4, 2))
