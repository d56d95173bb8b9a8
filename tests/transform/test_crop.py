import pytest
import torch

from galexp.transform.crop import NoAugmentation, center_crop_to_float, crop_start, scale_to_unit


@pytest.mark.parametrize(("stored", "start"), [(8, 0), (9, 0), (10, 1), (11, 1), (13, 2)])
def test_crop_leaves_the_odd_pixel_on_the_far_side(stored, start):
    assert crop_start(stored, 8) == start


def test_eight_bit_images_are_divided_by_255():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    torch.testing.assert_close(center_crop_to_float(levels, 16).flatten(), torch.arange(256) / 255)


def test_floating_point_images_keep_their_values_and_type():
    images = torch.rand(2, 3, 6, 6, dtype=torch.float64)
    assert torch.equal(center_crop_to_float(images, 4), images[..., 1:5, 1:5])


def test_no_augmentation_is_the_center_crop_for_every_key_and_epoch():
    images = torch.randint(0, 256, (4, 3, 10, 10), dtype=torch.uint8)
    crops = [NoAugmentation()(images, torch.full((4,), key), seed=key, epoch=key, image_size=8) for key in range(3)]
    assert all(torch.equal(crop, center_crop_to_float(images, 8)) for crop in crops)


def test_images_smaller_than_the_crop_are_refused():
    with pytest.raises(ValueError, match="stored images have 6 px, the network wants 8 px"):
        center_crop_to_float(torch.zeros(1, 3, 6, 9), 8)


def test_other_integers_are_refused():
    with pytest.raises(ValueError, match="expected uint8"):
        scale_to_unit(torch.zeros(1, dtype=torch.int32))
