"""Claims about the page of a map, before any browser shows it."""

from __future__ import annotations

import base64
import html.parser
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from galexp.page.html import map as atlas
from galexp.page.html.map import MOST_POINTS, TILE, MapGalaxy, Shade, map_page, sprite
from galexp.shard.origin import Origin

EVIL = "</script><b onclick=\"x\">M & '31'</b> {{ 7 * 7 }} \u2028"
PLACES = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0]])


def galaxies(number=3, **more):
    return [MapGalaxy(np.full((20, 20, 3), 60 * n, np.uint8), (f"G{n}", EVIL), n == 2, **more) for n in range(number)]


def made(places=PLACES, shown=None, shades=(), origin=Origin.OBSERVED):
    return map_page(f"Map {EVIL}", "note", places, galaxies() if shown is None else shown, shades, origin=origin)


class Reader(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def dots(page):
    return [facts for tag, facts in Reader(page).tags if tag == "circle" and "dot" in facts["class"]]


def data_of(page):
    return json.loads(re.search(r'id="galaxies">(.*?)</script>', page, re.DOTALL)[1])


def test_points_lie_to_scale_with_the_vertical_axis_upward_and_queries_have_a_rim():
    found = dots(made())
    x, y = (np.array([float(dot[name]) for dot in found]) for name in ("cx", "cy"))
    assert x[1] - x[0] == pytest.approx(2 * (y[0] - y[2]))
    assert x[1] - x[0] == pytest.approx(940)
    assert y[0] == y[1] > y[2]
    assert [dot["class"] for dot in found] == ["dot", "dot", "dot query"]


def test_galaxies_at_one_place_stand_in_the_middle():
    (first, second) = dots(made(np.ones((2, 2)), galaxies(2)))
    assert first["cx"] == second["cx"] == "500.0"


def test_text_is_text_and_nothing_is_asked_of_a_network():
    page = made(shades=[Shade(EVIL, "dex", np.zeros(3))])
    assert not [tag for tag, facts in Reader(page).tags if tag == "b" or any(name.startswith("on") for name in facts)]
    addresses = [
        facts.get("src") or facts.get("href") for tag, facts in Reader(page).tags if tag in ("img", "link", "a")
    ]
    assert all(address.startswith("data:") for address in addresses)
    assert data_of(page)["lines"][1] == ["G1", EVIL]
    (policy,) = [facts["content"] for tag, facts in Reader(page).tags if facts.get("http-equiv")]
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_values_that_are_not_known_are_null_and_classes_keep_their_names():
    shades = [Shade("redshift", "", np.array([0.1, np.nan, 0.123456789])), Shade("kind", "", np.zeros(3), ("a", "b"))]
    first, second = data_of(made(shades=shades))["shades"]
    assert first["values"] == [0.1, None, 0.123457]
    assert second["classes"] == ["a", "b"]


def test_a_mock_is_told_on_top():
    page = made(origin=Origin.MOCK)
    assert '<aside class="banner"' in page
    assert "MOCK DATA" in page
    assert "banner" not in re.search(r"<body>.*", made(), re.DOTALL)[0].split("<script")[0]


def test_the_sprite_holds_each_image_in_its_tile():
    images = [np.full((20, 20, 3), 80 * n, np.uint8) for n in range(3)] + [np.full((8, 8, 1), 30, np.uint8)]
    address = sprite(images, columns=2)
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))
    assert pixels.shape == (2 * TILE, 2 * TILE, 3)
    middles = pixels[TILE // 2 :: TILE, TILE // 2 :: TILE].reshape(4, 3)
    np.testing.assert_allclose(middles, np.repeat([[0], [80], [160], [30]], 3, axis=1), atol=3)


def test_the_images_of_a_page_keep_to_their_bytes_whatever_they_show(monkeypatch):
    monkeypatch.setattr(atlas, "MOST_SPRITE_BYTES", 60_000)
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (TILE, TILE, 3), dtype=np.uint8) for _ in range(30)]
    assert len(sprite(noise, 6)) < 60_000 * 4 / 3 + 100


def test_a_map_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match=f"0 galaxies for a map; expected 1 to {MOST_POINTS}"):
        made(PLACES[:0], [])
    with pytest.raises(ValueError, match="3 galaxies with 2 places; give one place and one value for each"):
        made(PLACES[:2])
    with pytest.raises(ValueError, match="address 'javascript:x' is neither"):
        made(shown=galaxies(address="javascript:x"))
