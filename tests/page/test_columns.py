"""Claims about the numbers of a table."""

from __future__ import annotations

from galexp.page.columns import (
    CLASS_UNIT,
    ORDERED_CLASSES,
    QUANTILES,
    REGRESSION,
    TWO_CLASSES,
    WIDTHS,
    cells,
    score_columns,
    width_columns,
)


def test_columns_follow_what_was_scored():
    assert score_columns({column.key: 1.0 for column in REGRESSION} | {"coverage_68": 0.7}) == REGRESSION
    assert score_columns({"rmse": 1.0}) == REGRESSION[:1]
    assert score_columns({"accuracy": 0.5}) == TWO_CLASSES
    assert score_columns({"accuracy": 0.5, "within_1": 0.7}) == ORDERED_CLASSES
    assert score_columns({"accuracy": 0.5, "within_1": 0.7, "mae": 20.0}) == ORDERED_CLASSES + CLASS_UNIT


def test_a_network_that_gives_no_errors_has_no_columns_of_them():
    assert width_columns({"rmse": 1.0}) == ()
    assert width_columns({"coverage_68": 0.7, "coverage_90": 0.9}) == QUANTILES
    assert width_columns({"coverage_68": 0.7, "coverage_95": 0.9, "nll": 1.0}) == (WIDTHS[0], WIDTHS[2])


def test_shares_have_three_digits_whatever_the_error_is():
    scores = {"n": 80.0, "rmse": 123.4, "coverage_68": 0.7, "coverage_68_error": 0.05}
    assert cells(scores, (REGRESSION[0], WIDTHS[0])) == ["80", "123.4", "0.700 ± 0.050"]
    assert cells({"n": 9.0, "accuracy": 0.5, "accuracy_error": 0.1}, TWO_CLASSES[:2]) == ["9", "0.500", ""]


def test_times_have_fewer_digits_than_shares():
    scores = {"n": 9.0, "accuracy": 0.25, "within_1": 0.5, "mae": 57.25}
    assert cells(scores, score_columns(scores))[-1] == "57"
