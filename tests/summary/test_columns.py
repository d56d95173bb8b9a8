"""Claims about the numbers of a table."""

from __future__ import annotations

from galexp.summary.columns import (
    ORDERED_CLASSES,
    REGRESSION,
    TWO_CLASSES,
    WIDTHS,
    cells,
    score_columns,
    spread_columns,
    width_columns,
)

ORDERED = {column.key: 0.5 for column in ORDERED_CLASSES}


def test_columns_follow_what_was_scored():
    assert score_columns({column.key: 1.0 for column in REGRESSION} | {"coverage_68": 0.7}) == REGRESSION
    assert score_columns({"rmse": 1.0}) == REGRESSION[:1]
    assert score_columns({"accuracy": 0.5}) == TWO_CLASSES
    assert score_columns(ORDERED) == ORDERED_CLASSES
    assert [column.heading for column in score_columns({**ORDERED, "mae": 20.0}, "Myr")][-1] == "MAE [Myr]"


def test_a_network_that_gives_no_errors_has_no_columns_of_them():
    assert width_columns({"rmse": 1.0}) == ()
    found = width_columns({"coverage_80": 0.7, "coverage_50": 0.4, "coverage_50_error": 0.1, "pinball": 1.0})
    assert [column.heading for column in found] == ["within 50 %", "within 80 %"]
    assert width_columns({"coverage_68": 0.7, "coverage_95": 0.9, "nll": 1.0}) == (WIDTHS[0], WIDTHS[2])


def test_a_table_over_runs_has_fewer_columns():
    assert [column.key for column in spread_columns(ORDERED)] == ["within_2", "mean_absolute_class_error"]


def test_shares_have_three_digits_whatever_the_error_is():
    scores = {"n": 80.0, "rmse": 123.4, "coverage_68": 0.7, "coverage_68_error": 0.05}
    assert cells(scores, (REGRESSION[0], WIDTHS[0])) == ["80", "123.4", "0.700 ± 0.050"]
    assert cells({"n": 9.0, "accuracy": 0.5, "accuracy_error": 0.1}, TWO_CLASSES[:2]) == ["9", "0.500", ""]


def test_times_have_fewer_digits_than_shares():
    scores = {"n": 9.0, **ORDERED, "mae": 57.25}
    assert cells(scores, score_columns(scores))[-1] == "57"
