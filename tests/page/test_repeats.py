import math
import types

from galexp.page.repeats import distinct, mean_and_spread


def test_a_run_that_was_trained_in_two_studies_counts_once():
    seeds = [(0, 0), (0, 0), (1, 0), (0, 1)]
    runs = [types.SimpleNamespace(settings={"seed": seed, "split": {"seed": split}}) for seed, split in seeds]
    assert distinct(runs) == [runs[0], runs[2], runs[3]]
    assert distinct(runs)[0] is runs[0]


def test_a_single_value_has_no_spread():
    assert mean_and_spread([2.0]).value == 2
    assert math.isnan(mean_and_spread([2.0]).error)
