"""Claims about neighbors among real galaxies: components over views already tell odd spirals from others."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import torch
from PIL import Image

from galexp.similarity.agreement import Property, agreement
from galexp.similarity.neighbor import neighbors
from galexp.similarity.plain import pixel_features, principal_components
from galexp.transform.resize import resize_with_margin

pytestmark = pytest.mark.slow

SIDE = 64


@pytest.fixture(scope="module")
def galaxies(real_data):
    """Return images and labels of real Galaxy Zoo 2 galaxies, as `gz2_odd_spiral` sees them."""
    with (real_data / "gz2" / "odd_spiral_labels.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    name, label = list(rows[0])[:2]
    images = []
    for row in rows:
        with Image.open(real_data / "gz2" / "images" / f"{row[name]}.jpg") as opened:
            pixels = np.asarray(opened.convert("RGB")).transpose(2, 0, 1)
        images.append(resize_with_margin(torch.from_numpy(pixels.copy()), SIDE, 0.5, margin=1.0))
    return torch.stack(images), np.array([float(row[label]) for row in rows])


def lift(features, labels):
    """Return the precision for odd spirals over their base rate, every fifth galaxy a query."""
    is_query = np.arange(len(labels)) % 5 == 0
    names = np.arange(len(labels)).astype(str)
    kin = names[~is_query], names[is_query]
    found = neighbors(features[~is_query], features[is_query], 10, kin)
    known = Property("odd_spiral", "", labels[~is_query], labels[is_query])
    return agreement(known, found.place, kin, independent=True)["classes"]["1"]["lift"]


def test_components_over_views_find_odd_spirals_and_pixels_as_they_lie_do_not(galaxies):
    images, labels = galaxies
    pixels = pixel_features(images, SIDE)
    components = principal_components(pixels[np.arange(len(labels)) % 5 > 0], seed=0)
    over_views = lift(components.features(images, SIDE), labels)
    as_they_lie = lift(components.features(images, SIDE, "none"), labels)
    assert over_views > 1.25
    assert over_views > as_they_lie + 0.1
    assert lift(pixels, labels) < 0.9
