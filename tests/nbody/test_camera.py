"""Claims about the cameras: a hemisphere, evenly, and no mirror images."""

from __future__ import annotations

import numpy as np

from galexp.nbody.camera import CAMERAS, axes, directions
from galexp.nbody.render import render


def test_there_are_fourteen_on_the_upper_hemisphere():
    toward = directions()
    assert toward.shape == (CAMERAS, 3) == (14, 3)
    np.testing.assert_allclose(np.linalg.norm(toward, axis=1), 1)
    assert (toward[:, 2] > 0).all()


def test_no_two_stand_near_each_other_or_opposite():
    cosine = directions() @ directions().T
    np.fill_diagonal(cosine, 0)
    assert np.degrees(np.arccos(np.abs(cosine).max())) > 15


def test_a_picture_has_right_and_up_and_looks_along_the_direction():
    sides = axes()
    np.testing.assert_allclose(np.einsum("cij,ckj->cik", sides, sides), np.tile(np.eye(2), (14, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.cross(sides[:, 0], sides[:, 1]), directions(), atol=1e-12)
    assert (sides[:, 1, 2] > 0).all()
    assert np.abs(sides[:, 0, 2]).max() < 1e-12


def test_no_two_cameras_see_mirror_images():
    rng = np.random.default_rng(0)
    stars = rng.normal(0, 15, (300, 3)) * [1.0, 0.6, 0.3] + [5, 3, 1]
    seen = render(stars, np.full(300, 0.01), axes(), 32).astype(float)
    seen -= seen.mean((1, 2), keepdims=True)
    for one in range(CAMERAS):
        for other in range(one):
            for mirrored in (seen[other], seen[other][:, ::-1], seen[other][::-1], seen[other][::-1, ::-1]):
                alike = (seen[one] * mirrored).sum() / np.sqrt((seen[one] ** 2).sum() * (mirrored**2).sum())
                assert alike < 0.98, (one, other)
