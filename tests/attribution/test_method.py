import pytest
import torch
from torch import nn

from galexp.attribution.method import Maps, grad_cam, integrated_gradients, saliency, sky_level
from galexp.attribution.name import check_methods
from galexp.attribution.output import Explained
from galexp.model.normalize import NormalizedModel
from galexp.model.shallow_cnn import shallow_cnn
from galexp.model.small_cnn import SmallCNN


def explained(model, names=("a", "b")):
    return Explained(NormalizedModel(model, [0.4] * 3, [0.2] * 3), names)


@pytest.fixture
def images():
    return torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def small():
    torch.manual_seed(0)
    return explained(SmallCNN(num_classes=2, width=4, depth=3))


def test_where_the_head_is_an_average_and_linear_the_map_is_the_score_shared_among_its_cells(small, images):
    features = small.network.forward_features(images)
    classifier = small.network.get_classifier()
    for target in (0, 1):
        found = grad_cam(small, images, target, small.map)
        torch.testing.assert_close(found, torch.einsum("k,bkij->bij", classifier.weight[target], features) / 16)
        torch.testing.assert_close(found.sum((1, 2)) + classifier.bias[target], small(images)[:, target])


def test_of_any_head_the_weights_are_the_means_of_the_gradient(images):
    torch.manual_seed(1)
    made = explained(shallow_cnn(num_classes=2, widths=[4, 8], hidden=16))
    features = made.network.forward_features(images).detach().requires_grad_()
    score = made.network.forward_head(features)[:, 1]
    (gradient,) = torch.autograd.grad(score.sum(), features)
    expected = (gradient.mean((2, 3), keepdim=True) * features).sum(1).detach()
    torch.testing.assert_close(grad_cam(made, images, 1, made.map), expected)


def test_the_last_feature_map_is_that_of_the_layer_that_gives_it_and_any_other_layer_can_be_asked(small, images):
    blocks = small.network.model.blocks
    torch.testing.assert_close(grad_cam(small, images, 0, blocks), grad_cam(small, images, 0, small.map))
    assert grad_cam(small, images, 0, blocks[0]).shape == (3, 16, 16)


def test_each_image_may_have_a_score_of_its_own(small, images):
    mixed = grad_cam(small, images, torch.tensor([0, 1, 0]), small.map)
    for row, target in enumerate((0, 1, 0)):
        torch.testing.assert_close(mixed[row], grad_cam(small, images, target, small.map)[row])


def test_saliency_is_the_largest_slope_over_the_bands(small, images):
    leaf = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(small(leaf)[:, 1].sum(), leaf)
    torch.testing.assert_close(saliency(small, images, 1), gradient.abs().amax(1))


def test_integrated_gradients_share_the_difference_to_the_bare_sky(small, images):
    found = integrated_gradients(small, images, 1, steps=64)
    expected = (small(images) - small(sky_level(images).expand_as(images)))[:, 1].detach()
    torch.testing.assert_close(found.sum((1, 2)), expected, rtol=0.05, atol=1e-3)


def test_what_is_as_bright_as_the_sky_has_no_part_in_it(small, images):
    faint = sky_level(images).expand_as(images).clone()
    faint[..., 10:20, 10:20] = 0.9
    found = integrated_gradients(small, faint, 0, steps=8)
    found[..., 10:20, 10:20] = 0
    assert found.abs().max() == 0


def test_a_linear_network_gives_weight_times_image_for_any_number_of_steps():
    torch.manual_seed(0)
    linear = nn.Sequential(nn.Flatten(), nn.Linear(16 * 16, 1))
    image = torch.rand(2, 1, 16, 16)
    expected = (linear[1].weight.view(16, 16) * (image - sky_level(image))[:, 0]).detach()
    for steps in (1, 7):
        torch.testing.assert_close(integrated_gradients(linear, image, 0, steps), expected)


def test_the_sky_is_seen_past_a_star_on_the_frame():
    image = torch.full((1, 2, 32, 32), 0.2)
    image[:, :, :4, :4], image[:, 1] = 1.0, image[:, 1] + 0.1
    torch.testing.assert_close(sky_level(image).flatten(), torch.tensor([0.2, 0.3]))


def test_a_network_is_left_as_it_was(small, images):
    before = {name: value.clone() for name, value in small.state_dict().items()}
    maps = Maps(small, small.map, steps=3)
    for method in ("grad_cam", "saliency", "integrated_gradients"):
        assert not maps(method, images, 0).requires_grad
    assert not images.requires_grad
    assert all(torch.equal(value, before[name]) for name, value in small.state_dict().items())
    assert all(parameter.grad is None for parameter in small.parameters())


def test_methods_that_are_none_are_refused_with_the_nearest(small, images):
    with pytest.raises(ValueError, match=r"explain.methods has 'gradcam'; did you mean 'grad_cam'"):
        Maps(small)("gradcam", images, 0)
    with pytest.raises(ValueError, match=r"explain.methods is empty; name at least one of grad_cam"):
        check_methods([])
