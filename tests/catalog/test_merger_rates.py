"""Claims about what is taken from the literature on merger rates."""

from __future__ import annotations

from galexp.catalog.merger_rates import ASSUMED_TIMES, COUNTS_OF_A_MERGER, OBSERVABILITY, READ, REMEMBERED


def test_each_time_is_a_range_that_says_where_it_was_found():
    for entry in OBSERVABILITY:
        assert 0 < entry.shortest <= entry.longest
        assert entry.evidence in (READ, REMEMBERED)
        assert entry.source[-4:].isdigit()


def test_the_assumed_times_are_within_those_of_the_literature():
    assert min(entry.shortest for entry in OBSERVABILITY) <= min(ASSUMED_TIMES)
    assert max(ASSUMED_TIMES) <= max(entry.longest for entry in OBSERVABILITY)


def test_an_image_stands_for_one_merger_or_for_half_of_one():
    assert sorted(COUNTS_OF_A_MERGER.values()) == [0.5, 1.0]
