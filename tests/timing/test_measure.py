"""Claims about measuring: turns, medians, and demands, in closed form with a clock of our own."""

from __future__ import annotations

import math

import pytest

from galexp.timing.measure import Row, at_least, at_most, in_turns, rates, ratios, seconds


class Clock:
    """Stand still until something takes time."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def takes(self, duration):
        self.now += duration


def test_an_action_takes_what_the_clock_says():
    clock = Clock()
    assert seconds(lambda: clock.takes(2.5), clock) == 2.5
    assert seconds(lambda: None, clock) == 0


def test_actions_take_turns_and_the_warm_up_is_not_counted():
    clock, called = Clock(), []

    def action(name, duration):
        def act():
            called.append(name)
            clock.takes(duration * len(called))

        return act

    times = in_turns({"a": action("a", 1.0), "b": action("b", 10.0)}, repeats=2, warm_up=1, clock=clock)
    assert called == ["a", "b"] * 3
    assert times == {"a": [3.0, 5.0], "b": [40.0, 60.0]}


def test_without_a_warm_up_every_turn_counts():
    clock = Clock()
    assert in_turns({"a": lambda: clock.takes(1.0)}, repeats=3, warm_up=0, clock=clock) == {"a": [1.0] * 3}


def test_a_busy_moment_that_falls_on_both_leaves_their_ratio():
    assert ratios([2.0, 20.0, 2.0], [1.0, 10.0, 1.0]) == [2.0, 2.0, 2.0]


def test_what_was_not_measured_in_the_same_turns_has_no_ratio():
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])


def test_a_rate_is_the_count_over_the_time():
    assert rates(6, [2.0, 3.0]) == [3.0, 2.0]


@pytest.mark.parametrize(("values", "median"), [([3.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 2.0, 9.0], 3.0), ([7.0], 7.0)])
def test_a_row_gives_median_and_range(values, median):
    row = Row("it", "s", values)
    assert (row.median, row.lowest, row.highest, row.repeats) == (median, min(values), max(values), len(values))


@pytest.mark.parametrize(
    ("demand", "value", "verdict"),
    [
        (at_most(1.1), 1.1, "met"),
        (at_most(1.1), math.nextafter(1.1, 2), "missed"),
        (at_most(1.1), math.nextafter(1.1, 0), "met"),
        (at_least(20), 20.0, "met"),
        (at_least(20), math.nextafter(20, 0), "missed"),
        (at_least(20), math.nextafter(20, 21), "met"),
        (at_most(1.1), math.nan, "missed"),
        (at_least(20), math.nan, "missed"),
        (None, 5.0, ""),
    ],
)
def test_a_demand_is_met_up_to_its_bound_and_never_by_nan(demand, value, verdict):
    assert Row("it", "", [value], demand=demand).verdict == verdict


def test_the_median_is_what_a_demand_is_about():
    assert Row("it", "", [0.1, 0.2, 99.0], demand=at_most(1)).verdict == "met"
