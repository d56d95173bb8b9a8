import copy

import pytest
import torch
from torch import nn

from galexp.model import size
from galexp.model.backbone import timm_backbone
from galexp.model.concat_head import timm_concat
from galexp.model.self_attention import SelfAttention
from galexp.model.shallow_cnn import shallow_cnn
from galexp.model.size import fixed_bytes, network_size, parameter_count
from galexp.model.small_cnn import SmallCNN


def test_a_block_keeps_what_its_layers_need_for_their_gradients():
    network, side = SmallCNN(width=8, depth=1, dropout=0.0), 16
    image, conv, pooled = 3 * side**2, 8 * side**2, 8 * side**2 // 4
    normalized_and_activated_in_place = conv
    indices = 2 * pooled  # of 8 bytes
    classified = 8
    expected = 4 * (image + conv + normalized_and_activated_in_place + indices + classified)
    assert network_size(network, side).bytes_per_image == expected


def test_memory_grows_with_the_area_of_the_image():
    small, large = (network_size(SmallCNN(width=8, dropout=0.0), side).bytes_per_image for side in (32, 64))
    assert large - 4 * 64 == 4 * (small - 4 * 64)


def saved_on_cpu(network, side):
    network = copy.deepcopy(network).train()
    kept = []
    held = {t.untyped_storage().data_ptr() for t in (*network.parameters(), *network.buffers())}
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        for batch in (2, 4):
            network(torch.rand(batch, 3, side, side))
            kept.append(None)
    middle = kept.index(None)
    few, more = (
        {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in part if t is not None}
        for part in (kept[:middle], kept[middle:])
    )
    sums = [sum(size for place, size in part.items() if place not in held) for part in (few, more)]
    return (sums[1] - sums[0]) // 2


@pytest.mark.parametrize(
    "make",
    [
        SmallCNN,
        shallow_cnn,
        lambda: timm_concat("test_resnet"),
        lambda: timm_backbone("test_efficientnet"),
    ],
)
def test_a_copy_without_content_keeps_as_much_as_a_real_batch(make):
    network = make()
    assert network_size(network, 32).bytes_per_image == saved_on_cpu(network, 32)


def peak(network, side, batch):
    """Return the most memory that torch's own profiler sees at a time within a training step [byte]."""
    images = torch.rand(batch, 3, side, side)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        network(images).square().mean().backward()
    network.zero_grad()
    now = most = 0
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    return most


@pytest.mark.parametrize("make", [SmallCNN, lambda: timm_backbone("test_resnet")])
def test_one_more_image_raises_the_measured_peak_of_a_step_by_about_as_much(make):
    torch.manual_seed(0)
    network = make()
    peak(network, 32, 4)
    measured = (peak(network, 32, 40) - peak(network, 32, 24)) / 16
    assert measured == pytest.approx(network_size(network, 32).bytes_per_image, rel=0.2)


def test_the_measured_network_stays_as_it_is():
    network = SmallCNN().eval()
    before = copy.deepcopy(network.state_dict())
    network_size(network, 32)
    assert not network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_map_features_and_head_are_those_of_the_network():
    network = shallow_cnn(widths=[4, 512], num_classes=1)
    found = network_size(network, 32)
    assert (found.map_side, found.num_features, found.head_parameters) == (8, 512, 528_385)
    assert found.parameters == parameter_count(network.body) + 528_385


def test_a_network_of_tokens_has_features_and_no_map():
    found = network_size(timm_backbone("test_vit", img_size=32), 32)
    assert (found.map_side, found.num_features) == (None, 64)


def test_a_network_that_shows_no_features_has_its_parameters_and_memory():
    network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 1))
    network.in_chans = 3
    found = network_size(network, 8)
    assert (found.parameters, found.head_parameters, found.num_features, found.map_side) == (4, None, None, None)
    assert found.bytes_per_image == 4 * 3


def test_parameters_that_are_frozen_count():
    network = SmallCNN().requires_grad_(False)
    assert network_size(network, 32) == network_size(SmallCNN(), 32)


def test_training_holds_weights_gradients_and_two_moments():
    network = SmallCNN()
    optimizer = torch.optim.AdamW(network.parameters())
    network(torch.rand(2, 3, 32, 32)).sum().backward()
    optimizer.step()
    moments = [state[name] for state in optimizer.state.values() for name in ("exp_avg", "exp_avg_sq")]
    tensors = [*network.parameters(), *(p.grad for p in network.parameters()), *moments]
    assert fixed_bytes(network) == sum(t.numel() * t.element_size() for t in tensors)
    assert parameter_count(network) == fixed_bytes(network) // 16


def test_normalized_weights_do_not_count_as_an_image():
    network = nn.Sequential(SelfAttention(3), nn.Flatten(), nn.Linear(3 * 16, 1))
    network.in_chans = 3
    assert network_size(network, 4).bytes_per_image == saved_on_cpu(network, 4)


def test_an_image_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"an image of 8 px does not fit SmallCNN \(.*too small"):
        network_size(SmallCNN(), 8)


def test_batches_that_are_compared_have_more_than_one_image_for_batch_normalization():
    assert min(size._BATCHES) > 1
