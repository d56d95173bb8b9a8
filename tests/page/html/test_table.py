"""Claims about the rows that a page holds."""

from __future__ import annotations

import pytest

from galexp.page.content import Column, DataTable, Measured, Row
from galexp.page.html.table import page_table, sampled

ROWS = [Row((number,)) for number in range(500)]


def test_a_sample_keeps_the_order_and_the_first_rows_and_is_always_the_same():
    found = [row.values[0] for row in sampled(ROWS, most=100, first=20)]
    assert found[:20] == list(range(20))
    assert found == sorted(set(found))
    assert len(found) == 100
    assert found == [row.values[0] for row in sampled(ROWS, most=100, first=20)]


def test_a_sample_reaches_to_the_end():
    found = [row.values[0] for row in sampled(ROWS, most=100, first=20)]
    assert sum(found[20:]) / 80 == pytest.approx(259.5, abs=4 * 138.6 / 80**0.5)


@pytest.mark.parametrize("most", [500, 501])
def test_what_fits_is_whole(most):
    assert sampled(ROWS, most) is ROWS


def test_a_sample_may_be_shorter_than_the_rows_that_are_kept_in_any_case():
    assert [row.values[0] for row in sampled(ROWS, most=3, first=20)] == [0, 1, 2]


def test_columns_of_numbers_are_told_from_words_and_these_from_texts():
    columns = tuple(Column(name) for name in ("measured", "mixed", "empty", "gaps", "truth", "note"))
    rows = (Row((Measured(1.0), 1, None, None, True, 41 * "a")), Row((2, "limit", None, 0.5, False, "")))
    table = page_table(DataTable("t", "t", columns, rows), 10)
    assert [head.kind for head in table.heads] == ["number", "word", "word", "number", "word", "text"]
    assert [row[:5] for row in table.rows] == [["1.0000", "1", "", "", "True"], ["2", "limit", "", "0.5000", "False"]]


def test_a_column_of_marks_is_there_where_one_row_has_a_mark():
    plain = DataTable("t", "t", (Column("a"),), (Row((1,)), Row((2,))))
    marked = DataTable("t", "t", (Column("a"),), (Row((1,)), Row((2,), "MOCK")))
    assert [head.kind for head in page_table(plain, 10).heads] == ["number"]
    assert page_table(marked, 10).rows == [["", "1"], ["MOCK", "2"]]
