"""Claims about the leak as a number."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.evaluation.leak import leak


def test_the_same_errors_on_both_sides_are_no_leak():
    found = leak(np.array([2.0, 4.0]), np.array([4.0, 2.0]))
    assert (found.ratio.value, found.difference.value) == (1, 0)


def test_errors_are_standard_errors_of_the_mean():
    found = leak(np.array([1.0, 2.0, 3.0]), np.array([7.0, 9.0]))
    assert found.at_random.error == pytest.approx(1 / np.sqrt(3))
    assert found.held_out.error == pytest.approx(1.0)
    assert found.difference == pytest.approx((6.0, np.sqrt(1 / 3 + 1)))


def test_the_error_of_the_ratio_is_that_of_many_draws():
    rng = np.random.default_rng(0)
    one, other = rng.normal(10, 0.3, 60), rng.normal(30, 0.9, 40)
    draws = (30 + 0.9 / np.sqrt(40) * rng.normal(size=20_000)) / (10 + 0.3 / np.sqrt(60) * rng.normal(size=20_000))
    assert leak(one, other).ratio.error == pytest.approx(draws.std(), rel=0.25)


def test_a_single_run_has_no_error():
    found = leak(np.array([1.0]), np.array([2.0]))
    assert found.ratio.value == 2
    assert np.isnan([found.at_random.error, found.ratio.error, found.difference.error]).all()


def test_nothing_is_a_multiple_of_no_error():
    found = leak(np.zeros(2), np.ones(2))
    assert np.isnan(found.ratio).all()
    assert found.difference.value == 1


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [([], [1.0], "at random"), ([1.0], [np.nan], "with whole groups held out"), ([-1.0], [1.0], "at random")],
)
def test_errors_are_there_and_finite(one, other, where):
    with pytest.raises(ValueError, match=f"errors {where} are .*; expected at least one, finite, >= 0"):
        leak(np.array(one), np.array(other))
