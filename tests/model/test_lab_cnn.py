import pytest
import torch
from torch import nn

from galexp.model.lab_cnn import LabCNN


@torch.no_grad()
@pytest.mark.parametrize("side", [64, 69, 79])
def test_at_the_sizes_of_the_lab_the_whole_map_is_flattened(side):
    network = LabCNN(num_classes=37).eval()
    features = network.forward_features(torch.rand(2, 3, side, side))
    assert features.shape == (2, 256, 4, 4)
    linear = network.head.hidden[2]
    expected = nn.functional.relu(linear(features.flatten(1)))
    torch.testing.assert_close(network.forward_head(features, pre_logits=True), expected)


@torch.no_grad()
def test_it_tells_a_galaxy_on_the_left_from_one_on_the_right():
    network = LabCNN(grid=4).eval()
    features = torch.rand(1, 256, 4, 4)
    assert not torch.allclose(network.forward_head(features), network.forward_head(features.flip(3)))


def test_the_number_of_parameters_is_that_of_its_layers():
    blocks = 9 * (3 * 8 + 8 * 16) + 2 * (8 + 16)
    linear = (16 * 2**2 + 1) * 32 + (32 + 1) * 5
    network = LabCNN(num_classes=5, widths=[8, 16], grid=2, hidden=32)
    assert sum(p.numel() for p in network.parameters()) == blocks + linear


@torch.no_grad()
@pytest.mark.parametrize("side", [16, 128])
def test_other_sizes_are_brought_to_the_same_grid(side):
    assert LabCNN(widths=[8, 8, 8, 8]).eval()(torch.rand(2, 3, side, side)).shape == (2, 1)


def test_no_blocks_are_refused():
    with pytest.raises(ValueError, match="widths is empty"):
        LabCNN(widths=[])
