"""Claims about what the benchmark of the renderer measures; never how fast it is."""

from __future__ import annotations

import pytest
import torch

from galexp.mock.survey import mock_xgass
from galexp.timing import render as timing
from galexp.timing.base import Request
from galexp.timing.render import Render, check_same, one_thread, render_all


def make(**changes):
    return Render(
        **{"repeats": 2, "warm_up": 0, "sizes": [24, 32], "most_milliseconds": [1e4, 0], "objects": 3} | changes
    )


@pytest.fixture(scope="module")
def catalog():
    return mock_xgass(objects=5, seed=1)


def test_each_size_is_a_row_with_its_demand():
    found = make().measure(Request({}))
    assert [row.name for row in found.rows] == ["24 px, one thread", "32 px, one thread"]
    assert [str(row.demand) for row in found.rows] == ["at most 10000", "at most 0"]
    assert all(row.unit == "ms/image" and row.repeats == 2 and row.lowest > 0 for row in found.rows)
    assert found.missed == [found.rows[1]]
    assert found.origin.mark == "MOCK DATA"


def test_batches_of_any_size_give_all_galaxies_in_order(catalog):
    assert torch.equal(render_all(catalog, 24, batch_size=2), render_all(catalog, 24))
    assert torch.equal(render_all(catalog, 24)[3], render_all(catalog[3:4], 24)[0])


def test_one_thread_is_used_and_as_many_as_before_afterwards():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_a_batch_that_changes_a_byte_is_no_speed(catalog, monkeypatch):
    check_same(catalog, 24)
    pixels = lambda rows, size, scale: torch.full((len(rows), 3, size, size), len(rows), dtype=torch.uint8)  # noqa: E731
    monkeypatch.setattr(timing, "render", pixels)
    with pytest.raises(AssertionError, match="5 of 5 galaxies differ between alone and in a batch at 24 px"):
        check_same(catalog, 24)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"sizes": [0, 32]}, "what.sizes is 0; expected a whole number of at least 1"),
        ({"objects": 0}, "what.objects is 0; expected a whole number of at least 1"),
        ({"seed": -1}, "what.seed is -1; expected a whole number of at least 0"),
        ({"most_milliseconds": [1.5]}, "what.most_milliseconds has 1 demands for 2 sizes; give one a size"),
    ],
)
def test_numbers_out_of_range_are_refused(changes, match):
    with pytest.raises(ValueError, match=match):
        make(**changes)
