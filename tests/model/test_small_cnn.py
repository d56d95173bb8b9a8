import pytest
import torch

from galexp.model.small_cnn import SmallCNN


def test_the_number_of_parameters_is_that_of_its_layers():
    convolutions = 9 * (3 * 8 + 8 * 16 + 16 * 32)
    norms, linear = 2 * (8 + 16 + 32), 32 * 2 + 2
    model = SmallCNN(num_classes=2, width=8, depth=3)
    assert sum(p.numel() for p in model.parameters()) == convolutions + norms + linear


@torch.no_grad()
def test_under_group_norm_no_image_depends_on_its_batch():
    model, images = SmallCNN(norm="group", dropout=0.0), torch.rand(6, 3, 32, 32)
    torch.testing.assert_close(model(images)[:2], model(images[:2]))


@pytest.mark.parametrize("width", [5, 24])
def test_group_norm_takes_any_width(width):
    assert SmallCNN(norm="group", width=width)(torch.rand(2, 3, 16, 16)).shape == (2, 1)


def test_it_learns_the_brightness_of_an_image():
    torch.manual_seed(0)
    model = SmallCNN(width=8, depth=2, dropout=0.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    images = torch.rand(64, 3, 16, 16) * torch.rand(64, 1, 1, 1)
    target = images.mean((1, 2, 3))[:, None]
    for _ in range(60):
        optimizer.zero_grad()
        (model(images) - target).square().mean().backward()
        optimizer.step()
    assert (model(images) - target).square().mean() < 0.1 * target.var()


def test_an_unknown_norm_is_refused():
    with pytest.raises(ValueError, match="norm is 'layer'; expected 'batch' or 'group'"):
        SmallCNN(norm="layer")
