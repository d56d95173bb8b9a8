"""Claims about the halves of a fully convolutional autoencoder."""

import pytest
import torch
from torch import nn

from galexp.model.autoencoder import WIDTHS, Decoder, Encoder


def convolutions(network):
    return [(conv.in_channels, conv.out_channels) for conv in network.modules() if isinstance(conv, nn.Conv2d)]


@torch.no_grad()
@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 96), (256, 256)])
def test_an_image_of_any_size_divisible_by_32_goes_to_a_32nd_and_back(height, width):
    images = torch.rand(1, 2, height, width)
    features = Encoder(2, 16).eval()(images)
    assert features.shape == (1, 16, height // 32, width // 32)
    assert Decoder(16, 2).eval()(features).shape == images.shape


def test_the_decoder_mirrors_the_widths_of_the_encoder():
    there, back = convolutions(Encoder(3, 16)), convolutions(Decoder(16, 3))
    assert there == [(3, 32), (32, 64), (64, 128), (128, 256), (256, 256), (256, 16)]
    assert back == [(16, 256), (256, 256), (256, 128), (128, 64), (64, 32), (32, 3)]


def test_the_numbers_of_parameters_are_those_of_the_layers():
    # Standardizing the map has no parameters.
    between = 9 * (32 * 64 + 64 * 128 + 128 * 256 + 256 * 256) + 2 * sum(WIDTHS)
    count = {network: sum(p.numel() for p in network.parameters()) for network in (Encoder(3, 16), Decoder(16, 3))}
    assert list(count.values()) == [
        between + 9 * 3 * 32 + (256 + 1) * 16,
        between + 9 * 16 * 256 + (9 * 32 + 1) * 3,
    ]


@torch.no_grad()
def test_bands_stay_within_0_and_1_whatever_the_map_and_in_float32_under_bf16():
    torch.manual_seed(0)
    decoder = Decoder(16, 3, widths=[8, 8])
    with torch.autocast("cpu", torch.bfloat16):
        image = decoder(1e3 * torch.randn(2, 16, 4, 4))
    assert image.dtype == torch.float32
    assert image.min() >= 0
    assert image.max() <= 1


def test_a_cell_of_the_map_is_drawn_where_it_was_seen():
    torch.manual_seed(0)
    encoder, decoder = Encoder(1, 4, widths=[8, 8]).eval(), Decoder(4, 1, widths=[8, 8]).eval()
    image = torch.rand(1, 1, 64, 64, requires_grad=True)
    (seen,) = torch.autograd.grad(encoder(image)[0, :, 4, 4].sum(), image)
    features = torch.rand(1, 4, 16, 16, requires_grad=True)
    (used,) = torch.autograd.grad(decoder(features)[0, 0, 16:20, 16:20].sum(), features)
    for slope, middle in ((seen[0, 0], 17.5), (used[0].abs().sum(0), 4)):
        rows, columns = torch.nonzero(slope, as_tuple=True)
        assert abs(rows.float().mean() - middle) <= 2
        assert abs(columns.float().mean() - middle) <= 2


@pytest.mark.parametrize("shape", [(69, 69), (64, 48), (16, 16)])
def test_a_side_that_cannot_be_halved_five_times_is_refused(shape):
    with pytest.raises(
        ValueError, match=rf"{shape[0]} x {shape[1]} px; expected sides divisible by 32, for 5 halvings"
    ):
        Encoder(3, 16)(torch.zeros(1, 3, *shape))


def test_no_widths_are_refused():
    with pytest.raises(ValueError, match="widths is empty; give the channels after each block"):
        Encoder(3, 16, widths=[])
    with pytest.raises(ValueError, match="widths is empty; give those of the encoder"):
        Decoder(16, 3, widths=[])
