"""Claims about how near reconstructed images come, and what stands beside them."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from galexp.datamodule import GalaxyDataModule
from galexp.evaluation.reconstruction import linear_rmse, reconstruction_score_table

LEARN, TEST = np.arange(8), np.array([8, 9])


@pytest.fixture(scope="module")
def datamodule(tmp_path_factory, build_data):
    data = build_data(tmp_path_factory.mktemp("reconstruction") / "prepared")
    roles = np.array(["train"] * 8 + ["test"] * 2)
    return GalaxyDataModule(data, roles, [], image_size=8, batch_size=4)


@pytest.fixture
def pixels(datamodule):
    return datamodule.images[list(range(10))].numpy().reshape(10, -1) / 255


def test_without_components_it_is_the_mean_image(datamodule, pixels):
    expected = np.sqrt(np.mean((pixels[TEST] - pixels[LEARN].mean(0)) ** 2, axis=1))
    np.testing.assert_allclose(linear_rmse(datamodule, LEARN, TEST, 0), expected, rtol=1e-6)


def test_components_are_those_of_a_singular_value_decomposition(datamodule, pixels):
    mean = pixels[LEARN].mean(0)
    directions = np.linalg.svd(pixels[LEARN] - mean)[2][:3]
    left = (pixels - mean) - (pixels - mean) @ directions.T @ directions
    found = linear_rmse(datamodule, LEARN, np.arange(10), 3)
    np.testing.assert_allclose(found, np.sqrt(np.mean(left**2, axis=1)), rtol=1e-3)


def test_as_many_components_as_images_leave_nothing_of_these(datamodule):
    found = linear_rmse(datamodule, LEARN, np.arange(10), 32)
    assert (found[LEARN] < 1e-5).all()
    assert (found[TEST] > 0.1).all()


def test_a_gray_image_is_the_mean_of_its_bands(datamodule, pixels):
    gray = pixels.reshape(10, 3, -1).mean(1)
    expected = np.sqrt(np.mean((gray[TEST] - gray[LEARN].mean(0)) ** 2, axis=1))
    np.testing.assert_allclose(linear_rmse(datamodule, LEARN, TEST, 0, is_monochrome=True), expected, rtol=1e-5)


def test_of_too_many_images_some_are_learned_from_evenly(datamodule, monkeypatch):
    every_second = linear_rmse(datamodule, LEARN[::2], TEST, 2)
    monkeypatch.setattr("galexp.evaluation.reconstruction._MOST_LEARNED", 4)
    np.testing.assert_allclose(linear_rmse(datamodule, LEARN, TEST, 2), every_second)


def test_scores_are_over_all_pixels_of_all_images():
    table = Table({"id": ["a", "b"], "reconstruction_rmse": [3.0, 4.0], "reconstruction_latent_rmse": [5.0, 5.0]})
    table["hi_is_limit"] = [False, True]
    found = reconstruction_score_table(table, {"mean": np.array([6.0, 8.0])})["pixels"]
    assert found["all"]["network"]["rmse"] == pytest.approx(np.sqrt(12.5))
    assert {name: one["rmse"] for name, one in found["detections"].items()} == {
        "network": 3.0,
        "network_latent": 5.0,
        "mean": 6.0,
    }
