"""Claims about what predicts from a map."""

import pytest
import torch
from torch import nn

from galexp.model.head import classify_in_float32
from galexp.model.map_head import MapHead


def layers(head):
    return [type(module) for module in head.modules() if not list(module.children())]


def test_between_map_and_outputs_are_a_hidden_layer_relu_and_dropout():
    head = MapHead(4, 2, kind="flat", side=3, hidden=8, dropout=0.25)
    assert layers(head) == [nn.Linear, nn.ReLU, nn.Dropout, nn.Linear]
    assert [(one.in_features, one.out_features) for one in head.modules() if isinstance(one, nn.Linear)] == [
        (36, 8),
        (8, 2),
    ]
    assert [one.p for one in head.modules() if isinstance(one, nn.Dropout)] == [0.25]


@torch.no_grad()
def test_a_flat_head_sees_where_things_are_and_a_pooled_one_does_not():
    torch.manual_seed(0)
    maps = torch.randn(2, 4, 3, 3)
    pooled, flat = MapHead(4, 2).eval(), MapHead(4, 2, side=3, kind="flat").eval()
    torch.testing.assert_close(pooled(maps), pooled(maps.flip(3)))
    assert not torch.allclose(flat(maps), flat(maps.flip(3)))


@torch.no_grad()
def test_of_latent_means_it_is_a_linear_layer():
    head, means = MapHead(5, 3, kind="latent").eval(), torch.randn(2, 5)
    torch.testing.assert_close(head(means[:, :, None, None]), head.fc(means))
    assert layers(head) == [nn.Identity, nn.Linear]


def test_the_unit_of_the_outputs_goes_with_the_last_layer():
    head = classify_in_float32(MapHead(4, 2))
    head.fc.unit.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert head.state_dict()["fc.unit"].tolist() == [[1, 2], [3, 4]]
    head.reset_classifier(3)
    assert head.fc.unit.tolist() == [[0] * 3, [1] * 3]
    assert "fc.unit" not in MapHead(4, 0).state_dict()


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r"model\.head is 'round'; choose pooled, flat, latent"):
        MapHead(4, 2, kind="round")
