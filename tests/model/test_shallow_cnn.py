import pytest
import torch
from torch import nn

from galexp.model.shallow_cnn import ConvBlocks, shallow_cnn


@torch.no_grad()
@pytest.mark.parametrize("bands", [1, 3])
def test_the_last_map_of_224_pixels_is_28_by_28_by_128(bands):
    network, sides = shallow_cnn(num_classes=2, in_chans=bands).eval(), []
    for block in network.body.blocks:
        block.register_forward_hook(lambda _module, _inputs, output: sides.append(output.shape[-1]))
    features = network.forward_features(torch.rand(1, bands, 224, 224))
    assert sides == [112, 56, 28]
    assert features.shape == (1, 128, 28, 28)
    assert network.forward_head(features).shape == (1, 2)


def test_the_number_of_parameters_is_that_of_its_layers():
    blocks = 9 * (3 * 32 + 32 * 64 + 64 * 128) + 2 * (32 + 64 + 128)
    head = 2 * 256 + (256 + 1) * 512 + 2 * 512 + (512 + 1) * 2
    assert sum(p.numel() for p in shallow_cnn(num_classes=2).parameters()) == blocks + head


@pytest.mark.parametrize(
    ("order", "layers"), [("conv-bn-relu", [nn.BatchNorm2d, nn.ReLU]), ("conv-relu-bn", [nn.ReLU, nn.BatchNorm2d])]
)
def test_layers_stand_in_the_order_that_is_asked_for_and_pooling_comes_last(order, layers):
    for block in ConvBlocks(3, [4, 8], order).blocks:
        assert [type(layer) for layer in block] == [nn.Conv2d, *layers, nn.MaxPool2d]
        assert (block[0].bias is None) == (order == "conv-bn-relu")


@torch.no_grad()
def test_in_the_order_of_the_article_features_go_below_zero_and_in_that_of_the_code_not():
    torch.manual_seed(0)
    images = torch.rand(8, 3, 16, 16)
    assert ConvBlocks(3, [8], "conv-relu-bn").forward_features(images).min() < 0
    assert ConvBlocks(3, [8], "conv-bn-relu").forward_features(images).min() >= 0


def test_an_unknown_order_and_no_blocks_are_refused():
    with pytest.raises(ValueError, match="order is 'bn-conv'; expected conv-bn-relu or conv-relu-bn"):
        shallow_cnn(order="bn-conv")
    with pytest.raises(ValueError, match="widths is empty; give the channels"):
        ConvBlocks(3, [])
    with pytest.raises(ValueError, match="expected two probabilities"):
        shallow_cnn(dropout=[0.5])
