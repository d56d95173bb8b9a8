"""Claims about images of a second dataset beside those of the first."""

import dataclasses

import numpy as np
import pytest
import torch

from galexp.split.base import TEST, TRAIN, UNUSED, VAL
from galexp.transform.cache import ImageCache
from galexp.transform.unlabeled import JoinedImages, open_beside, rows_beside


def of_another_survey(data):
    data.manifest = dataclasses.replace(data.manifest, dataset="gz2")
    return data


@pytest.fixture
def beside(tmp_path, build_data, fake_imaging, make_catalog):
    """Return what prepares data below one folder, other galaxies for another start of their numbers."""

    def make(name, start=0, rows=10, columns=None, **imaging):
        catalog = make_catalog(rows)
        catalog["id"] = [f"{start + row:04d}" for row in range(rows)]
        catalog["ra"] = (catalog["ra"] + start) % 360
        for column, values in (columns or {}).items():
            catalog[column] = values
        return build_data(tmp_path / name, catalog, fake_imaging(**imaging))

    return make


def test_images_of_both_come_by_one_number_at_the_size_of_the_first(beside):
    first, second = ImageCache(beside("a"), 8), ImageCache(beside("b", start=50, side=32), 8)
    both = JoinedImages(first, second)
    found = both[[12, 3, 10, 0]]
    assert found.shape == (4, 3, 8, 8)
    assert torch.equal(found[[1, 3]], first[[3, 0]])
    assert torch.equal(found[[0, 2]], second[[2, 0]])
    assert torch.equal(both[[1]], first[[1]])


def test_beside_gray_images_others_are_the_mean_of_their_bands(beside):
    first, second = ImageCache(beside("gray", planes=1), 16), ImageCache(beside("color", start=50), 16)
    found = JoinedImages(first, second)[[10, 2]]
    expected = np.rint(second[[0]].numpy().mean(axis=1, keepdims=True)).astype(np.uint8)
    np.testing.assert_array_equal(found[:1], expected)
    assert torch.equal(found[1:], first[[2]])


def test_beside_others_a_gray_image_stands_in_every_band(beside):
    first, second = ImageCache(beside("color"), 16), ImageCache(beside("gray", start=50, planes=1), 16)
    assert torch.equal(JoinedImages(first, second)[[10]], second[[0]].expand(-1, 3, -1, -1))


def test_other_bands_are_refused(beside):
    first, second = ImageCache(beside("a"), 8), ImageCache(beside("b", start=50), 8)
    first.bands = 2
    with pytest.raises(
        ValueError, match=r"b have 3 bands and those of .*a 2; only gray images go together with others"
    ):
        JoinedImages(first, second)


def test_blank_images_and_galaxies_that_are_held_out_of_the_first_are_left_out(beside):
    first = beside("a")
    roles = np.array([TRAIN] * 4 + [VAL] * 2 + [TEST] * 2 + [UNUSED] * 2)
    again = beside("again", blank=("0003",))
    assert rows_beside(again, first, roles).tolist() == [0, 1, 2, 8, 9]
    assert rows_beside(beside("other", start=50), first, roles).tolist() == list(range(10))
    with pytest.raises(
        ValueError, match=r"none of 10 images of .*again can be learned from beside .*; name other data"
    ):
        rows_beside(again, first, np.full(10, TEST))


def test_another_cutout_of_a_galaxy_that_is_held_out_is_left_out_in_any_survey(beside):
    first = beside("a")
    roles = np.array([TEST] * 2 + [TRAIN] * 8)
    place = {"ra": first.catalog["ra"], "dec": first.catalog["dec"] + np.array([8, 12] * 5) / 3600}
    other = of_another_survey(beside("other", start=50, columns=place))
    assert rows_beside(other, first, roles).tolist() == list(range(1, 10))
    other.catalog["dec"][0] = np.nan
    assert rows_beside(other, first, roles).tolist() == list(range(10))
    other.catalog.remove_columns(["ra", "dec"])
    assert rows_beside(other, first, roles).tolist() == list(range(10))


def test_no_frame_of_a_simulation_that_is_held_out_is_learned_from_in_its_own_survey(beside):
    first = beside("a", columns={"simulation": ["x"] * 3 + ["y"] * 4 + [""] * 3})
    roles = np.array([TRAIN] * 3 + [TEST] * 4 + [VAL] * 3)
    other = beside("other", start=50, columns={"simulation": ["x", "y"] * 4 + [""] * 2})
    assert rows_beside(other, first, roles).tolist() == [0, 2, 4, 6, 8, 9]
    assert rows_beside(of_another_survey(other), first, roles).tolist() == list(range(10))


def test_data_that_are_not_there_are_refused_with_those_that_are(beside):
    first = beside("mergers")
    beside("gz2", start=50)
    assert open_beside("gz2", first).folder == first.folder.parent / "gz2"
    for name in ("gz3", "data/gz2", ".."):
        with pytest.raises(FileNotFoundError, match=rf"unlabeled is '{name}'; expected .* \(gz2\); run prepare"):
            open_beside(name, first)
