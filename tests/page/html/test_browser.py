"""Claims about the page in a real browser, opened from disk: headless Chromium, moved by selenium."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from galexp.page.write import write_report
from galexp.shard.origin import Origin

pytestmark = pytest.mark.slow

MANY = 100_000
PATIENCE = 10.0  # [s], on a machine that is busy; on an idle one each step takes tenths of a second.
CONTRASTS = """
const light = (color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const isClear = (color) => /rgba\\(.*, 0\\)/.test(color);
const ground = (node) => {
  while (node && isClear(getComputedStyle(node).backgroundColor)) node = node.parentElement;
  return node ? getComputedStyle(node).backgroundColor : "rgb(255, 255, 255)";
};
const hasText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
return [...document.querySelectorAll("body *")].filter((node) => hasText(node) && node.checkVisibility()
  && !node.disabled).map((node) => {
    const pair = [light(getComputedStyle(node).color), light(ground(node))].sort((a, b) => b - a);
    return [(pair[0] + 0.05) / (pair[1] + 0.05), node.outerHTML.slice(0, 90)];
  });
"""


@pytest.fixture(scope="module")
def address(rich_parts, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("report") / "one"
    return write_report(folder, "Runs", rich_parts(60), Origin.MOCK)[0].as_uri()


@pytest.fixture
def page(browser, address):
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get(address)
    return browser


def one(browser, selector: str):
    return browser.find_element(By.CSS_SELECTOR, selector)


def column(browser, table: str, place: int) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map((cell) => cell.textContent)"
    return browser.execute_script(script, f"#table-{table} tbody td:nth-child({place})")


def redshifts(rows: int) -> np.ndarray:
    """Return those of the table of the report, sorted; every seventh galaxy has none."""
    values = np.random.default_rng(0).uniform(size=rows)
    return np.sort(values[np.arange(rows) % 7 > 0])


def test_the_page_opens_without_an_error_and_asks_no_network(page, address):
    assert page.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    requests = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    asked = [found["request"]["url"] for found in requests if found["documentURL"].startswith("file:")]
    assert address in asked
    assert {urlsplit(url).scheme for url in asked} <= {"file", "data"}
    assert page.execute_script("return document.querySelectorAll('b[onclick]').length") == 0


def test_every_picture_shows(page):
    widths = page.execute_script("return [...document.querySelectorAll('img[alt]')].map((i) => i.naturalWidth)")
    assert len(widths) == 4
    assert min(widths) > 0


@pytest.mark.parametrize("table", ["scores", "galaxies"])
def test_the_rows_that_a_script_writes_are_those_that_stood_there(page, address, table):
    read = "return document.querySelector(arguments[0]).innerHTML.replaceAll('\\n<tr>', '<tr>').trim()"
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.get(address)
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert not page.find_elements(By.CSS_SELECTOR, "th button")
    before = page.execute_script(read, f"#table-{table} tbody")
    page.get(address)
    for _ in range(3):
        one(page, f"#table-{table} th button").click()
    assert page.execute_script(read, f"#table-{table} tbody") == before


def test_a_click_sorts_by_size_then_the_other_way_then_not_at_all(page):
    unsorted = column(page, "galaxies", 2)
    head = one(page, "#table-galaxies th:nth-child(2)")
    values = redshifts(60)
    for direction, expected in (("ascending", values[:25]), ("descending", values[::-1][:25])):
        head.find_element(By.TAG_NAME, "button").click()
        assert head.get_attribute("aria-sort") == direction
        assert np.allclose(np.array(column(page, "galaxies", 2), float), expected, atol=1e-6)
    one(page, "#table-galaxies .pager button:last-child").click()
    assert column(page, "galaxies", 2)[-9:] == [""] * 9
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "none"
    assert column(page, "galaxies", 2) == unsorted


def test_measured_values_sort_by_value_and_exponents_count(page):
    one(page, "#table-scores th:nth-child(3) button").click()
    assert column(page, "scores", 3) == ["0.0900", "0.4401 ± 0.0195", "10.0000 ± 1.0e-07", ""]


def test_a_keyboard_reaches_the_first_heading_and_sorts(page):
    for _ in range(30):
        page.switch_to.active_element.send_keys(Keys.TAB)
        if page.execute_script("return document.activeElement.matches('#table-scores th button')"):
            break
    assert page.switch_to.active_element.text.startswith("data")
    assert page.execute_script("return getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert one(page, "#table-scores th").get_attribute("aria-sort") == "ascending"
    assert column(page, "scores", 1) == ["MOCK", "published", "SIMULATION", ""]


def test_a_keyboard_skips_the_contents(page):
    page.switch_to.active_element.send_keys(Keys.TAB)
    assert page.switch_to.active_element.text == "Skip to the content"
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.execute_script("return document.activeElement.id") == "report-content"


def test_a_figure_is_enlarged_by_enter_and_put_back_by_escape(page):
    link = one(page, "a.enlarge")
    link.send_keys(Keys.ENTER)
    assert page.execute_script("return document.querySelector('dialog').open")
    assert page.execute_script("return document.querySelector('dialog img').naturalWidth") == 300
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not page.execute_script("return document.querySelector('dialog').open")
    assert page.switch_to.active_element == link


def test_what_is_copied_is_the_code_and_where_nothing_can_be_copied_it_is_selected(page, evil):
    page.execute_script("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    button = one(page, ".code button")
    button.click()
    assert page.execute_script("return window.copied") == f"galexp train\n{evil}"
    page.execute_script("navigator.clipboard.writeText = async () => { throw new Error('denied'); }")
    button.click()
    assert page.execute_script("return getSelection().toString()").split() == f"galexp train\n{evil}".split()
    assert button.text == "Selected: press Ctrl+C"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page, scheme):
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    found = page.execute_script(CONTRASTS)
    assert len(found) > 50
    assert [(ratio, node) for ratio, node in found if ratio < 4.5] == []
    is_dark = page.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert is_dark == (scheme == "dark")


def test_on_a_phone_the_page_does_not_scroll_sideways_and_the_mark_stays(page):
    size = {"width": 360, "height": 700, "deviceScaleFactor": 2, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.refresh()
    assert page.execute_script("return document.documentElement.scrollWidth") == 360
    page.execute_script("window.scrollTo(0, document.body.scrollHeight)")
    assert page.execute_script("return document.querySelector('.banner').getBoundingClientRect().top") == 0


def test_a_hundred_thousand_rows_are_sorted_searched_and_turned(browser, rich_parts, tmp_path):
    written = write_report(tmp_path / "large", "Runs", rich_parts(MANY)[2:], Origin.MOCK, most_rows=MANY)
    times = {}

    def timed(step: str, do) -> None:
        start = time.perf_counter()
        do()
        times[step] = time.perf_counter() - start

    timed("open", lambda: browser.get(written[0].as_uri()))
    assert one(browser, "#table-galaxies [role=status]").text == "rows 1 to 25 of 100,000"
    timed("sort", one(browser, "#table-galaxies th:nth-child(2) button").click)
    assert np.allclose(np.array(column(browser, "galaxies", 2), float), redshifts(MANY)[:25], atol=1e-6)
    timed("sort by name", one(browser, "#table-galaxies th button").click)
    timed("last", one(browser, "#table-galaxies .pager button:last-child").click)
    assert column(browser, "galaxies", 1)[-1] == f"1237649770{MANY - 1:09d}"
    timed("search", lambda: one(browser, "#table-galaxies input").send_keys("00099999"))
    assert column(browser, "galaxies", 1) == ["1237649770000099999"]
    assert one(browser, "#table-galaxies [role=status]").text == "rows 1 to 1 of 1 found among 100,000"
    one(browser, "#table-galaxies input").send_keys(" nothing")
    assert one(browser, "#table-galaxies [role=status]").text == "no row holds all of these words"
    assert max(times.values()) < PATIENCE, times
