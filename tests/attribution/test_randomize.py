import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from galexp.attribution.output import Explained
from galexp.attribution.randomize import cascade, map_similarity, ordered_layers, rank_correlation
from galexp.model.backbone import timm_backbone
from galexp.model.normalize import NormalizedModel
from galexp.model.small_cnn import SmallCNN

IMAGE, VIT_IMAGE = torch.zeros(1, 3, 16, 16), torch.zeros(1, 3, 160, 160)


@pytest.fixture
def explained():
    torch.manual_seed(0)
    return Explained(NormalizedModel(SmallCNN(width=2, depth=2), [0.4] * 3, [0.2] * 3), ["a"])


def fresh():
    torch.manual_seed(1)
    return SmallCNN(width=2, depth=2)


def test_layers_are_in_the_order_in_which_an_image_passes_them(explained):
    assert ordered_layers(explained, IMAGE) == ["blocks.0.0", "blocks.0.1", "blocks.1.0", "blocks.1.1", "fc"]


def test_the_network_becomes_the_fresh_one_from_its_output_down_and_is_itself_again_afterwards(explained):
    model, other = explained.network.model, fresh()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    total = sum(parameter.numel() for parameter in model.parameters())
    random, shares = [], []
    for stage in cascade(explained, other, IMAGE, stages=3):
        state, new = model.state_dict(), other.state_dict()
        assert torch.equal(state["fc.weight"], new["fc.weight"])
        random.append(
            [
                name
                for name in ("0", "1")
                if torch.equal(state[f"blocks.{name}.0.weight"], new[f"blocks.{name}.0.weight"])
            ]
        )
        shares.append((stage.layers, round(stage.share * total)))
    assert random == [[], ["1"], ["0", "1"]]
    assert shares == [("fc", 5), ("blocks.1.0", 5 + 72 + 8), ("blocks.0.0", total)]
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_network_is_itself_again_also_where_somebody_stops_halfway(explained):
    before = explained.network.model.fc.weight.clone()
    stages = cascade(explained, fresh(), IMAGE)
    next(stages)
    assert not torch.equal(explained.network.model.fc.weight, before)
    stages.close()
    assert torch.equal(explained.network.model.fc.weight, before)


def test_statistics_of_a_norm_are_made_new_as_well(explained):
    norm = explained.network.model.blocks[0][1]
    norm.running_mean.fill_(7.0)
    *_, last = (norm.running_mean.clone() for _ in cascade(explained, fresh(), IMAGE))
    assert last.tolist() == [0, 0]
    assert norm.running_mean.tolist() == [7, 7]


def test_a_network_of_one_layer_has_one_stage():
    class Linear(nn.Sequential):
        in_chans = 1

    made = Explained(NormalizedModel(Linear(nn.Flatten(), nn.Linear(4, 1)), [0.0], [1.0]), ["a"])
    other = Linear(nn.Flatten(), nn.Linear(4, 1))
    assert [stage.layers for stage in cascade(made, other, torch.zeros(1, 1, 2, 2))] == ["1"]


def test_rank_correlation_is_that_of_scipy_and_nan_of_a_flat_map():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 4, 6, 6))
    second[1] = np.round(second[1])
    second[3] = 1.0
    found = rank_correlation(first, second)
    for row in range(3):
        assert found[row] == pytest.approx(spearmanr(first[row].ravel(), second[row].ravel()).statistic)
    assert np.isnan(found[3])


def test_maps_that_look_alike_are_alike_whatever_their_sign_and_strength():
    rng = np.random.default_rng(0)
    maps, other = rng.normal(size=(2, 3, 8, 8))
    maps[2] = 0
    same, different = (map_similarity(maps, second, 32, 32) for second in (-5 * maps, other))
    np.testing.assert_allclose(same[:2], 1, rtol=1e-5)
    assert (different[:2] < 0.9).all()
    assert np.isnan(same[2])


def test_what_no_layer_on_the_way_holds_is_made_random_as_well():
    torch.manual_seed(0)
    made, other = (timm_backbone("test_vit") for _ in range(2))
    torch.nn.init.normal_(other.pos_embed)
    before = made.pos_embed.clone()
    network = Explained(NormalizedModel(made, [0.4] * 3, [0.2] * 3), ["a"])
    stages = [
        (stage.share, torch.equal(made.pos_embed, other.pos_embed)) for stage in cascade(network, other, VIT_IMAGE)
    ]
    assert [is_random for _, is_random in stages] == [False] * 4 + [True]
    assert stages[-1][0] == 1
    assert torch.equal(made.pos_embed, before)
