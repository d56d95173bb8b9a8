"""Claims about the page, read back by a parser of HTML that is not ours."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from galexp.page.content import Column, DataTable, Link, Part, Row
from galexp.page.html.document import document
from galexp.shard.origin import Origin


@pytest.fixture(scope="module")
def text(rich_parts, pngs, evil) -> str:
    return document(f"Runs {evil}", rich_parts(), Origin.MOCK, pngs, most_rows=1000)


@pytest.fixture(scope="module")
def page(text) -> BeautifulSoup:
    return BeautifulSoup(text, "html5lib")


def shown(node) -> str:
    return node.get_text().strip()


def test_text_that_looks_like_a_page_is_text(page, evil):
    assert not page.find_all("b", onclick=True)
    assert f"Overview {evil}".split() == shown(page.h2).split()[:-1]
    assert evil.split() == shown(page.select_one("#overview .notice p")).split()
    assert page.select_one("#overview code").get_text() == f"galexp train\n{evil}"
    assert page.select_one(".picture img")["alt"] == f"Truth {evil}"
    assert shown(page.select("#table-scores tbody tr")[1].find_all("td")[1]).split() == evil.split()
    assert page.select_one("#table-scores th[title]")["title"] == f"hint {evil}"


def test_no_script_but_ours_may_run_and_no_network_be_asked(page):
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    codes = [node for node in page.find_all("script") if node.get("type") != "application/json"]
    assert len(codes) == len(page.find_all("style")) == 1
    for node in (*codes, page.style):
        digest = base64.b64encode(hashlib.sha256(node.string.encode()).digest()).decode()
        assert f"{node.name.replace('style', 'style-src').replace('script', 'script-src')} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not page.find_all(style=True)
    loaded = [node[key] for key in ("src", "srcset", "data", "action") for node in page.find_all(**{key: True})]
    loaded += [node["href"] for node in page.find_all("link")]
    assert loaded
    assert {urlsplit(address).scheme for address in loaded} == {"data"}
    assert not re.search(r"@import|url\(", page.style.string)


def test_every_entry_of_the_contents_leads_to_a_section_and_no_name_is_taken_twice(page):
    names = [node["id"] for node in page.find_all(id=True)]
    assert len(names) == len(set(names))
    links = [link["href"].removeprefix("#") for link in page.select("nav a, a.skip, a.anchor")]
    assert set(links) == {"overview", "scores", "galaxies", "report-content"}
    assert set(links) <= set(names)
    described = [name for node in page.select("[aria-describedby]") for name in node["aria-describedby"].split()]
    assert described == ["table-scores-hint-3"]
    assert set(described) <= set(names)


def test_numbers_are_written_with_errors_units_and_marks(page):
    rows = [[shown(cell) for cell in row.find_all("td")] for row in page.select("#table-scores tbody tr")]
    assert [shown(head) for head in page.select("#table-scores th")] == ["data", "split", "RMSE [dex]", "n", "run"]
    assert rows[0] == ["MOCK", "random", "0.4401 ± 0.0195", "1500", "s0"]
    assert [row[0] for row in rows] == ["MOCK", "published", "SIMULATION", ""]
    assert [row[2] for row in rows] == ["0.4401 ± 0.0195", "0.0900", "", "10.0000 ± 1.0e-07"]
    assert page.select_one("#table-scores .files a")["href"] == "tables/scores.csv"


def test_without_a_script_the_first_rows_are_there_and_are_those_of_the_script(page):
    for table in page.select(".table"):
        rows = [[shown(cell).split() for cell in row.find_all("td")] for row in table.select("tbody tr")]
        stored = json.loads(table.script.string)
        texts = [[(cell if isinstance(cell, str) else cell[0]).split() for cell in row] for row in stored]
        assert rows == texts[:25]
    assert len(json.loads(page.select_one("#table-galaxies script").string)) == 60
    assert shown(page.select_one("#table-galaxies .pager")) == "rows 1 to 25 of 60"


def test_a_mock_is_told_on_top_and_the_sky_is_not_called_one(page, rich_parts, pngs):
    assert shown(page.select_one("body > aside.banner strong")) == "MOCK DATA"
    assert page.title.string.startswith("MOCK ")
    assert page.html["data-origin"] == "mock"
    observed = BeautifulSoup(document("Runs", rich_parts(1)[1:2], Origin.OBSERVED, pngs, 10), "html5lib")
    assert not observed.select(".banner, [data-origin]")
    assert observed.title.string == "Runs"


def test_galaxies_lead_to_the_sky_server_in_a_tab_that_knows_nothing_of_the_page(page):
    links = page.select(".gallery li a")
    assert len(links) == 2
    assert all("noopener" in link["rel"] and link["href"].startswith("https://skyserver") for link in links)
    assert len(page.select(".gallery li img")) == 3


def test_a_table_that_is_long_is_sampled_and_the_page_says_so(rich_parts, pngs):
    page = BeautifulSoup(document("Runs", rich_parts(60)[2:], Origin.MOCK, pngs, most_rows=40), "html5lib")
    table = page.select_one("#table-galaxies")
    assert len(json.loads(table.script.string)) == 40
    assert "This page holds 40 of 60 rows" in shown(table)
    assert "CSV, 60 rows" in shown(table)


def test_a_link_that_would_run_something_is_refused(pngs):
    table = DataTable("t", "t", (Column("run"),), (Row((Link("s0", "javascript:alert(1)"),)),))
    with pytest.raises(ValueError, match=r"address 'javascript:alert\(1\)' is neither https://, http:// nor relative"):
        document("Runs", [Part("a", "A", (table,))], Origin.OBSERVED, pngs, 10)
