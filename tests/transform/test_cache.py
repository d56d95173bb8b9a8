from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from galexp.transform.cache import ImageCache, bands_of
from galexp.transform.resize import resize_with_margin

ROWS = [3, 0, 9, 3]


@pytest.mark.parametrize("place", ["memory", "disk", "none"])
@pytest.mark.parametrize(("size", "fraction", "side"), [(8, 1.0, 8), (8, 0.5, 12), (16, 1.0, 16)])
def test_every_place_gives_the_resized_images_in_the_order_of_the_rows(data, place, size, fraction, side):
    images = ImageCache(data, size, fraction, place)[ROWS]
    expected = [resize_with_margin(torch.tensor(data.pixels(row)).permute(2, 0, 1), size, fraction) for row in ROWS]
    assert images.dtype == torch.uint8
    assert images.shape == (4, 3, side, side)
    assert torch.equal(images, torch.stack(expected))


def test_halving_is_the_mean_of_two_by_two_pixels_as_pillow_takes_it(data):
    [image] = ImageCache(data, 8, place="none")[[2]]
    boxed = np.asarray(Image.fromarray(data.pixels(2)).resize((8, 8), Image.Resampling.BOX))
    assert (image.permute(1, 2, 0).int() - torch.tensor(boxed).int()).abs().max() <= 1


def test_grayscale_images_have_one_band(tmp_path, build_data, fake_imaging):
    data = build_data(tmp_path / "gray", imaging=fake_imaging(planes=1))
    assert bands_of(data) == 1
    assert ImageCache(data, 16)[[0]].shape == (1, 1, 16, 16)


@pytest.mark.parametrize("place", ["memory", "disk"])
def test_what_a_batch_changes_stays_out_of_the_cache(data, place):
    cache = ImageCache(data, 8, place=place)
    before = cache[[0]].clone()
    cache[[0]].zero_()
    assert torch.equal(cache[[0]], before)


def test_the_disk_is_filled_once_and_then_read(data):
    done: list[int] = []
    first = ImageCache(data, 8, place="disk", progress=done.append)
    assert done == list(range(1, 11))
    again = ImageCache(data, 8, place="disk", progress=pytest.fail)
    assert torch.equal(first[ROWS], again[ROWS])
    assert [path.suffix for path in (data.folder / "cache").iterdir()] == [".npy"]


def test_each_size_and_field_has_a_file_of_its_own(data):
    for size, fraction in ((8, 1.0), (8, 0.9), (10, 1.0)):
        ImageCache(data, size, fraction, place="disk")
    assert len(list((data.folder / "cache").iterdir())) == 3


def test_a_broken_image_stops_the_filling_and_leaves_no_file(data):
    data.catalog["offset"][4] += 100
    with pytest.raises(ValueError, match=rf"{data.catalog['id'][4]} in .* is not a whole 8-bit image"):
        ImageCache(data, 8, place="disk")
    assert list((data.folder / "cache").iterdir()) == []


def test_an_unknown_place_is_refused(data):
    with pytest.raises(ValueError, match=r"datamodule\.cache is 'ram'; choose from memory, disk, none"):
        ImageCache(data, 8, place="ram")


def test_images_that_differ_in_their_bands_are_refused(data):
    data.manifest.image_shapes["16x16x1"] = 2
    with pytest.raises(ValueError, match=r"differ in their bands \(.*16x16x1.*\); prepare them apart"):
        bands_of(data)
