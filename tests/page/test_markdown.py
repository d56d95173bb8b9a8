"""Claims about the Markdown of a report, read back by a parser that is not ours."""

from __future__ import annotations

import itertools
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from matplotlib.figure import Figure

from galexp.page.content import (
    Code,
    Column,
    DataTable,
    Gallery,
    Heading,
    Link,
    Measured,
    Notice,
    Part,
    Picture,
    Prose,
    Row,
    Stamp,
)
from galexp.page.markdown import markdown
from galexp.shard.origin import Origin

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
EVIL = "a | b *c* _d_ <b>&amp;</b> `e` [f](g) ![h](i) ~~j~~ \\ $k$"


def tokens(*blocks, origin: Origin = Origin.OBSERVED):
    return PARSER.parse(markdown("Runs", [Part("a", "A", blocks)], origin))


def inlines(*blocks) -> list[str]:
    """Return the texts of all blocks but the two titles; what is not plain text fails."""
    found = [token for token in tokens(*blocks) if token.type == "inline"][2:]
    allowed = {"text", "softbreak", "text_special"}
    assert {child.type for token in found for child in token.children} <= allowed
    return ["".join("\n" if c.type == "softbreak" else c.content for c in token.children) for token in found]


@settings(max_examples=60, deadline=None)
@given(st.text(string.punctuation + " a1_\n", max_size=30))
def test_whatever_is_written_is_read_as_it_stands(text):
    paragraphs = [p for p in ("\n".join(map(str.strip, text.strip().splitlines()))).split("\n\n") if p.strip()]
    assert "\n\n".join(inlines(Prose(text))).split() == "\n\n".join(paragraphs).split()


@pytest.mark.parametrize("text", [EVIL, "1. one", "- one", "# one", "===", "    code", "> quote", "+", "12) a"])
def test_prose_headings_and_captions_hold_no_markup(text):
    assert [found.split() for found in inlines(Prose(text), Heading(text))] == [text.split()] * 2


def test_a_table_has_a_cell_for_every_value_whatever_stands_in_it():
    columns = (Column("a|b", "dex", hint=EVIL), Column("n"), Column("run"))
    rows = (Row((EVIL, 5, Link("x|y", "https://a.org/?a=(1)|<2> 3")), "MOCK"), Row(("c\nd", None, None)))
    found = tokens(DataTable("scores", "Scores", columns, rows, note=EVIL))
    cells = [token.content for before, token in itertools.pairwise(found) if before.type == "td_open"]
    assert len(cells) == 8
    assert cells[4:] == ["", "c d", "", ""]
    links = [child.attrs["href"] for token in found for child in token.children or () if child.type == "link_open"]
    assert links == ["https://a.org/?a=(1)%7C%3C2%3E%203", "tables/scores.csv"]


def test_numbers_stand_to_the_right_with_their_errors():
    table = DataTable("t", "T", (Column("RMSE", "dex"),), (Row((Measured(0.25, 0.01),)),))
    text = markdown("Runs", [Part("a", "A", (table,))], Origin.OBSERVED)
    assert "| RMSE \\[dex\\] |\n| ---: |\n| 0.2500 ± 0.0100 |\n" in text


def test_a_long_table_is_cut_and_says_so():
    table = DataTable("t", "T", (Column("n"),), tuple(Row((n,)) for n in range(101)))
    text = markdown("Runs", [Part("a", "A", (table,))], Origin.OBSERVED)
    assert text.count("\n| ") == 102
    assert "[CSV](tables/t.csv), the first 100 of 101 rows" in text


def test_code_is_kept_to_the_letter_even_with_fences_in_it():
    text = "a *b*\n```\n````\n<c>"
    (fence,) = [token for token in tokens(Code(text, "x.bib")) if token.type == "fence"]
    assert fence.content == text + "\n"
    assert "[x.bib](<x.bib>)" in markdown("Runs", [Part("a", "A", (Code(text, "x.bib"),))], Origin.OBSERVED)


def test_pictures_and_galleries_lead_to_files_and_to_the_sky():
    stamps = (Stamp(np.zeros((4, 4, 1), np.uint8), ("G1", "8.9"), "https://a.org/1"), Stamp(np.zeros(1), ("G2",)))
    found = tokens(Picture("truth", EVIL, Figure()), Gallery("worst", "Worst", stamps, "MOCK"))
    children = [child for token in found for child in token.children or ()]
    images = {child.attrs["src"]: child.content for child in children if child.type == "image"}
    assert set(images) == {"figures/truth.png", "figures/worst.png"}
    hrefs = [child.attrs["href"] for child in children if child.type == "link_open"]
    assert hrefs == ["figures/truth.pdf", "https://a.org/1"]


def test_notices_and_mocks_are_alerts():
    text = markdown("Runs", [Part("a", "A", (Notice("one\n\ntwo"),))], Origin.MOCK)
    assert text.startswith("# Runs\n\n> [!WARNING]\n> **MOCK DATA**: ")
    assert "> [!IMPORTANT]\n> one\n>\n> two\n" in text
    assert "WARNING" not in markdown("Runs", [], Origin.OBSERVED)


def test_a_link_that_would_run_something_is_refused():
    table = DataTable("t", "T", (Column("run"),), (Row((Link("s0", "javascript:x"),)),))
    with pytest.raises(ValueError, match="address 'javascript:x' is neither"):
        markdown("Runs", [Part("a", "A", (table,))], Origin.OBSERVED)
