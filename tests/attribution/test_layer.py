import pytest
import torch

from galexp.attribution.layer import find_layer, spatial_layers
from galexp.attribution.output import Explained
from galexp.model.backbone import timm_backbone
from galexp.model.normalize import NormalizedModel
from galexp.model.shallow_cnn import shallow_cnn
from galexp.model.small_cnn import SmallCNN


def explained(model):
    return Explained(NormalizedModel(model, [0.4] * 3, [0.2] * 3), ["a"])


def image(side):
    return torch.zeros(1, 3, side, side)


def test_layers_are_listed_in_the_order_in_which_an_image_passes_them_with_their_maps():
    found = spatial_layers(explained(SmallCNN(width=2, depth=2)), image(16))
    assert [(layer.name, layer.channels, layer.height) for layer in found if layer.name.count(".") == 1] == [
        ("blocks.0", 2, 8),
        ("blocks.1", 4, 4),
    ]


def test_a_network_of_224_px_images_shows_the_map_of_the_paper():
    found = spatial_layers(explained(shallow_cnn(num_classes=1)), image(224))
    assert found[-1] == ("body.blocks", 128, 28, 28)


def test_a_named_layer_is_that_module_and_none_is_the_last_map():
    made = explained(SmallCNN(width=2, depth=2))
    assert find_layer(made, "blocks.0", image(16)) is made.network.model.blocks[0]
    assert find_layer(made, None, image(16)) is made.map


def test_a_name_that_is_not_there_is_refused_with_the_nearest_and_the_maps_to_be_had():
    made = explained(SmallCNN(width=2, depth=2))
    with pytest.raises(
        ValueError,
        match=r"is no layer of SmallCNN; set explain.layer to one with a map, such as blocks \(4 x 4\), blocks",
    ):
        find_layer(made, "layer4", image(16))
    with pytest.raises(ValueError, match=r"\(8 x 8\), .*did you mean 'blocks.1'"):
        find_layer(made, "blocks1", image(16))


def test_a_layer_without_a_map_is_refused():
    made = explained(SmallCNN(width=2, depth=2))
    with pytest.raises(ValueError, match="'fc', which gives no map on the way to the output of SmallCNN"):
        find_layer(made, "fc", image(16))


def test_a_map_of_one_cell_shows_no_place_and_is_refused():
    with pytest.raises(ValueError, match=r"of SmallCNN has 1 x 1 cells at 16 px and shows no place; set explain.layer"):
        find_layer(explained(SmallCNN(width=2, depth=4)), None, image(16))


def test_a_transformer_without_maps_is_refused_and_what_needs_none_is_named():
    made = explained(timm_backbone("test_vit"))
    with pytest.raises(ValueError, match=r"are no map \[image, 64, height, width\].*saliency,integrated_gradients"):
        find_layer(made, None, image(160))


class Bare(torch.nn.Module):
    in_chans = num_features = num_classes = 1

    def forward(self, x):
        return x.mean((1, 2, 3))[:, None]


def test_a_network_of_its_own_kind_is_explained_by_its_pixels_alone():
    made = Explained(NormalizedModel(Bare(), [0.0], [1.0]), ["brightness"])
    with pytest.raises(
        ValueError, match=r"Bare has no forward_features .* no layer of it gives a map: set explain.meth"
    ):
        find_layer(made, None, torch.zeros(1, 1, 8, 8))
    assert made(torch.full((1, 1, 8, 8), 0.25)).item() == 0.25


def test_heads_and_tokens_of_attention_are_no_maps():
    names = [layer.name for layer in spatial_layers(explained(timm_backbone("test_vit")), image(160))]
    assert names
    assert not [name for name in names if "attn" in name]


def test_a_network_with_channels_last_has_maps_of_its_convolutions_alone():
    small = {"img_size": 64, "embed_dim": 16, "depths": (1, 1), "num_heads": (1, 2), "window_size": 4}
    made = explained(timm_backbone("swin_tiny_patch4_window7_224", **small))
    assert made.network.model.layers[0](torch.zeros(1, 16, 16, 16)).shape == (1, 16, 16, 16)
    assert [str(layer) for layer in spatial_layers(made, image(64))] == ["patch_embed.proj (16 x 16)"]
    with pytest.raises(ValueError, match=r"'layers.0', which gives no map on the way.* patch_embed.proj \(16 x 16\)"):
        find_layer(made, "layers.0", image(64))


def test_a_map_has_the_proportions_of_the_image_and_is_of_one_image():
    class Stretched(torch.nn.Sequential):
        in_chans = num_features = num_classes = 1

    whole = torch.nn.Upsample((4, 4))
    made = Stretched(torch.nn.Upsample((4, 6)), torch.nn.Unflatten(0, (1, -1)), torch.nn.Flatten(0, 1), whole)
    made.extend([torch.nn.Dropout(0.0), torch.nn.Softmax(1), torch.nn.Flatten()])
    found = spatial_layers(Explained(NormalizedModel(made, [0.0], [1.0]), ["a"]), torch.zeros(1, 1, 8, 8))
    assert [str(layer) for layer in found] == ["3 (4 x 4)"]
