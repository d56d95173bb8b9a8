"""Claims about scores of runs that were not all scored by the same methods."""

from __future__ import annotations

import pytest

from galexp.page.score_rows import joint_scores, score_sets

TARGET = "log_hi_fraction"


@pytest.fixture
def runs(make_run):
    """Return two runs, of which the first alone has a baseline, and the second alone another."""
    first, second = make_run("split=random"), make_run("split=random", "seed=1")
    for run, name in ((first, "forest"), (second, "line")):
        methods = run.metrics["test"][TARGET]["all"]
        methods[name] = dict(methods["network"])
    return first, second


def test_every_method_has_the_runs_that_were_scored_by_it(runs):
    found = {one.method: list(one.runs) for one in score_sets({"both": runs}, TARGET) if one.sample == "all"}
    first, second = runs
    assert found["network"] == [first, second]
    assert (found["forest"], found["line"]) == ([first], [second])


def test_the_error_over_all_targets_is_of_the_runs_with_the_method(runs):
    error, over_mean = joint_scores(runs, "line")
    own = runs[1].metrics["test"][TARGET]["all"]
    assert error.value == pytest.approx(own["network"]["rmse"])
    assert over_mean.value == pytest.approx(own["network"]["rmse"] / own["mean"]["rmse"])
