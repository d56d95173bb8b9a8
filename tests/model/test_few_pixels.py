"""Claims about images of a few pixels, down to one, as the resolution study of Wu & Boada (2019) feeds them."""

import pytest
import torch

from galexp.evaluation.baseline.pixels import principal_directions, small_pixels
from galexp.model.backbone import timm_body
from galexp.model.build import check_image_size
from galexp.model.concat_head import ConcatNetwork
from galexp.model.lab_cnn import LabCNN
from galexp.model.shallow_cnn import shallow_cnn
from galexp.model.small_cnn import SmallCNN
from galexp.model.xresnet import XResNet
from galexp.transform.augment import Augmentation
from galexp.transform.resize import resize_with_margin
from galexp.transform.tta import D4


def concat():
    return ConcatNetwork(timm_body("resnet10t", 3), hidden=16)


def xresnet():
    return XResNet(layers=(1, 1, 1, 1), expansion=1)


@pytest.mark.parametrize("side", [1, 2, 4])
@pytest.mark.parametrize("make", [concat, xresnet])
def test_networks_of_padded_layers_learn_from_a_few_pixels(make, side):
    torch.manual_seed(0)
    network = make()
    check_image_size(network, side)
    outputs = network.train()(torch.rand(4, 3, side, side))
    outputs.square().sum().backward()
    assert all(p.grad.isfinite().all() for p in network.parameters() if p.grad is not None)
    assert network.eval()(torch.rand(1, 3, side, side)).isfinite().all()


@pytest.mark.parametrize(("make", "least"), [(SmallCNN, 16), (LabCNN, 16), (shallow_cnn, 8)])
def test_networks_that_halve_the_image_too_often_say_which_side_they_take(make, least):
    with pytest.raises(ValueError, match=f"an image of 1 px is too small for .*set datamodule.image_size={least}, or"):
        check_image_size(make(), 1)


@pytest.mark.parametrize("side", [1, 2, 4])
def test_a_pixel_is_the_mean_of_its_area(side):
    image = torch.randint(0, 256, (3, 128, 128), dtype=torch.uint8)
    expected = image.double().unflatten(2, (side, -1)).unflatten(1, (side, -1)).mean((2, 4))
    assert (resize_with_margin(image, side).double() - expected).abs().max() <= 0.5 + 1e-3


def test_a_single_pixel_is_not_moved_by_turns_zooms_and_crops_and_is_lit_as_any_image():
    images = torch.randint(0, 256, (50, 3, 1, 1), dtype=torch.uint8)
    keys = torch.arange(50)
    facts = {"symmetry": "dihedral", "rotation_degrees": (-10, 10), "zoom": (1, 1.1), "random_crop": True}
    torch.testing.assert_close(Augmentation(**facts)(images, keys, 0, 1, image_size=1), images / 255)
    lit = Augmentation(**facts, max_brightness=0.05)(images, keys, 0, 1, image_size=1)
    assert 0 < (lit - images / 255).abs().max() <= 0.05 + 1e-6
    averaged = D4()(lambda x: x.mean((1, 2, 3)), lit, lambda number: lit)
    torch.testing.assert_close(averaged, lit.mean((1, 2, 3)))


def test_augmented_images_of_two_pixels_stay_within_the_range_of_their_pixels():
    images = torch.randint(0, 256, (50, 1, 2, 2), dtype=torch.uint8)
    moved = Augmentation("dihedral", (-10, 10), zoom=(1, 1.1), random_crop=True)(images, torch.arange(50), 0, 1, 2)
    low, high = images.amin((2, 3), keepdim=True) / 255, images.amax((2, 3), keepdim=True) / 255
    assert ((moved >= low - 1e-6) & (moved <= high + 1e-6)).all()


def test_fewer_pixels_than_components_give_as_many_components_as_pixels():
    images = torch.randint(0, 256, (40, 3, 1, 1), dtype=torch.uint8)
    pixels = small_pixels(images, image_size=1)
    assert pixels.shape == (40, 3)
    assert principal_directions(pixels, seed=0)[1].shape == (3, 3)
