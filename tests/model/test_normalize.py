import pytest
import torch

from galexp.model.normalize import Normalize, NormalizedModel
from galexp.model.small_cnn import SmallCNN

MEAN, STD = [0.1, 0.2, 0.3], [0.5, 1.0, 2.0]


def test_a_sample_is_whitened_by_its_own_statistics():
    images = torch.rand(8, 3, 16, 16)
    mean, std = images.mean((0, 2, 3)), images.std((0, 2, 3))
    output = Normalize(mean.tolist(), std.tolist())(images)
    torch.testing.assert_close(output.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(output.std((0, 2, 3)), torch.ones(3))


def test_the_statistics_are_saved_with_the_network():
    saved = NormalizedModel(SmallCNN(), MEAN, STD).state_dict()
    loaded = NormalizedModel(SmallCNN(), [0, 0, 0], [1, 1, 1])
    loaded.load_state_dict(saved)
    assert torch.equal(loaded.normalize.mean.flatten(), torch.tensor(MEAN))
    assert torch.equal(loaded.normalize.std.flatten(), torch.tensor(STD))


def test_the_wrapper_predicts_what_the_network_does_from_normalized_images():
    network, images = SmallCNN().eval(), torch.rand(4, 3, 32, 32)
    wrapped = NormalizedModel(network, MEAN, STD).eval()
    expected = network((images - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1))
    torch.testing.assert_close(wrapped(images), expected)
    torch.testing.assert_close(wrapped.forward_head(wrapped.forward_features(images)), expected)


def test_the_wrapper_keeps_the_protocol_of_timm():
    wrapped = NormalizedModel(SmallCNN(num_classes=2), MEAN, STD)
    assert (wrapped.in_chans, wrapped.num_classes, wrapped.num_features) == (3, 2, 192)
    wrapped.reset_classifier(7)
    assert (wrapped.num_classes, wrapped.get_classifier().out_features) == (7, 7)


def test_channels_last_survives_the_normalization():
    images = torch.rand(2, 3, 8, 8).to(memory_format=torch.channels_last)
    assert Normalize(MEAN, STD)(images).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("mean", "std", "message"), [([0.0], [1.0, 1.0], "mean has 1 bands and std 2"), ([0.0], [0.0], "above zero")]
)
def test_impossible_statistics_are_refused(mean, std, message):
    with pytest.raises(ValueError, match=message):
        Normalize(mean, std)


def test_statistics_of_other_bands_than_the_network_takes_are_refused():
    with pytest.raises(ValueError, match="mean has 1 bands, the network takes 3"):
        NormalizedModel(SmallCNN(), [0.0], [1.0])


@torch.no_grad()
def test_a_monochrome_network_sees_the_normalized_mean_of_the_bands():
    network, images = SmallCNN(in_chans=1).eval(), torch.rand(4, 5, 32, 32)
    wrapped = NormalizedModel(network, [0.1], [0.5], monochrome=True).eval()
    gray = images.sum(1, keepdim=True) / 5
    expected = network((gray - 0.1) / 0.5)
    torch.testing.assert_close(wrapped(images), expected)
    torch.testing.assert_close(wrapped.forward_head(wrapped.forward_features(images)), expected)
    torch.testing.assert_close(wrapped(gray), expected)
    assert (wrapped.in_chans, wrapped.monochrome) == (1, True)


def test_a_monochrome_image_does_not_change_with_the_order_of_the_bands():
    wrapped = NormalizedModel(SmallCNN(in_chans=1).eval(), [0.1], [0.5], monochrome=True).eval()
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(wrapped(images), wrapped(images[:, [2, 0, 1]]))


def test_a_mean_of_bands_for_a_network_of_several_is_refused():
    with pytest.raises(ValueError, match="monochrome gives one band, the network takes 3; make it with in_chans=1"):
        NormalizedModel(SmallCNN(), MEAN, STD, monochrome=True)
