import pytest
import torch
from torch import nn

from galexp.model.xresnet import ResidualBlock, XResNet

LAYERS = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3]}


def xresnet(depth, **arguments):
    return XResNet(LAYERS[depth], expansion=4 if depth == 50 else 1, **arguments)


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@pytest.fixture
def images():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("depth", "count"), [(18, 11_223_969), (34, 21_332_129), (50, 23_557_025)])
def test_the_wide_stem_has_the_published_number_of_parameters(depth, count):
    assert parameters(xresnet(depth)) == count


@pytest.mark.parametrize(("depth", "count"), [(18, 11_196_257), (34, 21_304_417), (50, 23_529_313)])
def test_the_narrow_stem_has_the_published_number_of_parameters(depth, count):
    assert parameters(xresnet(depth, stem=(32, 32, 64))) == count


@torch.no_grad()
def test_spatial_sizes_at_224_pixels_are_those_of_the_design():
    model, sizes = xresnet(18).eval(), []
    for layer in [*model.stem, *model.stages]:
        layer.register_forward_hook(lambda _module, _inputs, output: sizes.append(output.shape[-1]))
    model(torch.zeros(1, 3, 224, 224))
    assert sizes == [112, 112, 112, 56, 56, 28, 14, 7]


@pytest.mark.parametrize("expansion", [1, 4])
def test_a_new_block_is_the_activation_of_its_shortcut(expansion):
    block = ResidualBlock(64 * expansion, 64, expansion, stride=1, act=nn.ReLU)
    x = torch.randn(2, 64 * expansion, 8, 8)
    torch.testing.assert_close(block(x), x.relu())


def test_only_the_last_normalization_of_a_branch_starts_at_zero():
    norms = {name: module for name, module in xresnet(50).named_modules() if isinstance(module, nn.BatchNorm2d)}
    zero = {name for name, norm in norms.items() if not norm.weight.any()}
    assert zero == {name for name in norms if ".branch.2." in name}
    assert len(zero) == 16
    assert all((norm.weight == 1).all() for name, norm in norms.items() if name not in zero)


def test_the_bottleneck_strides_in_its_middle_and_the_shortcut_pools_before_it_projects():
    block = xresnet(50).stages[1][0]
    assert [conv[0].stride[0] for conv in block.branch] == [1, 2, 1]
    assert [type(layer) for layer in block.shortcut] == [nn.AvgPool2d, nn.Sequential]
    first = xresnet(50).stages[0][0]
    assert [type(layer) for layer in first.shortcut] == [nn.Sequential]


def test_convolutions_and_the_head_start_from_kaiming_and_a_new_head_from_the_default():
    torch.manual_seed(0)
    model = xresnet(18, num_classes=1000)
    conv = model.stages[3][1].branch[1][0].weight
    assert conv.std().item() == pytest.approx((2 / (512 * 9)) ** 0.5, rel=0.01)
    assert model.fc.weight.std().item() == pytest.approx((2 / 512) ** 0.5, rel=0.01)
    assert not model.fc.bias.any()
    model.reset_classifier(1000)
    assert model.fc.weight.abs().max().item() == pytest.approx(512**-0.5, rel=0.01)


def test_mish_is_the_published_formula():
    x = torch.linspace(-30, 30, 601, dtype=torch.float64)
    expected = x * torch.tanh(torch.log1p(torch.exp(x)))
    torch.testing.assert_close(xresnet(18).stem[0][2](x), expected, atol=1e-7, rtol=1e-7)


@torch.no_grad()
def test_self_attention_starts_as_the_identity(images):
    plain, attentive = xresnet(18).eval(), xresnet(18, self_attention=True).eval()
    attentive.load_state_dict(plain.state_dict(), strict=False)
    torch.testing.assert_close(attentive(images), plain(images))
    assert parameters(attentive) - parameters(plain) == 64 * 64 + 1
    attentive.stages[0][2].gamma.fill_(0.01)
    assert not torch.allclose(attentive(images), plain(images))


@torch.no_grad()
def test_concat_pooling_puts_the_maximum_before_the_average(images):
    model = xresnet(18, pool="concat").eval()
    features = model.forward_features(images)
    pooled = model.forward_head(features, pre_logits=True)
    torch.testing.assert_close(pooled, torch.cat([features.amax((2, 3)), features.mean((2, 3))], 1))
    assert model.get_classifier().in_features == model.head_hidden_size == 2 * model.num_features


def test_channels_last_changes_the_layout_and_not_the_answer(images):
    torch.manual_seed(0)
    model = xresnet(18)
    expected = model(images)
    model = model.to(memory_format=torch.channels_last)
    features = model.forward_features(images.to(memory_format=torch.channels_last))
    assert features.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(model.forward_head(features), expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("argument", "value"), [("act", "tanh"), ("pool", "max")])
def test_unknown_variants_are_refused(argument, value):
    with pytest.raises(ValueError, match=f"{argument} is '{value}'; expected"):
        xresnet(18, **{argument: value})
