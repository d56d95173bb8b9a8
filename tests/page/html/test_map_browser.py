"""Claims about the map in a real browser: galaxies are looked at by hovering, and by the keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from galexp.page.html.map import MapGalaxy, Shade, map_page
from galexp.shard.origin import Origin

pytestmark = pytest.mark.slow

PLACES = np.array([[0.0, 0.0], [2.0, 0.1], [4.0, 0.0], [2.1, 1.5]])
MIDDLE = "return [...document.querySelector('canvas').getContext('2d').getImageData(128, 128, 1, 1).data]"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    shown = [MapGalaxy(np.full((32, 32, 3), 50 * n + 40, np.uint8), (f"G{n}",)) for n in range(4)]
    shades = [
        Shade("cluster", "", np.array([0.0, 0, 1, 1]), ("cluster 0", "cluster 1")),
        Shade("piece", "", np.zeros(4), tuple(f"piece {number}" for number in range(30))),
        Shade("time", "Myr", np.array([0.0, 10, 20, np.nan])),
    ]
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(map_page("Map", "note", PLACES, shown, shades, origin=Origin.MOCK), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    browser.get_log("browser")
    browser.get(address)
    return browser


def told(page):
    return page.find_element(By.ID, "told").text


def test_hovering_over_a_point_shows_its_galaxy(page):
    for number, dot in enumerate(page.find_elements(By.CSS_SELECTOR, ".dot")):
        ActionChains(page).move_to_element(dot).perform()
        assert told(page) == f"G{number}"
        assert abs(page.execute_script(MIDDLE)[0] - (50 * number + 40)) <= 3
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_the_arrow_keys_go_to_the_next_galaxy_in_their_direction(page):
    sky = page.find_element(By.CSS_SELECTOR, ".map")
    page.execute_script("arguments[0].focus()", sky)
    assert told(page) == "G1"
    for key, name in (
        (Keys.ARROW_RIGHT, "G2"),
        (Keys.ARROW_RIGHT, "G2"),
        (Keys.ARROW_LEFT, "G1"),
        (Keys.ARROW_UP, "G3"),
    ):
        sky.send_keys(key)
        assert told(page) == name


def test_points_are_colored_by_what_is_chosen_and_the_unknown_is_gray(page):
    color = "return [...document.querySelectorAll('.dot')].map((dot) => getComputedStyle(dot).fill)"
    first = page.execute_script(color)
    assert first[0] == first[1] != first[2] == first[3]
    Select(page.find_element(By.TAG_NAME, "select")).select_by_visible_text("time")
    second = page.execute_script(color)
    assert len(set(second)) == 4
    assert second[3] == "rgb(138, 146, 155)"
    legend = [item.text for item in page.find_elements(By.CSS_SELECTOR, ".legend li")]
    assert legend == ["0 Myr", "5 Myr", "10 Myr", "15 Myr", "20 Myr", "unknown"]
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_legend_with_too_many_classes_says_how_many_more_there_are(page):
    Select(page.find_element(By.TAG_NAME, "select")).select_by_visible_text("piece")
    legend = [item.text for item in page.find_elements(By.CSS_SELECTOR, ".legend li")]
    assert len(legend) == 25
    assert legend[-2:] == ["piece 23", "and 6 more"]
