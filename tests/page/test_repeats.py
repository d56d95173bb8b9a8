"""Claims about repeated trainings."""

from __future__ import annotations

import math

from galexp.page.repeats import distinct, mean_and_spread


def test_a_run_that_was_trained_in_two_studies_counts_once(make_run, skies):
    first, again = make_run("dataset=xgass"), make_run("dataset=xgass", "experiment=wu2020_xgass", "model=xresnet34")
    again.settings.update({key: value for key, value in first.settings.items() if key != "choices"})
    others = [make_run("dataset=xgass", word) for word in ("seed=1", "split.seed=1", "optimizer.lr=0.5")]
    survey = make_run.on(skies("xgass-mock-mock"))("dataset=xgass")
    assert distinct([first, again, *others, survey]) == [first, *others, survey]


def test_how_overdensities_were_measured_makes_no_other_training_of_a_split_that_does_not_ask(make_run):
    random = [make_run("split=random", f"environment={name}") for name in ("fixed", "code")]
    dense = [make_run("split=delta5_q80", f"environment={name}") for name in ("fixed", "code")]
    assert distinct([*random, *dense]) == [random[0], *dense]


def test_a_single_value_has_no_spread():
    assert mean_and_spread([2.0]).value == 2
    assert math.isnan(mean_and_spread([2.0]).error)
