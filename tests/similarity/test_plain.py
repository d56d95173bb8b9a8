"""Claims about what is to be beaten, the map, and the plane between four galaxies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from galexp.similarity.interpolation import bilinear_grid, far_apart
from galexp.similarity.plain import pixel_features, plane_of, principal_components
from galexp.similarity.view import NONE, over_views
from galexp.transform.dihedral import dihedral


@pytest.fixture(scope="module")
def gallery():
    return np.random.default_rng(0).uniform(0, 255, (60, 12)).astype(np.float32)


def test_pixels_are_those_of_the_center_that_the_network_sees():
    image = torch.zeros(1, 1, 8, 8, dtype=torch.uint8)
    image[0, 0, 2:6, 2:6] = 100
    found = pixel_features(image, 4)
    assert found.tolist() == [[100.0] * 16]


def test_components_are_those_of_a_decomposition_that_is_not_ours(gallery):
    images = torch.from_numpy(gallery.reshape(60, 3, 2, 2).round()).byte()
    pixels = pixel_features(images, 2)
    found = principal_components(pixels, seed=0).features(images, 2, NONE)
    pca = PCA(12).fit(pixels.astype(np.float64))
    np.testing.assert_allclose(np.abs(found), np.abs(pca.transform(pixels)), rtol=1e-3, atol=0.05)


def test_components_are_the_same_however_a_galaxy_lies():
    images = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (20, 1, 8, 8), dtype=np.uint8))
    components = principal_components(pixel_features(images, 6), seed=0)
    turned = components.features(dihedral(images, 5), 6)
    np.testing.assert_allclose(components.features(images, 6), turned, atol=1e-4)
    assert not np.allclose(
        components.features(images, 6, NONE), components.features(dihedral(images, 5), 6, NONE), atol=1
    )


def test_views_are_summed_up_by_their_mean_and_their_spread():
    images = torch.rand(3, 2, 5, 5)
    seen = torch.stack([dihedral(images, element)[:, 0, 0] for element in range(8)])
    found = over_views(lambda views: views[:, 0, 0], images)
    torch.testing.assert_close(found, torch.cat([seen.mean(0), seen.std(0, correction=0)], 1))
    torch.testing.assert_close(over_views(lambda views: views[:, 0, 0], images, NONE), images[:, 0, 0])
    with pytest.raises(ValueError, match=r"search\.views is 'd8'; choose d4 or none"):
        over_views(lambda views: views, images, "d8")


def test_the_map_is_the_first_two_components_with_their_shares(gallery):
    found, asked, shares = plane_of(gallery, gallery[:3])
    pca = PCA(2).fit(gallery.astype(np.float64))
    np.testing.assert_allclose(np.abs(found), np.abs(pca.transform(gallery)), rtol=1e-9)
    np.testing.assert_allclose(asked, found[:3], rtol=1e-9)
    np.testing.assert_allclose(shares, pca.explained_variance_ratio_, rtol=1e-6)
    assert (found.max(axis=0) > -found.min(axis=0)).all()


def test_one_feature_alone_and_features_all_alike_have_a_map_too():
    line = np.array([[0.0], [1.0], [5.0]])
    found, _, shares = plane_of(line, line[:0])
    np.testing.assert_allclose(found, [[-2, 0], [-1, 0], [3, 0]])
    assert shares.tolist() == [1.0, 0.0]
    found, asked, shares = plane_of(np.ones((4, 3)), np.ones((1, 3)))
    assert not found.any()
    assert not asked.any()
    assert not shares.any()


def test_corners_are_as_far_apart_as_can_be_each_once():
    square = np.array([[0, 0], [0.1, 0], [1, 0], [0, 1], [1.1, 1], [0.5, 0.5]])
    assert sorted(far_apart(square).tolist()) == [0, 2, 3, 4]
    assert sorted(far_apart(np.zeros((4, 2))).tolist()) == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="4 points are to be picked among 3"):
        far_apart(square[:3])


def test_the_plane_meets_its_corners_and_is_straight_along_its_edges():
    corners = np.random.default_rng(1).normal(size=(4, 5))
    grid = bilinear_grid(corners, 3, 5)
    assert grid.shape == (3, 5, 5)
    np.testing.assert_allclose(grid[[0, 0, -1, -1], [0, -1, 0, -1]], corners, rtol=1e-12)
    np.testing.assert_allclose(grid[1, 2], corners.mean(axis=0))
    np.testing.assert_allclose(np.diff(grid[0], axis=0), np.tile((corners[1] - corners[0]) / 4, (4, 1)))
