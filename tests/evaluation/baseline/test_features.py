import numpy as np
import pytest
import torch
from astropy.table import MaskedColumn, Table

from galexp.evaluation.baseline import features as module
from galexp.evaluation.baseline.features import BaselineFeatures, baseline_features, log_brightness

IMAGES = torch.randint(0, 256, (150, 3, 12, 12), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
LEARN = np.arange(150) % 5 > 0


def features(catalog=None, photometry=(), images=IMAGES, learn=LEARN, image_size=None):
    def read(rows):
        assert len(rows) <= 64
        return images[rows]

    return baseline_features(read, len(images), learn, catalog or Table(), photometry, 0, image_size)


def test_band_means_are_those_of_the_whole_images_in_the_order_of_the_catalog():
    np.testing.assert_allclose(features(image_size=8).band_means, IMAGES.double().mean((2, 3)), rtol=1e-6)


def test_components_are_projections_on_directions_of_the_learning_rows():
    found = features()
    changed = IMAGES.clone()
    changed[~LEARN] = 255 - changed[~LEARN]
    again = features(images=changed)
    np.testing.assert_array_equal(found.components[LEARN], again.components[LEARN])
    assert np.any(found.components[~LEARN] != again.components[~LEARN])
    np.testing.assert_allclose(found.components[LEARN].mean(0), 0, atol=1e-3)


def test_components_lose_no_more_than_a_thousandth_of_a_gray_level():
    found = features().components
    np.testing.assert_array_equal(found, found.round(3))


def test_the_center_that_the_network_sees_is_all_that_counts():
    changed = IMAGES.clone()
    changed[..., 0, :] = 0
    pairs = [features(images=images, image_size=8).components for images in (IMAGES, changed)]
    np.testing.assert_array_equal(*pairs)


def test_directions_are_found_on_a_draw_of_the_learning_rows_where_there_are_many(monkeypatch):
    monkeypatch.setattr(module, "FITTED_UP_TO", 10)
    read = []
    baseline_features(lambda rows: read.append(rows) or IMAGES[rows], 150, LEARN, Table(), (), 0)
    drawn, *everything = read
    assert len(set(drawn)) == 10
    assert LEARN[drawn].all()
    assert np.concatenate(everything).tolist() == list(range(150))


def test_features_are_a_function_of_the_seed():
    np.testing.assert_array_equal(features().components, features().components)


def test_photometry_is_float_and_nan_where_it_is_masked():
    column = MaskedColumn(np.arange(150), mask=np.arange(150) == 3)
    found = features(Table({"mag_g": column, "other": np.zeros(150)}), ("mag_g",))
    np.testing.assert_array_equal(found.photometry[:, 0], np.where(np.arange(150) == 3, np.nan, np.arange(150)))
    assert (found.columns, found.obstacle) == (("mag_g",), "")


@pytest.mark.parametrize(
    ("photometry", "reason"),
    [((), "the dataset names no photometry"), (("a", "mag_i"), "the catalog has no column mag_i; it has a, b")],
)
def test_why_there_is_no_photometry_is_kept_and_said_once_it_is_asked_for(photometry, reason):
    found = features(Table({"a": np.zeros(150), "b": np.zeros(150)}), photometry)
    assert found.photometry is None
    assert found.obstacle == reason
    with pytest.warns(UserWarning, match=f"the random forest is left out: {reason}"):
        assert found.photometry_for(LEARN) is None


def test_photometry_without_a_complete_learning_row_is_none():
    magnitudes = np.where(LEARN[:, None], [np.nan, 1.0], 2.0)
    found = BaselineFeatures(np.zeros((150, 1)), np.zeros((150, 1)), magnitudes, ("g", "r"))
    with pytest.warns(UserWarning, match="left out: no learning row has finite values of g, r"):
        assert found.photometry_for(LEARN) is None
    assert found.photometry_for(~LEARN) is magnitudes


def test_without_a_learning_row_there_is_nothing_to_see():
    with pytest.raises(ValueError, match="none of the 150 galaxies is learned from"):
        features(learn=np.zeros(150, dtype=bool))


def test_images_smaller_than_what_the_network_sees_are_refused():
    with pytest.raises(ValueError, match="stored images have 12 px"):
        features(image_size=16)


def test_negative_band_means_are_no_counts():
    with pytest.raises(ValueError, match=r"a band mean is negative \(-2\); give means of 8-bit images"):
        log_brightness(np.array([[1.0, -2.0]]))
